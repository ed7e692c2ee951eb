#include "detect/session.hpp"

#include <algorithm>

#include "detect/crossing.hpp"
#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

struct Granted {
  bool bucketed;
  Duration timeout;
  std::int64_t tick_ms;
};

Granted granted(const SettingReader& setting) {
  Duration timeout = setting.duration("timeout");
  if (const auto least = setting.optional_duration("min_timeout")) {
    timeout = std::max(timeout, *least);
  }
  if (const auto most = setting.optional_duration("max_timeout")) {
    timeout = std::min(timeout, *most);
  }
  return {setting.choice("expiry") == "bucketed", timeout,
          whole_milliseconds(setting.duration("tick"))};
}

/// Remembers the last touch, of a session that reopens.
class SessionEstimator {
 public:
  struct Constants {
    /// Bucketed: whole ticks of the timeout, and the rest that moves the touch before it is
    /// rounded. The product rounds up to the next tick, and one more if it is on one already.
    explicit Constants(const Granted& session)
        : tick_ms(session.bucketed ? session.tick_ms : 0),
          rest_ms(session.bucketed ? whole_milliseconds(session.timeout) % tick_ms : 0),
          shift(session.bucketed
                    ? milliseconds(whole_milliseconds(session.timeout) - rest_ms + tick_ms)
                    : session.timeout) {}

    std::int64_t tick_ms;  ///< 0: plain.
    std::int64_t rest_ms;
    Duration shift;
  };
  struct View {
    LocalInstant last;  ///< never(): no touch yet.
  };

  static constexpr bool kSlopes = false;

  void beat(LocalInstant now, const Observation& /*observation*/) { last_ = now; }
  void reset() { last_ = LocalInstant::never(); }
  [[nodiscard]] View view() const { return {last_}; }
  [[nodiscard]] static bool same_line(const Constants& a, const Constants& b) {
    return a.tick_ms == b.tick_ms && a.rest_ms == b.rest_ms;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& setting) {
    if (setting.tick_ms == 0 || view.last == LocalInstant::never()) return {view.last, {}};
    const std::int64_t ticks =
        floor_div(whole_milliseconds(view.last) + setting.rest_ms, setting.tick_ms);
    return {at_millisecond(ticks * setting.tick_ms), {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, setting.shift, 0}; }
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    return seconds_past(deadline_on(line(view, setting), place(setting)), now);
  }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  LocalInstant last_ = LocalInstant::never();
};

/// A session that stays closed: whether a heartbeat still counts depends on whether it has expired.
class ClosingLane {
 public:
  explicit ClosingLane(const SettingReader& setting) : session_(granted(setting)) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    // A touch at the very instant of expiry is in time.
    if (open_ && now > deadline_) return;
    open_ = true;
    deadline_ =
        deadline_on(SessionEstimator::line({now}, session_), SessionEstimator::place(session_));
  }

  void reset() { open_ = false; }

  [[nodiscard]] LocalInstant deadline() const { return open_ ? deadline_ : LocalInstant::never(); }
  [[nodiscard]] double level(LocalInstant now) const { return seconds_past(deadline(), now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  SessionEstimator::Constants session_;
  bool open_ = false;
  LocalInstant deadline_{};
};

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  if (SettingReader(info, settings.front()).choice("after_expiry") == "closed") {
    return family_of_lanes(info, settings,
                           [](const SettingReader& setting) { return ClosingLane(setting); });
  }
  std::vector<SessionEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    constants.emplace_back(granted(SettingReader(info, setting)));
  }
  return std::make_unique<SharedFamily<SessionEstimator>>(SessionEstimator(), std::move(constants));
}

}  // namespace

Entry session_entry() {
  Entry entry;
  entry.info.name = "session";
  entry.info.has_level = false;
  entry.info.summary =
      "A session or lease that heartbeats and replies renew; failed probes change nothing.";
  entry.info.notes =
      "Bucketed, as ZooKeeper, it expires at a whole tick of the monitor's clock, more than the "
      "timeout and at most one tick more after the last touch. Plain, it expires at the timeout "
      "itself.";
  entry.info.source =
      "Apache ZooKeeper 3.9.5, server/ExpiryQueue.java and SessionTrackerImpl.java; zoo_sample.cfg";
  entry.info.parameters = {
      Parameter::duration("timeout",
                          "Session timeout as granted, or the length of the lease "
                          "(sessionTimeout).")
          .from(1e-3),
      Parameter::choice("expiry", {"bucketed", "plain"},
                        "Whether it expires at a whole tick, in whole milliseconds, or exactly at "
                        "the timeout.")
          .by_default(std::string("bucketed")),
      Parameter::duration("tick", "Width of a bucket, in whole milliseconds (tickTime).")
          .from(1e-3)
          .by_default(seconds(2)),
      Parameter::duration("min_timeout",
                          "Who asks for less is granted this (minSessionTimeout; two ticks unless "
                          "the server says otherwise); no limit if absent.")
          .from(1e-3)
          .may_be_absent(),
      Parameter::duration("max_timeout",
                          "Who asks for more is granted this (maxSessionTimeout; 20 ticks unless "
                          "the server says otherwise); no limit if absent.")
          .from(1e-3)
          .may_be_absent(),
      Parameter::choice("after_expiry", {"reopen", "closed"},
                        "Whether the next heartbeat opens a new session, or the process stays "
                        "expired until it restarts.")
          .by_default(std::string("reopen"))};
  entry.info.resolution = milliseconds(1);
  entry.outside_estimator = {"timeout", "expiry", "tick", "min_timeout", "max_timeout"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
