#include "flatline/world/link.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(11, 0);
constexpr std::int64_t kBytes = 100;

Model pair_of_nodes() {
  Model model;
  model.cluster = Cluster({{"a", 1}, {"b", 1}});
  return model;
}

random::Distribution exponential(Duration mean) {
  random::Distribution law;
  law.family = random::Family::exponential;
  law.value = mean;
  return law;
}

Link link_of(const Model& model, Timeline partitions = {}) {
  return {LinkTable(model).law({0}, {1}),
          kStreams,
          "link/a/0/b/0",
          Conditions{std::move(partitions), {}, {}},
          {0}};
}

}  // namespace

TEST_CASE("a link takes at least a nanosecond, and its default delay without rules") {
  Model model = pair_of_nodes();
  CHECK(link_of(model).transmit({5}, 0, kBytes).arrival.ns == 5 + kDefaultDelay.ns);
  model.default_link.delay = random::Distribution::constant({});
  CHECK(link_of(model).transmit({5}, 0, kBytes).arrival.ns == 6);
}

TEST_CASE("the last rule that fits gives each key, in its direction or both") {
  Model model = pair_of_nodes();
  model.default_link.delay = random::Distribution::constant(milliseconds(3));
  LinkRule delay;
  delay.from = {{0}};
  delay.to = {{1}};
  delay.delay = random::Distribution::constant(milliseconds(4));
  LinkRule loss = delay;
  loss.delay.reset();
  loss.loss = Loss{0.25, std::nullopt};
  loss.both_ways = true;
  model.links = {delay, loss};
  const LinkTable table(model);
  CHECK(table.law({0}, {1}).delay(0) == milliseconds(4).ns);
  CHECK(table.law({0}, {1}).loss == 0.25);
  CHECK(table.law({1}, {0}).delay(0) == milliseconds(3).ns);
  CHECK(table.law({1}, {0}).loss == 0.25);
  model.links.push_back(delay);
  model.links.back().delay = random::Distribution::constant(milliseconds(5));
  CHECK(LinkTable(model).law({0}, {1}).delay(0) == milliseconds(5).ns);
}

TEST_CASE("a FIFO link never reorders, any other does; copies included") {
  for (const Order order : {Order::any, Order::fifo}) {
    Model model = pair_of_nodes();
    model.default_link.delay = exponential(milliseconds(5));
    model.default_link.order = order;
    model.default_link.duplicate = 0.3;
    Link link = link_of(model);
    SimInstant last = SimInstant::before_all();
    int overtaken = 0;
    for (std::uint64_t i = 0; i < 5000; ++i) {
      const Passage passage = link.transmit({static_cast<std::int64_t>(i) * 1'000'000}, i, kBytes);
      REQUIRE(passage.arrival.ns > static_cast<std::int64_t>(i) * 1'000'000);
      overtaken += passage.arrival < last ? 1 : 0;
      last = passage.arrival;
      if (!passage.duplicate) continue;
      overtaken += *passage.duplicate < last ? 1 : 0;
      last = *passage.duplicate;
    }
    if (order == Order::fifo) CHECK(overtaken == 0);
    if (order == Order::any) CHECK(overtaken > 1000);
  }
}

// Binomial counts of 1e5: 4 standard errors (alpha 6e-5 each).
TEST_CASE("losses and copies come as often as asked, 0 and 1 exactly") {
  for (const double p : {0.0, 0.03, 0.5, 1.0}) {
    Model model = pair_of_nodes();
    model.default_link.loss = Loss{p, std::nullopt};
    Link lossy = link_of(model);
    model.default_link.loss.reset();
    model.default_link.duplicate = p;
    Link copying = link_of(model);
    double lost = 0, copies = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      lost += lossy.transmit({static_cast<std::int64_t>(i)}, i, kBytes).fate == Fate::lost ? 1 : 0;
      copies += copying.transmit({static_cast<std::int64_t>(i)}, i, kBytes).duplicate ? 1 : 0;
    }
    const double reach = 4 * std::sqrt(p * (1 - p) / 100'000);
    CHECK(std::abs(lost / 100'000 - p) <= reach);
    CHECK(std::abs(copies / 100'000 - p) <= reach);
  }
}

TEST_CASE("a message's fate depends on its index, not on what was sent before") {
  Model model = pair_of_nodes();
  model.default_link.delay = exponential(milliseconds(5));
  model.default_link.loss = Loss{0.3, std::nullopt};
  Link all = link_of(model), some = link_of(model);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const SimInstant at{static_cast<std::int64_t>(i) * 1000};
    const Passage passage = all.transmit(at, i, kBytes);
    if (i % 3 != 0) continue;
    const Passage alone = some.transmit(at, i, kBytes);
    REQUIRE(alone.fate == passage.fate);
    REQUIRE(alone.arrival == passage.arrival);
  }
}

TEST_CASE("burst states live in time: how often they are looked at changes nothing") {
  Model model = pair_of_nodes();
  model.default_link.loss = Loss{0, GilbertElliott{seconds(10), seconds(2), 0, 1}};
  Link often = link_of(model), seldom = link_of(model);
  int lost = 0;
  for (std::int64_t i = 0; i < 400'000; ++i) {
    const SimInstant at{i * 100'000'000};
    const Fate fate = often.transmit(at, static_cast<std::uint64_t>(i), kBytes).fate;
    lost += fate == Fate::lost ? 1 : 0;
    if (i % 7 == 0)
      REQUIRE(seldom.transmit(at, static_cast<std::uint64_t>(i), kBytes).fate == fate);
  }
  // Bad a sixth of the time: 40000 s hold 3333 cycles, so 4 standard errors are about 4 x 1.4 /
  // sqrt(3333) = 10 %.
  CHECK(lost / 400'000. == Approx(1. / 6).epsilon(.1));
}

TEST_CASE("a partition cuts from its first instant up to, not including, its last") {
  Model model = pair_of_nodes();
  const Timeline cut({IntervalSource({{{100}, {200}, OnWake::send}})});
  Link link = link_of(model, cut);
  CHECK(link.transmit({99}, 0, kBytes).fate == Fate::delivered);
  CHECK(link.transmit({100}, 1, kBytes).fate == Fate::cut);
  CHECK(link.transmit({199}, 2, kBytes).fate == Fate::cut);
  CHECK(link.transmit({200}, 3, kBytes).fate == Fate::delivered);
}

}  // namespace flatline::world
