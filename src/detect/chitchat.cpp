#include "detect/chitchat.hpp"

#include "detect/crossing.hpp"
#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"
#include "detect/sample_ring.hpp"

namespace flatline::detect {
namespace {

/// Seconds as the product's standard library gives them: whole seconds, then the rest.
double as_seconds(std::int64_t ns) {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  return static_cast<double>(ns / kNsPerSecond) +
         static_cast<double>(ns % kNsPerSecond) / static_cast<double>(kNsPerSecond);
}

/// One setting. A death empties the window, so what is known depends on the threshold.
class ChitchatLane {
 public:
  explicit ChitchatLane(const SettingReader& setting)
      : threshold_(setting.number("phi_threshold")),
        prior_(static_cast<double>(setting.count("prior_weight"))),
        prior_sum_(prior_ * as_seconds(setting.duration("initial_interval").ns)),
        max_interval_(setting.duration("max_interval")),
        gaps_(setting.count("sampling_window_size")) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    if (last_ != LocalInstant::before_all()) {
      // A heartbeat at the very instant of death is in time.
      if (gaps_.size() > 0 && now > deadline_) clear();
      if (now - last_ <= max_interval_) add((now - last_).ns);
    }
    last_ = now;
    // Without a gap there is no level, which counts as dead: since when, is what deadline_ says.
    if (gaps_.size() > 0) deadline_ = now + first_silence();
  }

  void reset() {
    clear();
    last_ = LocalInstant::before_all();
    deadline_ = LocalInstant::before_all();
  }

  [[nodiscard]] LocalInstant deadline() const { return deadline_; }

  [[nodiscard]] double level(LocalInstant now) const {
    if (gaps_.size() == 0) return std::numeric_limits<double>::infinity();
    return as_seconds((now - last_).ns) / mean();
  }

  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  void add(std::int64_t gap) {
    // In the product's order: the oldest leaves the running sum before the newest joins it.
    sum_ -= as_seconds(gaps_.push(gap));
    sum_ += as_seconds(gap);
  }

  void clear() {
    gaps_.clear();
    sum_ = 0;
  }

  [[nodiscard]] double mean() const {
    return (sum_ + prior_sum_) / (static_cast<double>(gaps_.size()) + prior_);
  }

  /// The first silence whose level is above the threshold.
  [[nodiscard]] Duration first_silence() const {
    constexpr std::int64_t kFar = std::int64_t{1} << 62;
    const double average = mean();
    return {first_true(1, kFar, nearest_step(threshold_ * average * 1e9, 1, kFar),
                       [&](std::int64_t ns) { return as_seconds(ns) / average > threshold_; })};
  }

  double threshold_;
  double prior_;
  double prior_sum_;  ///< s.
  Duration max_interval_;
  SampleRing gaps_;
  double sum_ = 0;  ///< s.
  LocalInstant last_ = LocalInstant::before_all();
  LocalInstant deadline_ = LocalInstant::before_all();
};

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return family_of_lanes(info, settings,
                         [](const SettingReader& setting) { return ChitchatLane(setting); });
}

}  // namespace

Entry chitchat_entry() {
  constexpr double kOneDay = 86'400;
  Entry entry;
  entry.info.name = "chitchat";
  entry.info.summary =
      "chitchat's detector: silence over a mean gap that a few made-up gaps smooth, without a "
      "logarithm.";
  entry.info.notes =
      "Threshold 8 acts eight mean gaps after the last heartbeat. Fewer than two heartbeats count "
      "as dead; a death empties the window.";
  entry.info.source = "quickwit-oss/chitchat at 1e77360, failure_detector.rs";
  entry.info.parameters = {
      Parameter::number("phi_threshold", "Level above which the node is dead (phi_threshold).")
          .above(0)
          .to(kLargestThreshold)
          .by_default(8.0),
      Parameter::count("sampling_window_size",
                       "Number of latest gaps that are kept (sampling_window_size).")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{1000}),
      Parameter::duration("max_interval", "Longest gap that enters the window (max_interval).")
          .above(0)
          .to(kOneDay)
          .by_default(seconds(10)),
      Parameter::duration("initial_interval",
                          "Length of each made-up gap that smooths the mean (initial_interval).")
          .above(0)
          .to(kOneDay)
          .by_default(seconds(5)),
      Parameter::count("prior_weight", "Number of made-up gaps; fixed in the product.")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{5})};
  entry.info.initial = InitialOutput::suspect;
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
