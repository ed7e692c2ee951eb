// The crash experiments against crashes that really happen. Draws are addressed, so a node that
// crashes at c sends and loses exactly what it did before c in the run without the crash. Between
// two sends the final suspicion does not depend on c: one crash per span tells the truth for all of
// it.

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "support/catch.hpp"
#include "support/random_worlds.hpp"

namespace flatline::sim {
namespace {

using qos::Wide;

constexpr std::int64_t kNever = INT64_MAX;

/// What the spans of one row add up to.
struct Booked {
  Wide span = 0, never = 0, already = 0, twice = 0;
  std::int64_t max = 0;
  qos::DetectionHistogram times;

  void add(std::int64_t from, std::int64_t to, std::int64_t suspicion) {
    span += to - from;
    if (suspicion == kNever) {
      never += to - from;
      return;
    }
    // T_D of a crash at c in (from, to] is max(0, suspicion - c).
    const std::int64_t start = std::min(to, suspicion);
    already += to - std::max(from, start);
    if (suspicion <= from) return;
    const std::int64_t high = suspicion - from;
    const std::int64_t low = suspicion - start;
    twice += Wide{high} * high - Wide{low} * low;
    times.add_interval(low, high);
    max = std::max(max, high);
  }
};

Booked booked(const qos::Tally& tally, std::size_t index) {
  Booked all;
  for (const qos::CommonBatch& batch : tally.common) all.span += batch.span_ns;
  const qos::RowTally& row = tally.rows[index];
  for (const qos::RowBatch& batch : row.batches) {
    all.never += batch.never_ns;
    all.already += batch.already_ns;
    all.twice += batch.detection_twice;
    all.times.merge(batch.detection);
  }
  all.max = row.detection_max_ns;
  return all;
}

bool same_times(const qos::DetectionHistogram& a, const qos::DetectionHistogram& b) {
  const auto x = a.cumulative(), y = b.cumulative();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
    return p.edge == q.edge && p.below == q.below;
  });
}

bool same(const Booked& a, const Booked& b) {
  return a.span == b.span && a.never == b.never && a.already == b.already && a.twice == b.twice &&
         a.max == b.max && same_times(a.times, b.times);
}

std::vector<TimelineEntry> events_of(const scenario::Scenario& scenario, Duration warm_up) {
  const PreparedWorld world(scenario, warm_up);
  return record_timeline(world, {test::judged("fixed_timeout", {{"timeout", "1h"}})}, {0, 0, 1},
                         scenario.duration, 1'000'000);
}

struct Crashes {
  std::int64_t detected = 0;
  Wide time = 0;
};

std::vector<Crashes> crashes_of(const scenario::Scenario& scenario,
                                const std::vector<JudgedSetting>& settings, Duration warm_up) {
  const PreparedWorld world(scenario, warm_up);
  std::vector<Crashes> all;
  for (const qos::RowTally& row : run_events(world, settings, {0, 0, 1}, nullptr).rows) {
    Crashes& sum = all.emplace_back();
    for (const qos::RowBatch& batch : row.batches) {
      sum.detected += batch.crashes_detected;
      sum.time += batch.crash_detection_ns;
    }
  }
  return all;
}

/// When each row finally suspects if the sender really crashes at `crash`; `crash` if it does so by
/// then already.
std::vector<std::int64_t> final_suspicions(scenario::Scenario scenario,
                                           const std::vector<JudgedSetting>& settings,
                                           Duration warm_up, std::int64_t crash) {
  auto& crashes = scenario.world.faults.scheduled_crashes;
  // What would have crashed later does not matter to the question; what crashed before is taken off
  // again.
  std::erase_if(crashes, [&](const world::ScheduledCrash& c) { return c.at.ns > crash; });
  scenario.duration = Duration{crash} + scenario.push.interval * 4000;
  const auto before = crashes_of(scenario, settings, warm_up);
  crashes.push_back({scenario.push.from.front(), {crash}, std::nullopt});
  const auto after = crashes_of(scenario, settings, warm_up);
  std::vector<std::int64_t> suspicions;
  for (std::size_t row = 0; row < after.size(); ++row) {
    const std::int64_t detected = after[row].detected - before[row].detected;
    REQUIRE((detected == 0 || detected == 1));
    const Wide time = after[row].time - before[row].time;
    suspicions.push_back(detected == 0 ? kNever : crash + static_cast<std::int64_t>(time));
  }
  return suspicions;
}

void check_spans(const scenario::Scenario& scenario, const std::vector<JudgedSetting>& settings,
                 Duration warm_up,
                 const std::vector<std::pair<std::int64_t, std::int64_t>>& spans) {
  const PreparedWorld world(scenario, warm_up);
  const qos::Tally tally = run_events(world, settings, {0, 0, 1}, nullptr);
  std::vector<Booked> truth(tally.rows.size());
  for (const auto& [from, to] : spans) {
    const auto suspicions = final_suspicions(scenario, settings, warm_up, from + 1);
    for (std::size_t row = 0; row < truth.size(); ++row) {
      // A time of zero says only "by then": as good as any earlier instant.
      const std::int64_t suspicion = suspicions[row] == from + 1 ? from : suspicions[row];
      truth[row].add(from, to, suspicion);
    }
  }
  for (std::size_t row = 0; row < truth.size(); ++row) {
    CAPTURE(scenario.seed, row);
    const Booked experiments = booked(tally, row);
    CHECK(static_cast<double>(experiments.span) == static_cast<double>(truth[row].span));
    CHECK(static_cast<double>(experiments.twice) == static_cast<double>(truth[row].twice));
    CHECK(experiments.max == truth[row].max);
    CHECK(same(experiments, truth[row]));
  }
}

/// The spans in which a crash of the sender can be judged, from what is seen on the wire of a FIFO
/// link without copies that is watched from its start: both nodes are up, and a beat of this
/// incarnation has come.
class Coverage {
 public:
  explicit Coverage(NodeId sender) : sender_(sender) {}

  void take(const TimelineEntry& entry) {
    const std::string event = entry.event;
    if (event == "send") {
      sends_.push_back(entry.at.ns);
      flying_.push_back({entry.at.ns, incarnation_});
    } else if (event == "lost") {
      flying_.pop_back();
    } else if (event == "arrive") {
      const auto [sent, incarnation] = flying_.front();
      flying_.erase(flying_.begin());
      if (sender_up_ && monitor_up_ && incarnation == incarnation_ && !from_)
        from_ = std::max(sent, since_);
    } else if (event == "crash") {
      close();
      (entry.monitored == sender_ ? sender_up_ : monitor_up_) = false;
      if (entry.monitored == sender_) sends_.clear();
    } else if (event == "recover") {
      (entry.monitored == sender_ ? sender_up_ : monitor_up_) = true;
      if (entry.monitored == sender_) ++incarnation_;
      since_ = entry.at.ns;
    }
  }

  void close() {
    if (from_) {
      for (const std::int64_t sent : sends_) {
        if (sent <= *from_) continue;
        spans.emplace_back(*from_, sent);
        from_ = sent;
      }
    }
    from_.reset();
  }

  std::vector<std::pair<std::int64_t, std::int64_t>> spans;

 private:
  NodeId sender_;
  bool sender_up_ = true, monitor_up_ = true;
  int incarnation_ = 0;
  std::int64_t since_ = 0;
  std::optional<std::int64_t> from_;
  std::vector<std::int64_t> sends_;
  std::vector<std::pair<std::int64_t, int>> flying_;
};

}  // namespace

// Equal to the nanosecond, no tolerance.
TEST_CASE("the crash experiments are what real crashes give") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const scenario::Scenario scenario = test::random_pair(seed);
    const auto settings = test::some_detectors(scenario.push.interval, seed);
    // Long enough before zero that beats have been seen: spans then cover all time up to the last
    // send.
    const Duration warm_up = scenario.push.interval * 60;
    std::vector<std::pair<std::int64_t, std::int64_t>> spans;
    std::int64_t from = 0;
    for (const TimelineEntry& entry : events_of(scenario, warm_up)) {
      if (std::strcmp(entry.event, "send") != 0 || entry.at.ns == from) continue;
      spans.emplace_back(from, entry.at.ns);
      from = entry.at.ns;
    }
    REQUIRE(spans.size() >= 5);
    check_spans(scenario, settings, warm_up, spans);
  }
}

TEST_CASE("the crash experiments hold around real crashes of both nodes") {
  std::size_t spans = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    test::Dice dice(seed);
    scenario::Scenario scenario = test::random_pair(seed);
    world::LinkRule& link = scenario.world.default_link;
    link.order = world::Order::fifo;
    link.duplicate = 0;
    world::Faults& faults = scenario.world.faults;
    // A beat that waits for a stalled monitor to crash would be counted as seen by the test.
    std::erase_if(faults.random_stalls, [&](const world::RandomStalls& stalls) {
      return stalls.target.nodes.front() != scenario.push.from.front();
    });
    for (const NodeId node : {scenario.push.from.front(), scenario.push.to.front()}) {
      Duration at{};
      for (int i = 0; i < 2; ++i) {
        at += dice.tenths(scenario.push.interval, 60, 130);
        const Duration down = dice.tenths(scenario.push.interval, 2, 60);
        faults.scheduled_crashes.push_back({node, at, down});
        at += down;
      }
    }
    Coverage coverage(scenario.push.from.front());
    for (const TimelineEntry& entry : events_of(scenario, {})) coverage.take(entry);
    coverage.close();
    spans += coverage.spans.size();
    check_spans(scenario, test::some_detectors(scenario.push.interval, seed), {}, coverage.spans);
  }
  CHECK(spans > 300);
}

}  // namespace flatline::sim
