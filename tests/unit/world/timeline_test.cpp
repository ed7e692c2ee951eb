#include "flatline/world/timeline.hpp"

#include <cmath>

#include "flatline/base/check.hpp"
#include "support/catch.hpp"

namespace flatline::world {
namespace {

IntervalSource fixed(std::vector<Interval> intervals) {
  return IntervalSource(std::move(intervals));
}

std::vector<std::pair<std::int64_t, std::int64_t>> walk(Timeline timeline) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  while (const auto interval = timeline.next())
    out.emplace_back(interval->start.ns, interval->end.ns);
  return out;
}

Model stalling(Duration between, Duration length) {
  Model model;
  model.cluster = Cluster({{"a", 2}});
  random::Distribution law;
  law.family = random::Family::exponential;
  law.value = length;
  model.faults.random_stalls.push_back(
      {{model.cluster.find("a"), "stall/a#0"}, between, law, OnWake::send});
  return model;
}

}  // namespace

TEST_CASE("overlapping and touching intervals are one, empty ones none") {
  const Timeline timeline({fixed({{{50}, {60}}, {{10}, {20}}}), fixed({{{15}, {30}}, {{40}, {40}}}),
                           fixed({{{30}, {35}}, {{58}, {59}}})});
  CHECK(walk(timeline) == std::vector<std::pair<std::int64_t, std::int64_t>>{{10, 35}, {50, 60}});
}

TEST_CASE("where stalls merge, the one that ends last says what happens on waking") {
  for (const OnWake last : {OnWake::send, OnWake::skip}) {
    const OnWake first = last == OnWake::send ? OnWake::skip : OnWake::send;
    Timeline timeline(
        {fixed({{{10}, {20}, first}}), fixed({{{15}, {30}, last}}), fixed({{{16}, {18}, first}})});
    CHECK(timeline.next()->on_wake == last);
  }
}

TEST_CASE("a view answers what is covered and when it ends") {
  TimelineView view(Timeline({fixed({{{10}, {20}}, {{30}, {40}}, {{50}, SimInstant::never()}})}));
  CHECK(view.defer({9}).ns == 9);
  CHECK(view.defer({10}).ns == 20);
  CHECK(view.defer({35}).ns == 40);
  CHECK(view.defer({50}) == SimInstant::never());
  CHECK_FALSE(view.covers({9}));
  CHECK(view.covers({10}));
  CHECK(view.covers({19}));
  CHECK_FALSE(view.covers({20}));
  CHECK(view.covers({30}));
  // Looking ahead does not need looking back.
  CHECK(view.defer({45}).ns == 45);
  CHECK_FALSE(view.covers({49}));
  CHECK(view.covers({1'000'000}));
  TimelineView nothing;
  CHECK_FALSE(nothing.covers({5}));
  CHECK(nothing.defer({5}).ns == 5);
}

// Exponential gaps and lengths: 4 standard errors of a mean of 20000, 2.9 % (alpha 6e-5 each).
TEST_CASE(
    "random stalls have the gaps and lengths asked for, from the end of one to the start of the "
    "next") {
  const Model model = stalling(seconds(10), seconds(3));
  const Truth truth(model, random::StreamFactory(5, 0), seconds(100));
  Timeline timeline = truth.stalls({0});
  SimInstant end = truth.begin();
  CHECK(end.ns == -seconds(100).ns);
  double gaps = 0, lengths = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto stall = timeline.next();
    REQUIRE(stall->start > end);
    gaps += (stall->start - end).seconds();
    lengths += (stall->end - stall->start).seconds();
    end = stall->end;
  }
  CHECK(gaps / 20'000 == Approx(10).epsilon(.029));
  CHECK(lengths / 20'000 == Approx(3).epsilon(.029));
}

TEST_CASE("two walks of one truth agree; nodes and replications differ") {
  const Model model = stalling(seconds(10), seconds(3));
  const Truth truth(model, random::StreamFactory(5, 0), {});
  const Truth other(model, random::StreamFactory(5, 1), {});
  Timeline a = truth.stalls({0}), again = truth.stalls({0}), b = truth.stalls({1}),
           c = other.stalls({0});
  const auto first = a.next();
  CHECK(first->start == again.next()->start);
  CHECK(first->start != b.next()->start);
  CHECK(first->start != c.next()->start);
}

TEST_CASE("every pair across a random partition sees the same cut, in the directions it cuts") {
  Model model;
  model.cluster = Cluster({{"a", 2}, {"b", 2}});
  RandomPartitions& process = model.faults.random_partitions.emplace_back();
  process.sides.a = model.cluster.find("a");
  process.sides.b = model.cluster.find("b");
  process.sides.direction = Direction::a_to_b;
  process.stream = "partition/a|b#0";
  process.mean_time_between = seconds(5);
  process.length = random::Distribution::constant(seconds(1));
  const Truth truth(model, random::StreamFactory(5, 0), {});
  Timeline one = truth.partitions({0}, {2}), two = truth.partitions({1}, {3});
  for (int i = 0; i < 10; ++i) CHECK(one.next()->start == two.next()->start);
  CHECK(truth.partitions({2}, {0}).empty());
  CHECK(truth.partitions({0}, {1}).empty());
}

TEST_CASE("a process whose gaps and lengths are nothing still comes to an end") {
  random::Distribution zero = random::Distribution::constant({});
  const random::Sampler sampler = random::compile(zero).value();
  const random::Stream stream = random::StreamFactory(1, 0).stream("x");
  IntervalSource source({kLongestTime.ns - 1000}, sampler, sampler, stream, stream, OnWake::send);
  CHECK_FALSE(source.next());
}

TEST_CASE("scheduled crashes without recovery last for ever") {
  Model model;
  model.cluster = Cluster({{"a", 1}});
  model.faults.scheduled_crashes = {{{0}, seconds(5), seconds(1)}, {{0}, seconds(9), std::nullopt}};
  const Truth truth(model, random::StreamFactory(5, 0), {});
  CHECK(walk(truth.crashes({0})) ==
        std::vector<std::pair<std::int64_t, std::int64_t>>{
            {seconds(5).ns, seconds(6).ns}, {seconds(9).ns, SimInstant::never().ns}});
}

TEST_CASE("nodes are found and ranked by name, whatever the order of the groups") {
  const Cluster cluster({{"worker", 12}, {"monitor", 2}});
  CHECK(cluster.size() == 14);
  CHECK(cluster.name({0}) == "worker/0");
  CHECK(cluster.name({13}) == "monitor/1");
  CHECK(cluster.find("worker").size() == 12);
  CHECK(cluster.find("worker/10") == std::vector<NodeId>{{10}});
  for (const char* absent :
       {"worker/12", "worker/01", "worker/", "work", "worker/1x", "worker/-1"}) {
    CHECK(cluster.find(absent).empty());
  }
  CHECK(cluster.rank({12}) == 0);
  CHECK(cluster.rank({0}) == 2);
  CHECK(cluster.rank({10}) == 12);  // by index, not by text
  CHECK_THROWS_AS(cluster.name({14}), ContractViolation);
}

}  // namespace flatline::world
