#include "detect/akka.hpp"

#include "detect/akka_history.hpp"
#include "detect/crossing.hpp"
#include "detect/lane_family.hpp"
#include "detect/millisecond_deadline.hpp"
#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

/// One setting. The gap that a heartbeat ends enters the window only if the process was available
/// until then, so what is learnt depends on the threshold.
class AkkaLane {
 public:
  explicit AkkaLane(const SettingReader& setting)
      : threshold_(setting.number("threshold")),
        least_deviation_(
            static_cast<double>(whole_milliseconds(setting.duration("min_std_deviation")))),
        pause_ms_(static_cast<double>(
            whole_milliseconds(setting.duration("acceptable_heartbeat_pause")))),
        estimate_ms_(whole_milliseconds(setting.duration("first_heartbeat_estimate"))),
        history_(setting.count("max_sample_size")) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    const std::int64_t now_ms = whole_milliseconds(now);
    if (!started_) {
      history_.bootstrap(estimate_ms_);
      started_ = true;
    } else if (now_ms - last_ms_ < suspect_after_ms_) {
      history_.add(now_ms - last_ms_);
    }
    last_ms_ = now_ms;
    mean_ms_ = history_.mean() + pause_ms_;
    deviation_ms_ = history_.deviation(least_deviation_);
    suspect_after_ms_ = threshold_.first_reached(mean_ms_, deviation_ms_);
  }

  void reset() {
    started_ = false;
    history_.clear();
  }

  [[nodiscard]] LocalInstant deadline() const {
    if (!started_ || suspect_after_ms_ == AkkaThreshold::kNeverMs) return LocalInstant::never();
    return at_millisecond(last_ms_ + suspect_after_ms_);
  }

  [[nodiscard]] double level(LocalInstant now) const {
    if (!started_) return 0;
    return akka_phi(whole_milliseconds(now) - last_ms_, mean_ms_, deviation_ms_);
  }

  [[nodiscard]] bool warmed_up() const { return history_.full(); }

 private:
  AkkaThreshold threshold_;
  double least_deviation_;
  double pause_ms_;
  std::int64_t estimate_ms_;
  AkkaHistory history_;
  bool started_ = false;
  std::int64_t last_ms_ = 0;
  double mean_ms_ = 0;  ///< Pause included.
  double deviation_ms_ = 0;
  std::int64_t suspect_after_ms_ = 0;
};

std::unique_ptr<Family> make_akka(const DetectorInfo& info, std::span<const Setting> settings,
                                  const Surroundings& /*surroundings*/) {
  return family_of_lanes(info, settings,
                         [](const SettingReader& setting) { return AkkaLane(setting); });
}

std::unique_ptr<Family> make_deadline(const DetectorInfo& info, std::span<const Setting> settings,
                                      const Surroundings& /*surroundings*/) {
  std::vector<MillisecondDeadlineEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back(
        {milliseconds(whole_milliseconds(reader.duration("acceptable_heartbeat_pause")) +
                      whole_milliseconds(reader.duration("heartbeat_interval")))});
  }
  return std::make_unique<SharedFamily<MillisecondDeadlineEstimator>>(
      MillisecondDeadlineEstimator(), std::move(constants));
}

constexpr double kOneMillisecond = 1e-3;

}  // namespace

Entry akka_entry() {
  Entry entry;
  entry.info.name = "akka";
  entry.info.summary =
      "Akka's and Pekko's accrual detector, digit for digit: a logistic approximation of the "
      "normal tail.";
  entry.info.notes =
      "Reads its clock in whole milliseconds and starts from two made-up gaps. A gap that ended a "
      "suspicion stays out of the window. Threshold 8 acts 5.23 deviations after mean plus pause.";
  entry.info.source =
      "Apache Pekko 1.7.0, PhiAccrualFailureDetector (the same in Akka); defaults of "
      "pekko.cluster.failure-detector";
  entry.info.parameters = {
      Parameter::number("threshold",
                        "Level at which the process is unavailable (threshold); whoever watches "
                        "remote actors uses 10.")
          .above(0)
          .to(kLargestThreshold)
          .by_default(8.0),
      Parameter::count("max_sample_size", "Number of latest gaps that are kept (max-sample-size).")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{1000}),
      Parameter::duration("min_std_deviation",
                          "Least standard deviation of the gaps, in whole milliseconds "
                          "(min-std-deviation).")
          .from(kOneMillisecond)
          .by_default(milliseconds(100)),
      Parameter::duration("acceptable_heartbeat_pause",
                          "Silence that is always allowed, added to the mean gap, in whole "
                          "milliseconds (acceptable-heartbeat-pause).")
          .by_default(seconds(3)),
      Parameter::duration("first_heartbeat_estimate",
                          "Expected gap that the window starts from, a quarter below and above it, "
                          "in whole milliseconds (heartbeat-interval).")
          .from(kOneMillisecond)
          .by_default(seconds(1))};
  entry.info.resolution = milliseconds(1);
  entry.info.nan_suspects = true;
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make_akka;
  return entry;
}

Entry akka_deadline_entry() {
  Entry entry;
  entry.info.name = "akka_deadline";
  entry.info.has_level = false;
  entry.info.summary =
      "Akka's and Pekko's deadline detector: unavailable when the last heartbeat is as old as "
      "interval plus pause.";
  entry.info.notes = "Reads its clock in whole milliseconds.";
  entry.info.source =
      "Apache Pekko 1.7.0, DeadlineFailureDetector; defaults of "
      "pekko.cluster.multi-data-center.failure-detector";
  entry.info.parameters = {
      Parameter::duration("acceptable_heartbeat_pause",
                          "Silence allowed beyond the interval (acceptable-heartbeat-pause).")
          .by_default(seconds(10)),
      Parameter::duration("heartbeat_interval", "Interval of the heartbeats (heartbeat-interval).")
          .from(kOneMillisecond)
          .by_default(seconds(3))};
  entry.info.resolution = milliseconds(1);
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make_deadline;
  return entry;
}

}  // namespace flatline::detect
