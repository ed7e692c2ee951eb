#pragma once
// A family with a whole state per setting: for detectors whose own verdict decides what they learn.

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "detect/entry.hpp"
#include "flatline/base/check.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::detect {

/// `Lane` provides:
///   void beat(LocalInstant, const Observation&)   takes in a heartbeat or a reply
///   void reset()                                  back to the initial state, keeping storage
///   LocalInstant deadline() const
///   double level(LocalInstant now) const
///   bool warmed_up() const
/// and may provide
///   void probe_failed(LocalInstant, const Observation&)   a probe unanswered, or answered not ok
template <typename Lane>
class LaneFamily final : public Family {
 public:
  explicit LaneFamily(std::vector<Lane> lanes) : lanes_(std::move(lanes)) {}

  void observe(LocalInstant now, const Observation& observation) override {
    FLATLINE_CHECK(now >= last_observed_, "a detector's observations come in order of time");
    last_observed_ = now;
    switch (observation.kind) {
      case ObservationKind::heartbeat:
      case ObservationKind::reply:
      case ObservationKind::probe_failed:
        // What was sent before the restart says nothing of the process that is watched now.
        if (observation.incarnation < incarnation_) return;
        for (Lane& lane : lanes_) learn(lane, now, observation);
        return;
      case ObservationKind::restarted:
        incarnation_ = observation.incarnation;
        for (Lane& lane : lanes_) lane.reset();
        return;
      case ObservationKind::confirmation:
        return;
    }
  }

  void observe_run(const Beats& beats, Incarnation incarnation,
                   std::span<const LineRun> out) override {
    FLATLINE_CHECK(beats.at.empty() || incarnation >= incarnation_,
                   "a run is of the incarnation that is watched");
    Family::observe_run(beats, incarnation, out);
  }

  [[nodiscard]] std::size_t size() const override { return lanes_.size(); }

  void deadlines(std::span<LocalInstant> out) const override {
    FLATLINE_CHECK(out.size() == lanes_.size(), "one deadline per setting");
    const Lane* lane = lanes_.data();
    for (LocalInstant& deadline : out) deadline = (lane++)->deadline();
  }

  [[nodiscard]] LocalInstant deadline(std::size_t i) const override { return lane(i).deadline(); }

  [[nodiscard]] double suspicion(std::size_t i, LocalInstant now) const override {
    return lane(i).level(now);
  }

  [[nodiscard]] bool warmed_up(std::size_t i) const override { return lane(i).warmed_up(); }

  [[nodiscard]] std::unique_ptr<Family> clone() const override {
    return std::make_unique<LaneFamily>(*this);
  }

 private:
  static void learn(Lane& lane, LocalInstant now, const Observation& observation) {
    if constexpr (requires { lane.probe_failed(now, observation); }) {
      if (observation.kind == ObservationKind::probe_failed || !observation.ok) {
        lane.probe_failed(now, observation);
        return;
      }
    }
    if (observation.kind != ObservationKind::probe_failed) lane.beat(now, observation);
  }

  [[nodiscard]] const Lane& lane(std::size_t i) const {
    FLATLINE_CHECK(i < lanes_.size(), "no such setting");
    return lanes_[i];
  }

  std::vector<Lane> lanes_;
  LocalInstant last_observed_ = LocalInstant::before_all();
  Incarnation incarnation_{};
};

/// A family with a lane per setting, each made by make_lane(SettingReader).
template <typename MakeLane>
std::unique_ptr<Family> family_of_lanes(const DetectorInfo& info, std::span<const Setting> settings,
                                        const MakeLane& make_lane) {
  using Lane = decltype(make_lane(SettingReader(info, settings.front())));
  std::vector<Lane> lanes;
  lanes.reserve(settings.size());
  for (const Setting& setting : settings) lanes.push_back(make_lane(SettingReader(info, setting)));
  return std::make_unique<LaneFamily<Lane>>(std::move(lanes));
}

}  // namespace flatline::detect
