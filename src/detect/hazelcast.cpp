#include "detect/hazelcast.hpp"

#include <cmath>

#include "detect/akka_history.hpp"
#include "detect/crossing.hpp"
#include "detect/millisecond_deadline.hpp"
#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

/// The accrual detector of one member.
class HazelcastEstimator {
 public:
  struct Constants {
    AkkaThreshold threshold;
    double least_deviation;  ///< ms.
    std::int64_t pause_ms;   ///< Silence that is always allowed.
  };
  struct View {
    bool started;
    std::int64_t last_ms;
    double mean;       ///< ms, without the pause.
    double deviation;  ///< ms, before any floor; may be NaN.
  };

  HazelcastEstimator(std::int64_t size, std::int64_t estimate_ms)
      : estimate_ms_(estimate_ms), history_(size) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    const std::int64_t now_ms = whole_milliseconds(now);
    learn(now_ms);
    started_ = true;
    last_ms_ = now_ms;
  }
  void reset() {
    started_ = false;
    history_.clear();
  }

  [[nodiscard]] View view() const {
    if (!started_) return {false, 0, 0, 0};
    return {true, last_ms_, history_.mean(), history_.deviation(0)};
  }

  [[nodiscard]] static LocalInstant deadline(const View& view, const Constants& setting) {
    if (!view.started) return LocalInstant::never();
    const std::int64_t silence =
        setting.threshold.first_reached(mean(view, setting), deviation(view, setting));
    if (silence == AkkaThreshold::kNeverMs) return LocalInstant::never();
    return at_millisecond(view.last_ms + silence);
  }

  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (!view.started) return 0;
    return akka_phi(whole_milliseconds(now) - view.last_ms, mean(view, setting),
                    deviation(view, setting));
  }

  [[nodiscard]] bool warmed_up() const { return history_.full(); }

 private:
  void learn(std::int64_t now_ms) {
    if (!started_) {
      history_.bootstrap(estimate_ms_);
    } else if (!std::isnan(history_.deviation(0))) {
      // The product asks whether the member is alive only after it has stored the heartbeat, so the
      // silence it judges is 0 and every gap enters, however long: unless the deviation is no
      // number, which is below no threshold.
      history_.add(now_ms - last_ms_);
    }
  }

  static double mean(const View& view, const Constants& setting) {
    return view.mean + static_cast<double>(setting.pause_ms);
  }
  static double deviation(const View& view, const Constants& setting) {
    return view.deviation < setting.least_deviation ? setting.least_deviation : view.deviation;
  }

  std::int64_t estimate_ms_;
  AkkaHistory history_;
  bool started_ = false;
  std::int64_t last_ms_ = 0;
};

std::unique_ptr<Family> make_deadline(const DetectorInfo& info, std::span<const Setting> settings) {
  std::vector<MillisecondDeadlineEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const Duration silence = SettingReader(info, setting).duration("max_no_heartbeat");
    constants.push_back({milliseconds(whole_milliseconds(silence))});
  }
  return std::make_unique<SharedFamily<MillisecondDeadlineEstimator>>(
      MillisecondDeadlineEstimator(), std::move(constants));
}

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  const SettingReader first(info, settings.front());
  if (first.choice("type") == "deadline") return make_deadline(info, settings);
  std::vector<HazelcastEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back(
        {AkkaThreshold(static_cast<double>(reader.count("threshold"))),
         static_cast<double>(whole_milliseconds(reader.duration("min_std_deviation"))),
         whole_milliseconds(reader.duration("max_no_heartbeat"))});
  }
  return std::make_unique<SharedFamily<HazelcastEstimator>>(
      HazelcastEstimator(first.count("sample_size"),
                         whole_milliseconds(first.duration("heartbeat_interval"))),
      std::move(constants));
}

}  // namespace

Entry hazelcast_entry() {
  constexpr double kOneMillisecond = 1e-3;
  Entry entry;
  entry.info.name = "hazelcast";
  entry.info.level_with = "type=phi-accrual";
  entry.info.summary =
      "Hazelcast's detectors: a deadline of max_no_heartbeat, or its port of Akka's accrual "
      "detector.";
  entry.info.notes =
      "Reads its clock in whole milliseconds. phi-accrual takes max_no_heartbeat as the acceptable "
      "pause, so it is slower than the deadline; and because the new heartbeat is stored before "
      "the old silence is judged, gaps that ended a suspicion enter its window too.";
  entry.info.source =
      "Hazelcast 3.10 to 5, internal/cluster/fd: DeadlineClusterFailureDetector, "
      "PhiAccrualClusterFailureDetector";
  entry.info.parameters = {
      Parameter::choice("type", {"deadline", "phi-accrual"},
                        "Which detector (hazelcast.heartbeat.failuredetector.type).")
          .by_default(std::string("deadline")),
      Parameter::duration("max_no_heartbeat",
                          "Silence after which the member is dead, or the pause that phi-accrual "
                          "adds to the mean gap (hazelcast.max.no.heartbeat.seconds).")
          .from(kOneMillisecond)
          .by_default(seconds(60)),
      Parameter::duration("heartbeat_interval",
                          "Expected gap that phi-accrual starts from "
                          "(hazelcast.heartbeat.interval.seconds).")
          .from(kOneMillisecond)
          .by_default(seconds(5)),
      Parameter::count("threshold",
                       "Level at which phi-accrual takes the member for dead; the product reads a "
                       "whole number.")
          .from(1)
          .to(kLargestThreshold)
          .by_default(std::int64_t{10}),
      Parameter::count("sample_size", "Number of latest gaps that phi-accrual keeps.")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{200}),
      Parameter::duration("min_std_deviation",
                          "Least standard deviation that phi-accrual reckons with, in whole "
                          "milliseconds.")
          .from(kOneMillisecond)
          .by_default(milliseconds(100))};
  entry.info.resolution = milliseconds(1);
  entry.info.nan_suspects = true;
  entry.outside_estimator = {"max_no_heartbeat", "threshold", "min_std_deviation"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
