// Delays that come from the time of sending: changed routes, backlogs.

#include "flatline/world/extra_delay.hpp"

#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(31, 0);

}  // namespace

TEST_CASE("a changed route adds one level to all messages of a change, and another to the next") {
  Model model;
  model.cluster = Cluster({{"a", 1}, {"b", 1}, {"c", 1}});
  RouteChange change;
  change.sides = {{{0}}, {{1}}, Direction::a_to_b};
  change.stream = "route/a|b#0";
  change.strikes.at = seconds(10);
  // Each lasts up to the next: they touch, and are two all the same.
  change.strikes.repeat = {seconds(5), 3};
  change.strikes.length = kit::constant(seconds(5));
  change.extra = kit::exponential(milliseconds(20));
  model.faults.route_changes = {change};
  const Truth truth(model, kStreams, {});
  CHECK(truth.route_shifts({1}, {0}).empty());
  CHECK(truth.route_shifts({0}, {2}).empty());
  LinkRule rule;
  rule.delay = kit::constant(milliseconds(7));
  Conditions conditions;
  conditions.shifts = truth.route_shifts({0}, {1});
  REQUIRE(conditions.shifts.size() == 1);
  Link link = kit::link_of(rule, kStreams, conditions);
  const random::Sampler extra = kit::sampler(change.extra);
  const random::Stream draws = kStreams.stream("route/a|b#0/extra");
  for (std::int64_t ms = 0; ms < 40'000; ms += 250) {
    const SimInstant at{milliseconds(ms).ns};
    std::int64_t level = 0;
    if (ms >= 10'000 && ms < 25'000) {
      level = extra(draws.bits(static_cast<std::uint64_t>((ms - 10'000) / 5000)));
    }
    REQUIRE((link.transmit(at, static_cast<std::uint64_t>(ms), 100).arrival - at).ns ==
            milliseconds(7).ns + level);
  }
}

TEST_CASE("a backlog is a triangle: it grows, is worked off, and grows again from what is left") {
  const auto overloads = [] {
    return kit::fixed({{{1000}, {2000}}, {{4000}, {4500}}, {{20'000}, {20'001}}});
  };
  // Up by 2 per ns, down by 1/2: 2000 at 2000, 1000 at 4000, 2000 at 4500, nothing from 8500 on.
  const auto truth = [](std::int64_t t) -> std::int64_t {
    if (t < 1000) return 0;
    if (t <= 2000) return 2 * (t - 1000);
    if (t <= 4000) return 2000 - (t - 2000) / 2;
    if (t <= 4500) return 1000 + 2 * (t - 4000);
    if (t <= 8500) return 2000 - (t - 4500) / 2;
    if (t <= 20'000) return 0;
    return t == 20'001 ? 2 : t == 20'002 || t == 20'003 ? 2 - (t - 20'001) / 2 : 1;
  };
  for (const std::int64_t step : {1, 7, 499, 2500}) {
    Backlog backlog(overloads(), 2, .5);
    std::int64_t wrong = 0;
    for (std::int64_t t = 0; t <= 20'002; t += step) wrong += backlog.at({t}).ns != truth(t);
    INFO("asked every " << step << " ns");
    CHECK(wrong == 0);
  }
}

TEST_CASE("a backlog does not depend on when it is asked about, and lets nobody overtake") {
  const random::Stream gaps = kStreams.stream("gaps"), lengths = kStreams.stream("lengths"),
                       asked = kStreams.stream("asked");
  const auto overloads = [&] {
    std::vector<IntervalSource> sources;
    sources.emplace_back(SimInstant{0}, kit::sampler(kit::exponential(seconds(30))),
                         kit::sampler(kit::exponential(seconds(5))), gaps, lengths, OnWake::send);
    return Timeline(std::move(sources));
  };
  Backlog often(overloads(), .37, .21), seldom(overloads(), .37, .21);
  SimInstant t{0};
  std::int64_t last = 0;
  int busy = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    t += Duration{static_cast<std::int64_t>(uniform_below(asked.bits(i), 1'000'000'000))};
    const Duration now = often.at(t);
    REQUIRE((t + now).ns >= last);
    last = (t + now).ns;
    busy += now.ns > 0 ? 1 : 0;
    if (i % 17 == 0) REQUIRE(seldom.at(t) == now);
  }
  CHECK(busy > 2000);
  CHECK(busy < 18'000);
}

TEST_CASE("a message is held up by the overload of its sender and of its receiver") {
  Model model;
  model.cluster = Cluster({{"a", 1}, {"b", 1}, {"c", 1}});
  for (const std::uint32_t node : {0u, 1u}) {
    Overload overload;
    overload.target = {{{node}}, "overload/" + std::to_string(node), {}};
    overload.strikes.at = seconds(10);
    overload.strikes.length = kit::constant(seconds(4));
    overload.growth = node == 0 ? 1 : .5;
    model.faults.overloads.push_back(overload);
  }
  const Truth truth(model, kStreams, {});
  const auto at_12 = [&](NodeId from, NodeId to) {
    std::int64_t sum = 0;
    for (Backlog& backlog : truth.backlogs(from, to)) sum += backlog.at({seconds(12).ns}).ns;
    return sum;
  };
  CHECK(at_12({0}, {1}) == seconds(3).ns);
  CHECK(at_12({1}, {0}) == seconds(3).ns);
  CHECK(at_12({0}, {2}) == seconds(2).ns);
  CHECK(at_12({2}, {1}) == seconds(1).ns);
  CHECK(truth.overloads({0}).next()->end.ns == seconds(14).ns);
  CHECK(kit::walk(truth.overloads({2})).empty());
}

}  // namespace flatline::world
