#include "detect/health_check.hpp"

#include <array>

#include "detect/consecutive.hpp"
#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"

namespace flatline::detect {
namespace {

constexpr double kOneDay = 86'400;
constexpr double kMostInRow = 1000;

struct Product {
  std::string_view name;
  CountingRule rule;
};

// fall, rise, first_suffices, starts_on_edge, bad_answer_fells, interval, timeout.
constexpr std::array<Product, 5> kProducts{{
    {"alb", {2, 5, true, false, false, seconds(30), seconds(5)}},
    {"haproxy", {3, 2, true, true, false, seconds(2), seconds(2)}},
    {"envoy", {3, 2, true, false, true, seconds(5), seconds(1)}},
    {"consul", {1, 1, false, false, false, seconds(10), seconds(10)}},
    {"kubernetes", {3, 1, false, false, false, seconds(10), seconds(1)}},
}};

CountingRule rule_of(const SettingReader& setting) {
  CountingRule rule;
  for (const Product& product : kProducts) {
    if (product.name == setting.choice("product")) rule = product.rule;
  }
  rule.fall = setting.optional_count("fall").value_or(rule.fall);
  rule.rise = setting.optional_count("rise").value_or(rule.rise);
  rule.interval = setting.optional_duration("interval").value_or(rule.interval);
  rule.timeout = setting.optional_duration("timeout").value_or(rule.timeout);
  return rule;
}

std::unique_ptr<Family> make_check(const DetectorInfo& info, std::span<const Setting> settings,
                                   const Surroundings& /*surroundings*/) {
  return family_of_lanes(info, settings, [](const SettingReader& setting) {
    return ConsecutiveLane(rule_of(setting));
  });
}

/// Counts heartbeats against the interval from the last one. Replies are heartbeats.
class SinceBeatLane {
 public:
  explicit SinceBeatLane(const CountingRule& rule) : counter_(rule) {}

  void beat(LocalInstant now, const Observation& /*observation*/) { counter_.beat(now, {}); }
  void reset() { counter_.reset(); }
  [[nodiscard]] LocalInstant deadline() const { return counter_.deadline(); }
  [[nodiscard]] double level(LocalInstant now) const { return counter_.level(now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  ConsecutiveLane counter_;
};

/// Asks at every whole interval of its own clock whether a heartbeat came since the last asking.
class GridLane {
 public:
  explicit GridLane(const CountingRule& rule) : rule_(rule) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    const std::int64_t window = floor_div(now.ns, rule_.interval.ns);
    if (!seen_) {
      up_ = true;
    } else {
      if (up_ && window - last_ > rule_.fall) up_ = false;
      if (!up_) count_full(window);
    }
    seen_ = true;
    last_ = window;
    if (up_) deadline_ = end_of(window);
  }
  void reset() {
    seen_ = false;
    full_ = 0;
    deadline_ = LocalInstant::never();
  }
  [[nodiscard]] LocalInstant deadline() const { return deadline_; }
  [[nodiscard]] double level(LocalInstant now) const { return seconds_past(deadline_, now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  /// Takes note of a window with a heartbeat while down; several in a row bring it up.
  void count_full(std::int64_t window) {
    if (window - last_ > 1) full_ = 0;
    if (window > last_) ++full_;
    if (full_ < rule_.rise) return;
    up_ = true;
    full_ = 0;
  }

  /// When the last of `fall` empty windows after this one ends.
  [[nodiscard]] LocalInstant end_of(std::int64_t window) const {
    const __int128 at = (__int128{window} + rule_.fall + 1) * rule_.interval.ns;
    if (at >= LocalInstant::never().ns) return LocalInstant::never();
    return {static_cast<std::int64_t>(at)};
  }

  CountingRule rule_;
  bool up_ = false;
  bool seen_ = false;
  std::int64_t last_ = 0;  ///< The last window with a heartbeat.
  std::int64_t full_ = 0;  ///< Windows with a heartbeat, in a row, while down.
  LocalInstant deadline_ = LocalInstant::never();
};

std::unique_ptr<Family> make_missed(const DetectorInfo& info, std::span<const Setting> settings,
                                    const Surroundings& surroundings) {
  const auto rule_for = [&](const SettingReader& setting) {
    CountingRule rule;
    rule.fall = setting.count("misses");
    rule.rise = setting.count("up_after");
    rule.interval = surroundings.heartbeat_interval;
    rule.timeout = setting.duration("tolerance");
    return rule;
  };
  if (SettingReader(info, settings.front()).choice("windows") == "grid") {
    return family_of_lanes(
        info, settings, [&](const SettingReader& setting) { return GridLane(rule_for(setting)); });
  }
  return family_of_lanes(info, settings, [&](const SettingReader& setting) {
    return SinceBeatLane(rule_for(setting));
  });
}

}  // namespace

Entry health_check_entry() {
  Entry entry;
  entry.info.name = "health_check";
  entry.info.has_level = false;
  entry.info.summary =
      "A checker that counts failures and successes in a row, of probes (replies and failed "
      "probes) if they report, else of the heartbeats that are due.";
  entry.info.notes =
      "Where probes report, silence is no result. Where only heartbeats come, one is due every "
      "interval after the last, and one that is not there by the timeout has failed. A fresh "
      "target is up after one success (alb, envoy), or falls at its first failure (haproxy).";
  entry.info.source =
      "AWS Application Load Balancer documentation; HAProxy 3.2.0; Envoy health checking; Consul "
      "agent checks; Kubernetes kubelet probes";
  entry.info.parameters = {
      Parameter::choice("product", {"alb", "haproxy", "envoy", "consul", "kubernetes"},
                        "Whose rules and defaults: interval, timeout, fall, rise are 30s 5s 2 5 "
                        "(alb), 2s 2s 3 2 (haproxy), 10s 10s 1 1 (consul), 10s 1s 3 1 "
                        "(kubernetes); envoy has no defaults and gets 5s 1s 3 2.")
          .by_default(std::string("kubernetes")),
      Parameter::duration("interval",
                          "Time between checks (interval, inter, periodSeconds); the product's "
                          "default if absent.")
          .above(0)
          .to(kOneDay)
          .may_be_absent(),
      Parameter::duration("timeout",
                          "How long a check waits (timeout, timeoutSeconds); the product's default "
                          "if absent.")
          .to(kOneDay)
          .may_be_absent(),
      Parameter::count("fall",
                       "Failures in a row that take it down (UnhealthyThresholdCount, fall, "
                       "unhealthy_threshold, failures_before_critical + 1, failureThreshold); the "
                       "product's default if absent.")
          .from(1)
          .to(kMostInRow)
          .may_be_absent(),
      Parameter::count("rise",
                       "Successes in a row that bring it up (HealthyThresholdCount, rise, "
                       "healthy_threshold, success_before_passing + 1, successThreshold); the "
                       "product's default if absent.")
          .from(1)
          .to(kMostInRow)
          .may_be_absent()};
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make_check;
  return entry;
}

Entry missed_beats_entry() {
  Entry entry;
  entry.info.name = "missed_beats";
  entry.info.has_level = false;
  entry.info.summary =
      "The coordinator that counts misses: suspects after so many missed intervals in a row.";
  entry.info.notes =
      "It trusts again after so many heartbeats without a miss between them. A heartbeat at the "
      "very end of the last interval is in time.";
  entry.info.source =
      "Common practice; the simple timeout of k intervals, with a count of heartbeats for the way "
      "back";
  entry.info.parameters = {
      Parameter::count("misses", "Intervals in a row without a heartbeat that raise suspicion (k).")
          .from(1)
          .to(kMostInRow)
          .by_default(std::int64_t{3}),
      Parameter::count("up_after",
                       "Heartbeats in a row, none missed between, that end a suspicion (m).")
          .from(1)
          .to(kMostInRow)
          .by_default(std::int64_t{1}),
      Parameter::duration("tolerance",
                          "How much later than due a heartbeat is still no miss; since_beat only.")
          .by_default(Duration{0}),
      Parameter::choice("windows", {"since_beat", "grid"},
                        "Whether intervals are counted from the last heartbeat, or are the whole "
                        "intervals of the monitor's own clock.")
          .by_default(std::string("since_beat"))};
  entry.info.needs_interval = true;
  entry.outside_estimator = {"misses", "up_after", "tolerance"};
  entry.make = make_missed;
  return entry;
}

}  // namespace flatline::detect
