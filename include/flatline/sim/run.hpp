#pragma once
// Puts a run together: a scenario's world, its node programs and its detectors, one replication at
// a time, for a block of senders. Blocks share nothing but draws that are addressed by name, so
// they can run on any thread in any order; their tallies add up to the same bytes.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/detect/registry.hpp"
#include "flatline/qos/tally.hpp"
#include "flatline/scenario/scenario.hpp"
#include "flatline/world/link.hpp"

namespace flatline::sim {

/// One detector setting to judge with.
struct JudgedSetting {
  const detect::DetectorInfo* info = nullptr;
  detect::Setting setting;
  std::optional<Duration> dead_after = {};
  std::optional<Duration> check_every = {};
  bool wall_clock = false;
  std::optional<detect::PauseGuard> guard = {};
};

/// One row of results: a setting and the state it reports on.
struct JudgedRow {
  std::size_t setting = 0;
  bool dead = false;
};

/// The rows of these settings: `suspected`, then `dead` where dead_after is given, setting by
/// setting.
std::vector<JudgedRow> rows_of(const std::vector<JudgedSetting>& settings);

/// The warm-up that "auto" means: 1.5 x the longest window x the interval, at least three
/// intervals.
Duration automatic_warm_up(std::int64_t longest_window, Duration interval);

/// A scenario made ready to run; immutable, shared by all threads.
class PreparedWorld {
 public:
  /// `warm_up` is the same for all cells of a sweep. REQUIRES: `scenario` outlives this.
  PreparedWorld(const scenario::Scenario& scenario, Duration warm_up);

  [[nodiscard]] const scenario::Scenario& scenario() const { return *scenario_; }
  [[nodiscard]] const world::LinkTable& links() const { return links_; }
  [[nodiscard]] Duration warm_up() const { return warm_up_; }
  [[nodiscard]] const qos::BatchPlan& batches() const { return batches_; }

 private:
  const scenario::Scenario* scenario_;
  Duration warm_up_;
  world::LinkTable links_;
  qos::BatchPlan batches_;
};

/// A part of the work: senders first <= i < last of push.from, one replication. All of them if
/// needs_events().
struct Block {
  std::uint32_t replication = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// What happened in the first minutes of a run, for the timeline of a report.
struct TimelineEntry {
  SimInstant at{};
  NodeId monitored{};
  NodeId monitor{};
  std::size_t row = 0;  ///< suspect and trust only.
  const char* event =
      "";  ///< send lost arrive suspect trust crash recover stall wake gray mend partition heal
};

/// Whether something couples the pairs, so that they run together on the event engine: a queue that
/// links share.
bool needs_events(const scenario::Scenario& scenario);

/// Runs one block on the event engine. Stops early, with an incomplete tally, once `*stop` is set
/// (may be null).
qos::Tally run_events(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                      const Block& block, const std::atomic<bool>* stop);

/// The same on the stream engine, which gives the same tally to the last bit. It takes scenarios
/// whose protocol is passive: no message answers another. Push heartbeats are. REQUIRES: not
/// needs_events().
qos::Tally run_stream(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                      const Block& block, const std::atomic<bool>* stop);

/// The first `length` of measured time of the block, as it happens, in time order; at most `limit`
/// entries.
std::vector<TimelineEntry> record_timeline(const PreparedWorld& world,
                                           const std::vector<JudgedSetting>& settings,
                                           const Block& block, Duration length, std::size_t limit);

}  // namespace flatline::sim
