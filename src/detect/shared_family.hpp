#pragma once
// A family made of one estimator and, per setting, the constants that the estimator does not see.

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "flatline/base/check.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::detect {

/// `Estimator` provides:
///   Constants                              what differs between settings
///   View                                   what a deadline is made from, computed once for all
///   settings void beat(LocalInstant, const Observation&)   takes in a heartbeat or a reply void
///   reset()                           back to the initial state, keeping storage View view() const
///   static LocalInstant deadline(const View&, const Constants&)
///   static double level(const View&, const Constants&, LocalInstant now)
///   bool warmed_up() const
/// and may provide
///   void looked(LocalInstant)         the monitor looked
template <typename Estimator>
class SharedFamily final : public Family {
 public:
  using Constants = typename Estimator::Constants;

  SharedFamily(Estimator estimator, std::vector<Constants> settings)
      : estimator_(std::move(estimator)), settings_(std::move(settings)) {}

  void observe(LocalInstant now, const Observation& observation) override {
    FLATLINE_CHECK(now >= last_observed_, "a detector's observations come in order of time");
    last_observed_ = now;
    switch (observation.kind) {
      case ObservationKind::heartbeat:
      case ObservationKind::reply:
        // A beat sent before the restart is no sign of life of the process that is watched now.
        if (observation.incarnation < incarnation_) return;
        estimator_.beat(now, observation);
        return;
      case ObservationKind::restarted:
        incarnation_ = observation.incarnation;
        estimator_.reset();
        return;
      case ObservationKind::probe_failed:
      case ObservationKind::confirmation:
        return;
    }
  }

  void looked(LocalInstant now) override {
    FLATLINE_CHECK(now >= last_observed_, "a detector's observations come in order of time");
    last_observed_ = now;
    if constexpr (requires { estimator_.looked(now); }) estimator_.looked(now);
  }

  [[nodiscard]] std::size_t size() const override { return settings_.size(); }

  void deadlines(std::span<LocalInstant> out) const override {
    FLATLINE_CHECK(out.size() == settings_.size(), "one deadline per setting");
    const auto view = estimator_.view();
    const Constants* setting = settings_.data();
    for (LocalInstant& deadline : out) deadline = Estimator::deadline(view, *setting++);
  }

  [[nodiscard]] LocalInstant deadline(std::size_t i) const override {
    return Estimator::deadline(estimator_.view(), settings_[i]);
  }

  [[nodiscard]] double suspicion(std::size_t i, LocalInstant now) const override {
    FLATLINE_CHECK(i < settings_.size(), "no such setting");
    return Estimator::level(estimator_.view(), settings_[i], now);
  }

  [[nodiscard]] bool warmed_up(std::size_t i) const override {
    FLATLINE_CHECK(i < settings_.size(), "no such setting");
    return estimator_.warmed_up();
  }

  [[nodiscard]] std::unique_ptr<Family> clone() const override {
    return std::make_unique<SharedFamily>(*this);
  }

 private:
  Estimator estimator_;
  std::vector<Constants> settings_;
  LocalInstant last_observed_ = LocalInstant::before_all();
  Incarnation incarnation_{};
};

}  // namespace flatline::detect
