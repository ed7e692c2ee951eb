// A reliable transport: what is lost comes late, in order, or with the connection is lost.

#include <map>

#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(61, 0);

LinkRule tcp(Duration delay, double loss = 0) {
  LinkRule rule;
  rule.delay = kit::constant(delay);
  rule.loss = Loss{loss, std::nullopt};
  rule.transport = Transport::tcp;
  return rule;
}

Conditions cut(std::int64_t from_ms, std::int64_t to_ms) {
  Conditions out;
  out.partitions = kit::fixed({{{milliseconds(from_ms).ns}, {milliseconds(to_ms).ns}}});
  return out;
}

}  // namespace

// k retransmissions with probability p^k (1 - p), after RTO (2^k - 1): 5 standard errors of a
// count.
TEST_CASE("a lost message comes after timeouts that double, as often as the loss says") {
  constexpr double kLoss = .3;
  constexpr int kN = 100'000;
  // So far apart that none waits for another: 15 retransmissions take 805 s.
  Link link = kit::link_of(tcp(milliseconds(10), kLoss), kStreams);
  CHECK_FALSE(link.runs());
  std::map<std::int64_t, int> counts;
  for (std::int64_t i = 0; i < kN; ++i) {
    const SimInstant at{i * seconds(1000).ns};
    const Passage passage = link.transmit(at, static_cast<std::uint64_t>(i), 100);
    REQUIRE(passage.fate == Fate::delivered);
    const bool late = passage.arrival != at + milliseconds(10);
    REQUIRE(passage.held_up_by == (late ? Fate::lost : Fate::delivered));
    ++counts[(passage.arrival - at).ns - milliseconds(10).ns];
  }
  int seen = 0;
  for (int k = 0; k < 6; ++k) {
    const double p = std::pow(kLoss, k) * (1 - kLoss);
    const int count = counts[milliseconds(200).ns * ((1 << k) - 1)];
    INFO(k << " retransmissions");
    CHECK(std::abs(count - kN * p) < 5 * std::sqrt(kN * p));
    seen += count;
  }
  // Beyond: .3^6, 73 of them.
  CHECK(kN - seen < 73 + 5 * 9);
  CHECK(counts.size() < 16);
}

TEST_CASE("timeouts double up to the longest") {
  LinkRule rule = tcp(milliseconds(10));
  rule.tcp = Tcp{seconds(1), seconds(3), 15};
  Link link = kit::link_of(rule, kStreams, cut(0, 9500));
  // Transmissions at 0, 1, 3, 6, 9, 12 s.
  CHECK(link.transmit({0}, 0, 1).arrival.ns == milliseconds(12'010).ns);
}

TEST_CASE("a message cut off comes with the first transmission after the partition") {
  // From 1000 ms on: transmissions at 1000, 1200, 1600, 2400, 4000 ...
  for (const auto& [end, arrival] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1001, 1210}, {1200, 1210}, {1201, 1610}, {2400, 2410}, {2401, 4010}}) {
    Link link = kit::link_of(tcp(milliseconds(10)), kStreams, cut(900, end));
    const Passage passage = link.transmit({milliseconds(1000).ns}, 0, 1);
    CHECK(passage.fate == Fate::delivered);
    CHECK(passage.held_up_by == Fate::cut);
    CHECK(passage.arrival.ns == milliseconds(arrival).ns);
    // Looking ahead has not moved the link on: the next is cut until the partition ends, and waits.
    const Passage next = link.transmit({milliseconds(1000).ns + 1}, 1, 1);
    CHECK(next.arrival.ns >= passage.arrival.ns);
    CHECK(next.held_up_by == Fate::cut);
  }
}

TEST_CASE("what was sent behind a lost message waits for it and says why") {
  Link link = kit::link_of(tcp(milliseconds(10)), kStreams, cut(1000, 1001));
  CHECK(link.transmit({milliseconds(900).ns}, 0, 1).held_up_by == Fate::delivered);
  CHECK(link.transmit({milliseconds(1000).ns}, 1, 1).arrival.ns == milliseconds(1210).ns);
  const Passage behind = link.transmit({milliseconds(1100).ns}, 2, 1);
  CHECK(behind.arrival.ns == milliseconds(1210).ns);
  CHECK(behind.held_up_by == Fate::cut);
  const Passage after = link.transmit({milliseconds(1201).ns}, 3, 1);
  CHECK(after.arrival.ns == milliseconds(1211).ns);
  CHECK(after.held_up_by == Fate::delivered);
}

TEST_CASE("a connection that is reset loses what was sent before, and nothing sent after") {
  LinkRule rule = tcp(milliseconds(10));
  rule.tcp = Tcp{milliseconds(200), seconds(120), 2};
  // Transmissions at 1000, 1200, 1600; reset at 2400, when the last has timed out.
  Link link = kit::link_of(rule, kStreams, cut(1000, 1700));
  CHECK(link.transmit({milliseconds(999).ns}, 0, 1).fate == Fate::delivered);
  CHECK(link.transmit({milliseconds(1000).ns}, 1, 1).fate == Fate::cut);
  CHECK(link.transmit({milliseconds(1650).ns}, 2, 1).fate == Fate::cut);
  CHECK(link.transmit({milliseconds(1800).ns}, 3, 1).fate == Fate::cut);
  CHECK(link.transmit({milliseconds(2400).ns - 1}, 4, 1).fate == Fate::cut);
  const Passage anew = link.transmit({milliseconds(2400).ns}, 5, 1);
  CHECK(anew.fate == Fate::delivered);
  CHECK(anew.held_up_by == Fate::delivered);
  CHECK(anew.arrival.ns == milliseconds(2410).ns);
}

// With r retries a message is lost for good with probability p^(r + 1): here .125, every 1000 s, so
// that connections are apart. 5 standard errors of 20000.
TEST_CASE("a message is given up as often as all its transmissions are lost") {
  LinkRule rule = tcp(milliseconds(10), .5);
  rule.tcp = Tcp{milliseconds(200), seconds(120), 2};
  Link link = kit::link_of(rule, kStreams);
  double lost = 0;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    const Passage passage = link.transmit({i * seconds(1000).ns}, static_cast<std::uint64_t>(i), 1);
    lost += passage.fate == Fate::lost ? 1 : 0;
  }
  CHECK(std::abs(lost / 20'000 - .125) < 5 * std::sqrt(.125 * .875 / 20'000));
}

TEST_CASE("retransmissions meet the burst state of their own time") {
  // Good for 60 s, bad for 30 s, all lost while bad; known to the nanosecond.
  LinkRule rule = tcp(milliseconds(10));
  GilbertElliott bursts;
  bursts.laws = GilbertElliott::Laws{kit::constant(seconds(60)), kit::constant(seconds(30))};
  rule.loss = Loss{0, bursts};
  Link link = kit::link_of(rule, kStreams);
  SimInstant last{0};
  for (std::int64_t ms = 0; ms < 900'000; ms += 700) {
    SimInstant at{milliseconds(ms).ns};
    Duration timeout = milliseconds(200);
    const bool bad = at.ns % seconds(90).ns >= seconds(60).ns;
    while (at.ns % seconds(90).ns >= seconds(60).ns) {
      at += timeout;
      timeout = 2 * timeout;
    }
    const SimInstant arrival = std::max(last, at + milliseconds(10));
    const Passage passage = link.transmit({milliseconds(ms).ns}, static_cast<std::uint64_t>(ms), 1);
    REQUIRE(passage.arrival == arrival);
    if (bad) REQUIRE(passage.held_up_by == Fate::lost);
    last = arrival;
  }
}

TEST_CASE("what does not fit a queue is sent again") {
  LinkRule rule = tcp(milliseconds(10));
  rule.queue = Queue{1000, 100, 0, 1500, ""};
  Link link = kit::link_of(rule, kStreams);
  CHECK(link.transmit({0}, 0, 100).arrival.ns == milliseconds(110).ns);
  const Passage again = link.transmit({1}, 1, 100);
  CHECK(again.held_up_by == Fate::lost);
  CHECK(again.arrival.ns == milliseconds(210).ns + 1);
}

}  // namespace flatline::world
