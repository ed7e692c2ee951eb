// When faults strike: schedules, renewal by any law, rates that follow the hour or come in bursts,
// places, slow starts.

#include <algorithm>

#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

using kit::constant;
using kit::exponential;
using kit::walk;
using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;

const random::StreamFactory kStreams(21, 0);

Model two_racks() {
  Model model;
  model.cluster = Cluster({{"a", 4}}, {{"rack/0", {{0}, {1}}}, {"rack/1", {{2}, {3}}}});
  return model;
}

RandomStalls stalls(FaultTarget target, Duration between, Duration length) {
  RandomStalls out;
  out.target = std::move(target);
  out.mean_time_between = between;
  out.length = constant(length);
  return out;
}

// Starts of the stalls of node 0 by one process.
Timeline varying(const Variation& variation, Duration between, Duration length,
                 const random::StreamFactory& streams = kStreams) {
  static Model model;
  model = two_racks();
  model.faults.random_stalls.push_back(stalls({{{0}}, "stall/a#0", {}}, between, length));
  model.faults.random_stalls.back().variation = variation;
  return Truth(model, streams, {}).stalls({0});
}

}  // namespace

TEST_CASE("a scheduled fault repeats as often as it says, from start to start") {
  Model model = two_racks();
  ScheduledStall stall{{{0}}, seconds(10), seconds(2), OnWake::skip, {seconds(5), 3}};
  model.faults.scheduled_stalls = {stall};
  CHECK(walk(Truth(model, kStreams, {}).stalls({0})) == Spans{{seconds(10).ns, seconds(12).ns},
                                                              {seconds(15).ns, seconds(17).ns},
                                                              {seconds(20).ns, seconds(22).ns}});
  CHECK(Truth(model, kStreams, {}).stalls({0}).next()->on_wake == OnWake::skip);
  model.faults.scheduled_stalls[0].repeat.times = 0;
  const Spans forever = walk(Truth(model, kStreams, {}).stalls({0}), 500);
  REQUIRE(forever.size() == 500);
  CHECK(forever.back().first == seconds(10 + 499 * 5).ns);
}

TEST_CASE("a repetition that would begin before the last has ended is left out, its draw with it") {
  Model model = two_racks();
  RouteChange change;
  change.sides = {{{0}}, {{1}}, Direction::both};
  change.stream = "route/a|b#0";
  change.strikes.at = seconds(10);
  change.strikes.repeat = {seconds(5), 0};
  change.strikes.length = kit::law(random::Family::uniform, {}, seconds(12));
  GrayFailure gray;
  gray.target = {{{0}}, "gray/a#0", {}};
  gray.strikes = change.strikes;
  model.faults.gray_failures = {gray};
  Timeline timeline = Truth(model, kStreams, {}).gray_failures({0});
  const random::Stream lengths = kStreams.stream("gray/a#0/a/0/length");
  const random::Sampler length = kit::sampler(gray.strikes.length);
  std::uint64_t seen = 0;
  for (int i = 0; i < 50; ++i) {
    const auto interval = timeline.next();
    REQUIRE((interval->start.ns - seconds(10).ns) % seconds(5).ns == 0);
    const auto k =
        static_cast<std::uint64_t>((interval->start.ns - seconds(10).ns) / seconds(5).ns);
    REQUIRE(interval->index == k);
    REQUIRE((interval->end - interval->start).ns == length(lengths.bits(k)));
    seen = k;
  }
  // A length is above 5 s and above 10 s now and then: some have been left out.
  CHECK(seen > 60);
}

TEST_CASE("schedules that can never be seen come to an end") {
  const random::Stream none;
  IntervalSource endless(Periodic{{0}, {nanoseconds(1), 0}}, kit::sampler(constant({})), none,
                         OnWake::send);
  CHECK_FALSE(endless.next());
  // A long one every nanosecond: the next is found without walking to it.
  IntervalSource dense(Periodic{{0}, {nanoseconds(1), 0}}, kit::sampler(constant(hours(1))), none,
                       OnWake::send);
  CHECK(dense.next()->start.ns == 0);
  CHECK(dense.next()->start.ns == hours(1).ns);
}

TEST_CASE("time between faults follows any law that is given") {
  Variation variation;
  variation.between = kit::law(random::Family::uniform, seconds(3), seconds(4));
  Timeline timeline = varying(variation, {}, seconds(1));
  std::int64_t end = 0, least = seconds(9).ns, most = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto stall = timeline.next();
    least = std::min(least, stall->start.ns - end);
    most = std::max(most, stall->start.ns - end);
    end = stall->end.ns;
  }
  // 2000 draws reach both ends within 2 % but for a chance of 2 x 0.98^2000 = 6e-18.
  CHECK(least >= seconds(3).ns);
  CHECK(least < milliseconds(3020).ns);
  CHECK(most <= seconds(4).ns);
  CHECK(most > milliseconds(3980).ns);
}

// Counts per hour are Poisson, but for the nanosecond that a stall lasts: 5 standard errors each
// (alpha 6e-7 for each of 24 hours); the hours' means by the integral of the cosine.
TEST_CASE("a diurnal rate follows the hour, and its mean is the one asked for") {
  Variation variation;
  Diurnal law;
  law.peak = hours(15);
  law.amplitude = 0.8;
  variation.diurnal = law;
  constexpr int kDays = 400;
  Timeline timeline = varying(variation, seconds(60), nanoseconds(1));
  std::vector<double> counts(24, 0);
  double all = 0;
  for (;;) {
    const auto stall = timeline.next();
    if (stall->start.ns >= days(kDays).ns) break;
    counts[static_cast<std::size_t>(stall->start.ns / hours(1).ns % 24)] += 1;
    all += 1;
  }
  const double pi = std::acos(-1.);
  for (int hour = 0; hour < 24; ++hour) {
    const double from = 2 * pi * (hour - 15) / 24, to = 2 * pi * (hour - 14) / 24;
    const double mean = kDays * 60 * (1 + .8 * (std::sin(to) - std::sin(from)) / (to - from));
    INFO("hour " << hour);
    CHECK(std::abs(counts[static_cast<std::size_t>(hour)] - mean) < 5 * std::sqrt(mean));
  }
  CHECK(std::abs(all - kDays * 1440.) < 5 * std::sqrt(kDays * 1440.));
}

TEST_CASE("at full amplitude nothing strikes at the far side of the peak") {
  Variation variation;
  Diurnal law;
  law.period = minutes(1);
  law.amplitude = 1;
  variation.diurnal = law;
  Timeline timeline = varying(variation, milliseconds(100), nanoseconds(1));
  // Within 1.5 s of the trough the rate is at most 1 - cos(2 pi 1.5/60) = 1.2 % of the mean: its
  // share of all is 3/60 x (1/3 of 1.2 %) = 0.02 %; 60000 strikes give 12.
  int near_trough = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::int64_t phase = timeline.next()->start.ns % minutes(1).ns;
    near_trough += std::abs(phase - seconds(30).ns) < milliseconds(1500).ns ? 1 : 0;
  }
  CHECK(near_trough > 0);
  CHECK(near_trough < 12 + 6 * std::sqrt(12.));
}

// A Markov-modulated Poisson process of mean rate l: in windows long against the sojourns C and B
// the variance over the mean of the counts is 1 + 2 pi_c pi_b (l_b - l_c)^2 / (l (1/C + 1/B)), less
// what the windows miss, a share of about 9 s / 3000 s: 70.4 here.
TEST_CASE("a bursty rate has the mean asked for, and counts as dispersed as theory says") {
  Variation variation;
  Bursty law;
  law.calm_mean = seconds(90);
  law.busy_mean = seconds(10);
  law.factor = 20;
  variation.bursty = law;
  Timeline timeline = varying(variation, seconds(1), nanoseconds(1));
  constexpr int kWindows = 1500;
  std::vector<double> counts(kWindows, 0);
  for (;;) {
    const auto window = static_cast<std::size_t>(timeline.next()->start.ns / seconds(3000).ns);
    if (window >= counts.size()) break;
    counts[window] += 1;
  }
  kit::Moments moments;
  for (const double count : counts) moments.add(count);
  const double calm = 1 / 2.9, busy = 20 / 2.9;
  const double expected =
      1 + 2 * .9 * .1 * (busy - calm) * (busy - calm) / (1. / 90 + 1. / 10) * (1 - 9. / 3000);
  const double dispersion = moments.variance() / moments.mean();
  // Mean: 4 standard errors. Dispersion of 1500 nearly normal counts: 4 sqrt(2 / 1500) = 15 %.
  CHECK(std::abs(moments.mean() - 3000) < 4 * std::sqrt(expected * 3000 / kWindows));
  CHECK(dispersion == Approx(expected).epsilon(.15));
  CHECK(expected == Approx(70.4).epsilon(.01));
}

TEST_CASE("a factor of one is a Poisson process") {
  Variation variation;
  variation.bursty = Bursty{seconds(90), seconds(10), 1};
  Timeline timeline = varying(variation, seconds(1), nanoseconds(1));
  Variation plain;
  Timeline same = varying(plain, seconds(1), nanoseconds(1));
  for (int i = 0; i < 100; ++i) CHECK(timeline.next()->start == same.next()->start);
}

TEST_CASE("what strikes a place strikes its nodes at the same instants, and no other") {
  Model model = two_racks();
  FaultTarget racks;
  racks.stream = "stall/rack#0";
  racks.places = model.cluster.places();
  model.faults.random_stalls.push_back(stalls(racks, seconds(100), seconds(1)));
  const Truth truth(model, kStreams, {});
  CHECK(walk(truth.stalls({0}), 50) == walk(truth.stalls({1}), 50));
  CHECK(walk(truth.stalls({2}), 50) == walk(truth.stalls({3}), 50));
  CHECK(walk(truth.stalls({0}), 1) != walk(truth.stalls({2}), 1));
  CHECK(walk(truth.host_stalls({0}), 50) == walk(truth.stalls({0}), 50));
  // By the address of its draws.
  const random::Sampler gap = kit::sampler(exponential(seconds(100)));
  CHECK(truth.stalls({0}).next()->start.ns ==
        gap(kStreams.stream("stall/rack#0/rack/0/gap").bits(0)));
}

TEST_CASE("a stall of a host is told from one of the node by itself") {
  Model model = two_racks();
  ScheduledStall alone{{{0}}, seconds(1), seconds(1)}, host{{{0}, {1}}, seconds(5), seconds(1)};
  host.whole_host = true;
  model.faults.scheduled_stalls = {alone, host};
  model.faults.random_stalls.push_back(
      stalls({{{0}}, "stall/a/0#0", {}}, seconds(100), seconds(1)));
  const Truth truth(model, kStreams, {});
  CHECK(walk(truth.host_stalls({0})) == Spans{{seconds(5).ns, seconds(6).ns}});
  CHECK(walk(truth.stalls({0}), 9).size() == 9);
}

TEST_CASE("slow starts follow each recovery, with the crashes' own draws") {
  Model model = two_racks();
  RandomCrashes crashes;
  crashes.target = {{{0}, {1}}, "crash/a#0", {}};
  crashes.mean_time_between = seconds(100);
  crashes.down = exponential(seconds(10));
  crashes.slow_start = constant(seconds(3));
  model.faults.random_crashes = {crashes};
  model.faults.scheduled_crashes = {
      {{2}, seconds(7), seconds(2), {seconds(20), 2}, milliseconds(1500)},
      {{3}, seconds(7), std::nullopt, {}, seconds(5)}};
  const Truth truth(model, kStreams, {});
  const Spans down = walk(truth.crashes({0}), 40), slow = walk(truth.stalls({0}), 20);
  // Slow starts may touch and merge; those that stand alone must be found.
  int found = 0;
  for (std::size_t i = 0; i < slow.size(); ++i) {
    for (const auto& [start, end] : down) found += slow[i].first == end ? 1 : 0;
  }
  CHECK(found == 20);
  CHECK(walk(truth.stalls({2})) ==
        Spans{{seconds(9).ns, milliseconds(10'500).ns}, {seconds(29).ns, milliseconds(30'500).ns}});
  CHECK(walk(truth.stalls({3})).empty());
  CHECK(walk(truth.host_stalls({0})).empty());
  crashes.slow_start.reset();
  Model without = two_racks();
  without.faults.random_crashes = {crashes};
  CHECK(walk(Truth(without, kStreams, {}).crashes({0}), 40) == down);
}

TEST_CASE("a slow start ends with the next crash, however long it would be") {
  Model model = two_racks();
  model.faults.scheduled_crashes = {{{0}, seconds(10), seconds(2), {seconds(5), 0}, hours(1)}};
  const Spans slow = walk(Truth(model, kStreams, {}).stalls({0}), 100);
  REQUIRE(slow.size() == 100);
  for (std::size_t i = 0; i < slow.size(); ++i) {
    const std::int64_t recovery = seconds(12 + 5 * static_cast<std::int64_t>(i)).ns;
    REQUIRE(slow[i] == std::pair(recovery, recovery + seconds(3).ns));
  }
}

TEST_CASE("names find groups, nodes, places and families of places, each node once") {
  const Cluster cluster({{"worker", 4}}, {{"eu", {{0}, {1}, {2}}},
                                          {"rack/0", {{0}, {1}}},
                                          {"rack/1", {{1}, {3}}},
                                          {"rackety", {{2}}}});
  const auto ids = [](std::initializer_list<std::uint32_t> values) {
    std::vector<NodeId> out;
    for (const std::uint32_t value : values) out.push_back({value});
    return out;
  };
  CHECK(cluster.find("eu") == ids({0, 1, 2}));
  CHECK(cluster.find("rack/1") == ids({1, 3}));
  CHECK(cluster.find("rack") == ids({0, 1, 3}));
  CHECK(cluster.find("worker/2") == ids({2}));
  CHECK(cluster.find("worker").size() == 4);
  for (const char* absent : {"rack/2", "rac", "eu/0", "rack/", ""}) {
    CHECK(cluster.find(absent).empty());
  }
}

}  // namespace flatline::world
