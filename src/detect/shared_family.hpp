#pragma once
// A family made of one estimator and, per setting, the constants that the estimator does not see.

#include <algorithm>
#include <concepts>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "flatline/base/check.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::detect {

/// An estimator whose deadlines lie on lines (line.hpp). Beside what SharedFamily asks for it
/// provides:
///   static constexpr bool kSlopes                        whether its lines have slopes
///   static bool same_line(const Constants&, const Constants&)
///   static Line line(const View&, const Constants&)      the same for all settings of same_line
///   static Place place(const Constants&)                 shift and factor; the family numbers
///                                                        the lines
template <typename Estimator>
concept HasLines = requires(const typename Estimator::View& view,
                            const typename Estimator::Constants& setting) {
  { Estimator::kSlopes } -> std::convertible_to<bool>;
  { Estimator::same_line(setting, setting) } -> std::same_as<bool>;
  { Estimator::line(view, setting) } -> std::same_as<Line>;
  { Estimator::place(setting) } -> std::same_as<Place>;
};

/// `Estimator` provides:
///   Constants                                   what differs between settings
///   View                                        what a deadline is made from, computed once for
///                                               all settings
///   void beat(LocalInstant, const Observation&) takes in a heartbeat or a reply
///   void reset()                                back to the initial state, keeping storage
///   View view() const
///   static double level(const View&, const Constants&, LocalInstant now)
///   bool warmed_up() const
/// and either what HasLines asks for or
///   static LocalInstant deadline(const View&, const Constants&)
/// It may provide
///   void looked(LocalInstant)                   the monitor looked
/// and, to be faster than beat() and view() in turn,
///   void run(const Beats&, Emit emit)           emit(i, view()) after each beat i
template <typename Estimator>
class SharedFamily final : public Family {
 public:
  using Constants = typename Estimator::Constants;
  using View = typename Estimator::View;

  SharedFamily(Estimator estimator, std::vector<Constants> settings)
      : estimator_(std::move(estimator)), settings_(std::move(settings)) {
    if constexpr (kLines) lay_lines();
  }

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
    const View view = estimator_.view();
    const Constants* setting = settings_.data();
    for (LocalInstant& deadline : out) deadline = deadline_of(view, *setting++);
  }

  [[nodiscard]] LocalInstant deadline(std::size_t i) const override {
    return deadline_of(estimator_.view(), settings_[i]);
  }

  [[nodiscard]] std::size_t lines() const override {
    if constexpr (kLines) return representatives_.size();
    return Family::lines();
  }

  [[nodiscard]] bool sloped() const override {
    if constexpr (kLines) return Estimator::kSlopes;
    return Family::sloped();
  }

  [[nodiscard]] Place place(std::size_t i) const override {
    if constexpr (kLines) {
      FLATLINE_CHECK(i < places_.size(), "no such setting");
      return places_[i];
    }
    return Family::place(i);
  }

  void read_lines(std::span<Line> out) const override {
    if constexpr (kLines) {
      FLATLINE_CHECK(out.size() == representatives_.size(), "one place per line");
      const View view = estimator_.view();
      for (std::size_t l = 0; l < out.size(); ++l) {
        out[l] = Estimator::line(view, representatives_[l]);
      }
    } else {
      Family::read_lines(out);
    }
  }

  void observe_run(const Beats& beats, Incarnation incarnation,
                   std::span<const LineRun> out) override {
    if (beats.at.empty()) return;
    FLATLINE_CHECK(incarnation >= incarnation_, "a run is of the incarnation that is watched");
    if constexpr (kLines) {
      FLATLINE_CHECK(out.size() == representatives_.size(), "one run per line");
      FLATLINE_CHECK(beats.seq.size() == beats.at.size() && beats.sent_at.size() == beats.at.size(),
                     "a beat has an instant, a number and a time of sending");
      FLATLINE_CHECK(beats.at.front() >= last_observed_ && beats.at.back() >= beats.at.front(),
                     "a detector's observations come in order of time");
      last_observed_ = beats.at.back();
      if (out.size() == 1) {
        take_in(beats, incarnation,
                [run = out.front(), setting = representatives_.front()](std::size_t i,
                                                                        const View& view) {
                  write(run, i, Estimator::line(view, setting));
                });
      } else {
        take_in(beats, incarnation, [&](std::size_t i, const View& view) {
          for (std::size_t l = 0; l < out.size(); ++l) {
            write(out[l], i, Estimator::line(view, representatives_[l]));
          }
        });
      }
    } else {
      Family::observe_run(beats, incarnation, out);
    }
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
  static constexpr bool kLines = HasLines<Estimator>;

  /// Numbers the lines in the order in which the settings name them.
  void lay_lines() {
    places_.reserve(settings_.size());
    for (const Constants& setting : settings_) {
      const auto found = std::find_if(
          representatives_.begin(), representatives_.end(),
          [&](const Constants& other) { return Estimator::same_line(setting, other); });
      Place place = Estimator::place(setting);
      place.line = static_cast<std::size_t>(found - representatives_.begin());
      if (found == representatives_.end()) representatives_.push_back(setting);
      places_.push_back(place);
    }
  }

  [[nodiscard]] static LocalInstant deadline_of(const View& view, const Constants& setting) {
    if constexpr (!kLines) {
      return Estimator::deadline(view, setting);
    } else if constexpr (Estimator::kSlopes) {
      return deadline_on(Estimator::line(view, setting), Estimator::place(setting));
    } else {
      // What deadline_on says: an instant and a shift within kLongestTime never need the cut, and
      // without it many settings are one vector addition.
      const LocalInstant base = Estimator::line(view, setting).base;
      if (base == LocalInstant::never() || base == LocalInstant::before_all()) return base;
      return base + Estimator::place(setting).shift;
    }
  }

  template <typename Emit>
  void take_in(const Beats& beats, Incarnation incarnation, Emit emit) {
    if constexpr (requires { estimator_.run(beats, emit); }) {
      estimator_.run(beats, emit);
    } else {
      const std::size_t count = beats.at.size();
      for (std::size_t i = 0; i < count; ++i) {
        estimator_.beat(beats.at[i], {ObservationKind::heartbeat, incarnation, beats.seq[i],
                                      beats.sent_at[i], true});
        emit(i, estimator_.view());
      }
    }
  }

  static void write(const LineRun& run, std::size_t i, const Line& line) {
    run.base[i] = line.base;
    if constexpr (Estimator::kSlopes) {
      if (run.slope != nullptr) run.slope[i] = line.slope;
    }
  }

  Estimator estimator_;
  std::vector<Constants> settings_;
  std::vector<Place> places_;               ///< Where each setting lies; empty without lines.
  std::vector<Constants> representatives_;  ///< One setting of each line.
  LocalInstant last_observed_ = LocalInstant::before_all();
  Incarnation incarnation_{};
};

}  // namespace flatline::detect
