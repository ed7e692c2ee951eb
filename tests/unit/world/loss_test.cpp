// Laws of loss against theory: bursts, long outages, links that fail together. Zones.

#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(81, 0);

std::vector<bool> losses(const LinkRule& rule, Duration interval, std::int64_t n,
                         const std::string& name = "link/a/0/b/0") {
  Link link(kit::law_of(rule), kStreams, name, {}, {0});
  std::vector<bool> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const SimInstant at{i * interval.ns};
    out.push_back(link.transmit(at, static_cast<std::uint64_t>(i), 1).fate == Fate::lost);
  }
  return out;
}

double share(const std::vector<bool>& of) {
  double sum = 0;
  for (const bool each : of) sum += each ? 1 : 0;
  return sum / static_cast<double>(of.size());
}

}  // namespace

// Stationary loss (good e_g + bad e_b) / (good + bad), autocorrelation at lag h intervals
// exp(-h (1/good + 1/bad) interval) pi_g pi_b (e_b - e_g)^2 / (p (1 - p)). Standard errors: the
// share's variance is p (1 - p)(1 + 2 sum of correlations) / n; 5 of them. A correlation's error is
// at most that of independent products, times the same widening: 5 of them.
TEST_CASE("bursty loss has the stationary share and the correlation of its law, at any interval") {
  for (const Duration interval : {milliseconds(500), seconds(2)}) {
    LinkRule rule;
    rule.loss = Loss{0, GilbertElliott{seconds(6), seconds(3), .05, .8}};
    constexpr std::int64_t kN = 400'000;
    const std::vector<bool> lost = losses(rule, interval, kN);
    const double p = (2 * .05 + .8) / 3, forget = std::exp(-interval.seconds() * (1. / 6 + 1. / 3));
    const double first = 2. / 9 * .75 * .75 / (p * (1 - p));
    const double widened = 1 + 2 * first * forget / (1 - forget);
    INFO("interval " << interval.seconds());
    CHECK(std::abs(share(lost) - p) < 5 * std::sqrt(p * (1 - p) * widened / kN));
    for (const std::size_t lag : {1u, 2u, 5u}) {
      double sum = 0;
      for (std::size_t i = 0; i + lag < lost.size(); ++i) {
        sum += (lost[i] - p) * (lost[i + lag] - p);
      }
      const double correlation = sum / kN / (p * (1 - p));
      INFO("lag " << lag);
      CHECK(std::abs(correlation - first * std::pow(forget, static_cast<double>(lag))) <
            5 * std::sqrt(widened / kN));
    }
  }
}

// Alternating renewal: bad a share E[B]/(E[G] + E[B]) of the time. In time t a share's variance is
// (pi_g^2 var B + pi_b^2 var G) / ((E[G] + E[B]) t) (Takacs): 5 standard errors.
TEST_CASE("outages of any law are down for their share of the time") {
  LinkRule rule;
  GilbertElliott bursts;
  random::Distribution bad = kit::law(random::Family::lognormal, seconds(5));
  bad.shape = 1;
  bursts.laws = GilbertElliott::Laws{kit::exponential(seconds(60)), bad};
  rule.loss = Loss{0, bursts};
  constexpr std::int64_t kN = 2'000'000;
  const std::vector<bool> lost = losses(rule, seconds(1), kN);
  CHECK_FALSE(lost[0]);
  const double mean = 5 * std::exp(.5), spread = mean * mean * (std::exp(1.) - 1);
  const double pi_bad = mean / (60 + mean), pi_good = 1 - pi_bad;
  const double variance =
      (pi_good * pi_good * spread + pi_bad * pi_bad * 3600) / ((60 + mean) * kN);
  CHECK(std::abs(share(lost) - pi_bad) < 5 * std::sqrt(variance));
}

TEST_CASE("outages of a law start with a whole good time") {
  LinkRule rule;
  GilbertElliott bursts;
  bursts.laws = GilbertElliott::Laws{kit::constant(seconds(6)), kit::constant(seconds(4))};
  rule.loss = Loss{0, bursts};
  const std::vector<bool> lost = losses(rule, seconds(1), 100);
  for (std::size_t i = 0; i < lost.size(); ++i) REQUIRE(lost[i] == (i % 10 >= 6));
}

TEST_CASE("links that share a burst state fail together, others do not") {
  LinkRule rule;
  rule.loss = Loss{0, GilbertElliott{seconds(20), seconds(10), 0, 1}};
  const std::vector<bool> alone = losses(rule, seconds(1), 2000);
  CHECK(alone != losses(rule, seconds(1), 2000, "link/a/1/b/0"));
  rule.loss->bursts->shared = "uplink/0";
  const std::vector<bool> shared = losses(rule, seconds(1), 2000);
  CHECK(shared == losses(rule, seconds(1), 2000, "link/a/1/b/0"));
  CHECK(shared != alone);
  // What is lost within a state is each link's own.
  rule.loss->bursts->loss_bad = .5;
  CHECK(losses(rule, seconds(1), 2000) != losses(rule, seconds(1), 2000, "link/a/1/b/0"));
  rule.loss->bursts->loss_bad = 1;
  rule.loss->bursts->shared = "uplink/1";
  CHECK(shared != losses(rule, seconds(1), 2000));
}

TEST_CASE("a pair in zones takes half the round trip and jitter, unless a rule gives it a delay") {
  Model model;
  model.cluster = Cluster({{"a", 4}});
  model.default_link.delay = kit::constant(seconds(9));
  model.default_link.loss = Loss{.125, std::nullopt};
  Zones zones;
  zones.count = 2;
  zones.zone_of = {0, 0, 1, -1};
  zones.one_way = {milliseconds(1), milliseconds(40), milliseconds(50), milliseconds(2)};
  model.zones = zones;
  const auto takes = [&](std::uint32_t from, std::uint32_t to, std::uint64_t index) {
    LinkLaw law = LinkTable(model).law({from}, {to});
    law.loss = 0;
    Link link(law, kStreams, "link", {}, {0});
    return link.transmit({0}, index, 1).arrival.ns;
  };
  CHECK(takes(0, 1, 0) == milliseconds(1).ns);
  CHECK(takes(0, 2, 0) == milliseconds(40).ns);
  CHECK(takes(2, 1, 0) == milliseconds(50).ns);
  CHECK(takes(0, 3, 0) == seconds(9).ns);
  CHECK(LinkTable(model).law({0}, {1}).loss == .125);
  model.zones->jitter = kit::exponential(milliseconds(3));
  const random::Sampler jitter = kit::sampler(*model.zones->jitter);
  const random::Stream draws = kStreams.stream("link/delay");
  for (std::uint64_t i = 0; i < 20; ++i) {
    CHECK(takes(0, 2, i) == milliseconds(40).ns + jitter(draws.bits(i)));
  }
  LinkRule rule;
  rule.from = {{0}};
  rule.to = {{2}};
  rule.delay = kit::constant(milliseconds(7));
  model.links = {rule};
  CHECK(takes(0, 2, 0) == milliseconds(7).ns);
  CHECK(takes(2, 0, 0) >= milliseconds(50).ns);
  // A rule without a delay leaves the zones'.
  model.links[0].delay.reset();
  model.links[0].order = Order::fifo;
  CHECK(takes(0, 2, 0) >= milliseconds(40).ns);
}

}  // namespace flatline::world
