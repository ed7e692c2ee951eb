// Rows of a curve are judged together as long as all of them trust. Each must get what it gets by
// itself over the same arrivals.

#include "flatline/qos/measures.hpp"
#include "support/catch.hpp"
#include "support/random_worlds.hpp"

namespace flatline::sim {
namespace {

using namespace test;

constexpr std::uint64_t kWorlds = 24;
constexpr int kRows = 40;

// From far below the interval to far above it; some have a dead state; their order in the file is
// not that of the thresholds.
std::vector<JudgedSetting> many(const std::string& detector, const std::string& parameter,
                                Duration interval) {
  std::vector<JudgedSetting> settings;
  for (int i = 0; i < kRows; ++i) {
    const int rank = (i * 17) % kRows;
    const Duration value{interval.ns * (1 + rank * rank) / 40 + 1};
    settings.push_back(judged(detector, {{parameter, format_duration(value)}}));
    if (i % 8 == 0) settings.back().dead_after = interval;
  }
  return settings;
}

std::vector<JudgedSetting> many_thresholds(const std::string& detector) {
  std::vector<JudgedSetting> settings;
  for (int i = 0; i < kRows; ++i) {
    const int rank = (i * 17) % kRows;
    settings.push_back(
        judged(detector, {{"threshold", format_number(0.1 + 0.3 * rank)}, {"window", "9"}}));
  }
  return settings;
}

void check_same(const qos::Tally& together, std::size_t row, const qos::Tally& alone,
                std::size_t alone_row) {
  const qos::RowTally &a = together.rows[row], &b = alone.rows[alone_row];
  CHECK(a.causes == b.causes);
  for (std::size_t i = 0; i < a.batches.size(); ++i) {
    const qos::RowBatch &x = a.batches[i], &y = b.batches[i];
    CHECK(x.mistakes == y.mistakes);
    CHECK(x.ended == y.ended);
    CHECK(x.ended_ns == y.ended_ns);
    CHECK(x.suspected_ns == y.suspected_ns);
    CHECK(x.unknown_ns == y.unknown_ns);
    CHECK(x.never_ns == y.never_ns);
    CHECK(x.already_ns == y.already_ns);
    CHECK(x.crashes_detected == y.crashes_detected);
    CHECK(x.crash_detection_ns == y.crash_detection_ns);
    CHECK(x.missed == y.missed);
    CHECK(x.censored == y.censored);
  }
}

void check_measures(const qos::Tally& together, std::size_t row, const qos::Tally& alone,
                    std::size_t alone_row, const scenario::Scenario& scenario) {
  const auto x = qos::measure(together, row, scenario.duration, 1);
  const auto y = qos::measure(alone, alone_row, scenario.duration, 1);
  for (std::size_t m = 0; m < x.size(); ++m) {
    const std::string name(qos::measures()[m].name);
    CAPTURE(row, name);
    CHECK(x[m].mean.has_value() == y[m].mean.has_value());
    if (!x[m].mean || !y[m].mean) continue;
    // Sums are the same integers, but where rows share a slope their deadlines are not rounded up
    // to the nanosecond before they are added. A quantile is read off bins of 1/64 octave, by
    // linear interpolation, from edges that lie elsewhere: both are within a bin of the truth.
    const bool quantile = name.find("_p") != std::string::npos;
    CHECK(*x[m].mean == Approx(*y[m].mean).epsilon(quantile ? 1.0 / 32 : 1e-14).margin(1e-8));
  }
}

void compare(const scenario::Scenario& scenario, const std::vector<JudgedSetting>& settings) {
  const PreparedWorld world(scenario, scenario.push.interval * 10);
  const qos::Tally together = run_events(world, settings, {0, 0, 1}, nullptr);
  REQUIRE(together.curves.size() == 1);
  std::size_t row = 0;
  for (const JudgedSetting& setting : settings) {
    const std::vector<JudgedSetting> one{setting};
    const qos::Tally alone = run_events(world, one, {0, 0, 1}, nullptr);
    REQUIRE(alone.curves.empty());
    for (std::size_t r = 0; r < alone.rows.size(); ++r, ++row) {
      CAPTURE(row);
      check_same(together, row, alone, r);
      check_measures(together, row, alone, r, scenario);
    }
  }
}

}  // namespace

TEST_CASE("rows judged together get what each gets alone") {
  std::size_t shared = 0;
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    auto scenario = random_pair(seed);
    scenario.duration = scenario.push.interval * 200;
    if (seed % 4 == 0) {
      scenario.world.faults.random_crashes.push_back(
          {{scenario.world.cluster.find("worker"), "crash/worker#0"},
           scenario.push.interval * 30,
           exponential(scenario.push.interval * 3)});
    }
    CAPTURE(seed);
    const Duration interval = scenario.push.interval;
    compare(scenario, many("fixed_timeout", "timeout", interval));
    compare(scenario, many("nfd_e", "safety_margin", interval));
    compare(scenario, many("nfd_s", "shift", interval));
    compare(scenario, many_thresholds("phi_normal"));
    compare(scenario, many_thresholds("phi_exponential"));
    const PreparedWorld world(scenario, interval * 10);
    const auto tally = run_events(world, many("nfd_s", "shift", interval), {0, 0, 1}, nullptr);
    for (const auto& row : tally.rows) shared += row.upwards.empty() ? 0u : 1u;
  }
  // In half of the worlds the monitor stalls, and rows are booked one by one; in the others at
  // least one row has something to share. Else the test would have shown nothing.
  CHECK(shared > kWorlds / 3);
}

TEST_CASE("a curve without trouble gives exact quantiles") {
  // Sent every second, 10 ms on the way: T_D is uniform over (timeout - 0.99 s, timeout + 0.01 s].
  auto scenario = push_world(1, s(1), random::Distribution::constant(ms(10)), 0, s(10'000));
  std::vector<JudgedSetting> settings;
  for (int i = 0; i < 20; ++i)
    settings.push_back(judged("fixed_timeout", {{"timeout", std::to_string(2 + i) + "s"}}));
  const PreparedWorld world(scenario, s(5));
  const qos::Tally tally = run_events(world, settings, {0, 0, 1}, nullptr);
  const qos::Measurer measurer(tally);
  for (int i = 0; i < 20; ++i) {
    const auto values = measurer.measure(static_cast<std::size_t>(i), scenario.duration, 1);
    // The mean is exact but for the cut at both ends of the run, a span of 10,000; the median of a
    // uniform law read off bins of at most 1/64 octave of 2 s, all full, is exact as well.
    CHECK(*values[0].mean == Approx(2 + i - 0.49).margin(2e-4));
    CHECK(*values[1].mean == Approx(2 + i - 0.49).margin(2e-4));
    CHECK(*values[5].mean == Approx(2 + i + 0.01).margin(1e-9));
  }
}

}  // namespace flatline::sim
