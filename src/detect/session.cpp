#include "detect/session.hpp"

#include <algorithm>

#include "detect/crossing.hpp"
#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"

namespace flatline::detect {
namespace {

/// One session or lease. Whether a heartbeat still counts depends on whether it has expired.
class SessionLane {
 public:
  explicit SessionLane(const SettingReader& setting)
      : bucketed_(setting.choice("expiry") == "bucketed"),
        reopens_(setting.choice("after_expiry") == "reopen"),
        timeout_(setting.duration("timeout")),
        tick_ms_(whole_milliseconds(setting.duration("tick"))) {
    if (const auto least = setting.optional_duration("min_timeout")) {
      timeout_ = std::max(timeout_, *least);
    }
    if (const auto most = setting.optional_duration("max_timeout")) {
      timeout_ = std::min(timeout_, *most);
    }
  }

  void beat(LocalInstant now, const Observation& /*observation*/) {
    // A touch at the very instant of expiry is in time.
    if (open_ && !reopens_ && now > deadline_) return;
    open_ = true;
    deadline_ = bucketed_ ? bucket_end(now) : now + timeout_;
  }

  void reset() { open_ = false; }

  [[nodiscard]] LocalInstant deadline() const { return open_ ? deadline_ : LocalInstant::never(); }
  [[nodiscard]] double level(LocalInstant now) const { return seconds_past(deadline(), now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  /// The product's rounding: up to the next tick, and one more if it is on one already.
  [[nodiscard]] LocalInstant bucket_end(LocalInstant now) const {
    const std::int64_t end_ms = whole_milliseconds(now) + whole_milliseconds(timeout_);
    return at_millisecond((floor_div(end_ms, tick_ms_) + 1) * tick_ms_);
  }

  bool bucketed_;
  bool reopens_;
  Duration timeout_;
  std::int64_t tick_ms_;
  bool open_ = false;
  LocalInstant deadline_{};
};

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return family_of_lanes(info, settings,
                         [](const SettingReader& setting) { return SessionLane(setting); });
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
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
