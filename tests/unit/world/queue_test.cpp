// Bottlenecks: waiting times against queueing theory, buffers, shared queues.

#include <algorithm>

#include "flatline/world/bottleneck.hpp"
#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(41, 0);

Bottleneck queue_of(const Queue& law) {
  return {law, cross_traffic(law), kStreams, "q", {0}};
}

}  // namespace

// Pollaczek and Khinchine for packets of one size: W = rho / (2 mu (1 - rho)), as Poisson arrivals
// and sparse probes see it. 40000 probes 50 and more services apart; the standard error is that of
// the probes' own spread, and 5 of them are allowed (what is left of the correlation between probes
// is under 2 %). Probes of no bytes add nothing to the work.
TEST_CASE("a probe waits as long behind cross traffic as in an M/D/1 queue") {
  for (const double load : {.3, .5, .8}) {
    Queue law;
    law.bytes_per_second = 1'500'000;  // 1 ms a packet
    law.load = load;
    Bottleneck queue = queue_of(law);
    kit::Moments wait;
    double empty = 0;
    const std::int64_t apart = load > .7 ? seconds(1).ns : milliseconds(97).ns;
    for (std::int64_t i = 1; i <= 40'000; ++i) {
      const double ms = queue.pass({i * apart}, 0)->seconds() * 1e3;
      wait.add(ms);
      empty += ms == 0 ? 1 : 0;
    }
    INFO("load " << load);
    const double error = std::sqrt(wait.variance() / wait.count());
    CHECK(std::abs(wait.mean() - load / (2 * (1 - load))) < 5 * error);
    CHECK(std::abs(empty / 40'000 - (1 - load)) < 5 * std::sqrt(load * (1 - load) / 40'000));
    // The second moment of M/D/1: 2 W^2 + rho / (3 (1 - rho)); so the variance is W^2 + that.
    const double w = load / (2 * (1 - load));
    CHECK(wait.variance() == Approx(w * w + load / (3 * (1 - load))).epsilon(.08));
  }
}

TEST_CASE("messages alone wait for each other: D/D/1") {
  Queue law;
  law.bytes_per_second = 1'000'000;  // 100 bytes take 0.1 ms
  Bottleneck calm = queue_of(law);
  for (std::int64_t i = 0; i < 100; ++i) {
    REQUIRE(calm.pass({i * 100'000}, 100)->ns == 100'000);
  }
  // Ten at once, then one after half of them has gone.
  Bottleneck burst = queue_of(law);
  for (std::int64_t i = 1; i <= 10; ++i) REQUIRE(burst.pass({0}, 100)->ns == i * 100'000);
  CHECK(burst.pass({500'000}, 100)->ns == 600'000);
  CHECK(burst.pass({2'000'000}, 100)->ns == 100'000);
}

TEST_CASE("work is never rounded: a third of a nanosecond lasts") {
  Queue law;
  law.bytes_per_second = 3'000'000'000;  // a byte takes 1/3 ns
  Bottleneck queue = queue_of(law);
  // 4 bytes a nanosecond: 3 are served, so the work grows by a third of a nanosecond each.
  for (std::int64_t i = 0; i < 30'000; ++i) {
    REQUIRE(queue.pass({i}, 4)->ns == (i + 4 + 2) / 3);
  }
}

TEST_CASE("what does not fit the buffer is lost and leaves the queue as it is") {
  Queue law;
  law.bytes_per_second = 1000;  // 1 ms a byte
  law.buffer_bytes = 250;
  Bottleneck queue = queue_of(law);
  CHECK(queue.pass({0}, 100)->ns == milliseconds(100).ns);
  CHECK(queue.pass({0}, 100)->ns == milliseconds(200).ns);
  CHECK_FALSE(queue.pass({0}, 51));
  CHECK(queue.pass({0}, 50)->ns == milliseconds(250).ns);
  CHECK_FALSE(queue.pass({milliseconds(99).ns}, 100));
  CHECK(queue.pass({milliseconds(100).ns}, 100)->ns == milliseconds(250).ns);
  LinkRule rule;
  rule.queue = law;
  Link link = kit::link_of(rule, kStreams);
  CHECK(link.transmit({0}, 0, 200).arrival.ns == (milliseconds(200) + kDefaultDelay).ns);
  CHECK(link.transmit({0}, 1, 100).fate == Fate::lost);
}

TEST_CASE("the load of a fast link is not rounded to nanoseconds") {
  // 100 Gbit/s: 120 ns a packet, mean gap 240 ns. Over 20 ms 83333 packets; 5 standard errors of
  // the number are 1.7 %; the busy share of probes is the load.
  Queue law;
  law.bytes_per_second = 12'500'000'000;
  law.load = .5;
  Bottleneck queue = queue_of(law);
  double busy = 0;
  for (std::int64_t i = 1; i <= 40'000; ++i) busy += queue.pass({i * 9973}, 0)->ns > 0 ? 1 : 0;
  CHECK(std::abs(busy / 40'000 - .5) < 5 * .5 / 200);
}

TEST_CASE("a load next to nothing is no cross traffic, and compiles") {
  Queue law;
  law.bytes_per_second = 1;
  law.load = 1e-9;
  CHECK_FALSE(cross_traffic(law).any);
  law.load = 1e-4;
  CHECK(cross_traffic(law).any);
}

TEST_CASE("links that share a queue wait for each other; their own queues do not") {
  LinkRule rule;
  rule.delay = kit::constant(milliseconds(1));
  rule.queue = Queue{1000, 0, 0, 1500, "uplink"};
  const LinkLaw law = kit::law_of(rule);
  const auto shared = shared_queue(law, kStreams, {0});
  Link a(law, kStreams, "link/a/0/b/0", {}, {0}, shared);
  Link b(law, kStreams, "link/a/1/b/0", {}, {0}, shared);
  CHECK(a.transmit({0}, 0, 10).arrival.ns == milliseconds(11).ns);
  CHECK(b.transmit({0}, 0, 10).arrival.ns == milliseconds(21).ns);
  CHECK(a.transmit({milliseconds(5).ns}, 1, 10).arrival.ns == milliseconds(31).ns);
  Link own(law, kStreams, "link/a/2/b/0", {}, {0});
  CHECK(own.transmit({0}, 0, 10).arrival.ns == milliseconds(11).ns);
}

TEST_CASE("messages lost on the link take no room in its queue, a copy waits as its original") {
  LinkRule rule;
  rule.delay = kit::constant(milliseconds(1));
  rule.queue = Queue{1000, 0, 0, 1500, ""};
  rule.duplicate = 1;
  Conditions cut;
  cut.partitions = kit::fixed({{{0}, {10}}});
  Link link = kit::link_of(rule, kStreams, cut);
  CHECK(link.transmit({0}, 0, 10).fate == Fate::cut);
  const Passage passage = link.transmit({10}, 1, 10);
  CHECK(passage.arrival.ns == 10 + milliseconds(11).ns);
  CHECK(passage.duplicate == passage.arrival);
}

}  // namespace flatline::world
