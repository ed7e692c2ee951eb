// Delays that hang together: an AR(1) of normal scores in time, the link's own law each.

#include <algorithm>

#include "flatline/base/plain_math.hpp"
#include "support/catch.hpp"
#include "unit/world/kit.hpp"
#include "world/normal.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(51, 0);

LinkRule correlated(Duration tau) {
  LinkRule rule;
  rule.delay = kit::exponential(milliseconds(30));
  rule.correlation_time = tau;
  return rule;
}

std::vector<double> delays(const LinkRule& rule, Duration interval, std::int64_t n) {
  Link link = kit::link_of(rule, kStreams);
  std::vector<double> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const SimInstant at{i * interval.ns};
    const Passage passage = link.transmit(at, static_cast<std::uint64_t>(i), 100);
    if (passage.fate == Fate::delivered) out.push_back((passage.arrival - at).seconds());
  }
  return out;
}

// The normal score of an exponential delay of mean 30 ms: by bisection of the tail.
double score(double delay) {
  const double tail = std::exp(-delay / .03);
  const bool low = tail > .5;
  const double p = low ? -std::expm1(-delay / .03) : tail;
  double a = 0, b = 9;
  for (int i = 0; i < 30; ++i) ((normal_tail((a + b) / 2) > p) ? a : b) = (a + b) / 2;
  return low ? -a : a;
}

double lag_correlation(const std::vector<double>& z, std::size_t lag) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i + lag < z.size(); ++i) sum += z[i] * z[i + lag];
  for (const double each : z) squares += each * each;
  return sum / squares;
}

}  // namespace

// The estimate of an AR(1)'s correlation has a standard error of sqrt((1 - rho^2) / n) (Bartlett);
// 5 of them are allowed, and at lag k those of its law, (1 + rho^2)(1 - rho^2k)/(1 - rho^2) - 2 k
// rho^2k over n.
TEST_CASE("the normal scores of successive delays are correlated by exp(-interval / tau)") {
  constexpr std::int64_t kN = 20'000;
  for (const Duration interval : {milliseconds(200), seconds(1), seconds(3)}) {
    std::vector<double> z = delays(correlated(seconds(2)), interval, kN);
    std::transform(z.begin(), z.end(), z.begin(), score);
    for (const std::size_t lag : {1u, 4u}) {
      const double rho = std::exp(-interval.seconds() / 2);
      const double k = static_cast<double>(lag), far = std::pow(rho, 2 * k);
      const double variance = ((1 + rho * rho) * (1 - far) / (1 - rho * rho) - 2 * k * far) / kN;
      INFO("interval " << interval.seconds() << ", lag " << lag);
      CHECK(std::abs(lag_correlation(z, lag) - std::pow(rho, k)) < 5 * std::sqrt(variance));
    }
  }
}

// Chi-squared over 50 equally likely cells: 49 degrees, 0.999999 quantile 109. Every 8th message at
// rho = exp(-1/2): what correlation is left, e^-4, widens the counts by 4 % at most.
TEST_CASE("correlated delays have the link's own law") {
  const std::vector<double> all = delays(correlated(seconds(2)), seconds(1), 800'000);
  std::vector<double> cells(50, 0);
  double n = 0, above_1e3 = 0;
  for (std::size_t i = 0; i < all.size(); i += 8) {
    const double u = -std::expm1(-all[i] / .03);
    cells[std::min<std::size_t>(49, static_cast<std::size_t>(u * 50))] += 1;
    above_1e3 += all[i] > .03 * std::log(1e3) ? 1 : 0;
    n += 1;
  }
  double chi = 0;
  for (const double cell : cells) chi += (cell - n / 50) * (cell - n / 50) / (n / 50);
  CHECK(chi < 109 * 1.04);
  // The tail: 100 of 100000, 5 standard errors.
  CHECK(std::abs(above_1e3 - 100) < 50);
}

TEST_CASE("the first delay is the one without correlation, and so is every one after long gaps") {
  LinkRule rule = correlated(milliseconds(1));
  const std::vector<double> linked = delays(rule, seconds(1), 2000);
  rule.correlation_time.reset();
  const std::vector<double> free = delays(rule, seconds(1), 2000);
  // But for the way through the normal law and back: 1e-4 of the delay.
  for (std::size_t i = 0; i < free.size(); ++i) {
    REQUIRE(linked[i] == Approx(free[i]).epsilon(1e-4).margin(1e-7));
  }
}

TEST_CASE("lost messages move the scores on, so loss does not change the delays of others") {
  LinkRule rule = correlated(seconds(5));
  Link clean = kit::link_of(rule, kStreams);
  rule.loss = Loss{.5, std::nullopt};
  Link lossy = kit::link_of(rule, kStreams);
  int arrived = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    const Passage all = clean.transmit({i * 1'000'000'000}, static_cast<std::uint64_t>(i), 1);
    const Passage some = lossy.transmit({i * 1'000'000'000}, static_cast<std::uint64_t>(i), 1);
    if (some.fate == Fate::lost) continue;
    ++arrived;
    REQUIRE(some.arrival == all.arrival);
  }
  CHECK(arrived > 400);
}

TEST_CASE("messages of one instant share one delay") {
  Link link = kit::link_of(correlated(seconds(5)), kStreams);
  const SimInstant first = link.transmit({77}, 0, 1).arrival;
  CHECK(link.transmit({77}, 1, 1).arrival == first);
}

TEST_CASE("ranks and scores are inverse, in both tails to many digits") {
  for (const double z : {-9.5, -8.9, -6.0, -3.01, -1.0, -0.1, 0.1, 0.5, 2.0, 5.5, 8.99, 9.1}) {
    const std::uint64_t bits = normal_rank(z);
    const double tail = static_cast<double>(z < 0 ? bits : ~bits) * 0x1p-64;
    INFO(z);
    // Whole bits: in the farthest tail a rank is one of a few.
    CHECK(tail == Approx(normal_tail(std::abs(z))).epsilon(1e-8).margin(0x1p-63));
    CHECK((bits >> 63) == (z < 0 ? 0u : 1u));
  }
  CHECK(normal_rank(0) >> 63 == 1);
  CHECK(normal_rank(-1e-300) >> 63 == 0);
  for (int i = 1; i < 64; ++i) {
    const std::uint64_t bits = static_cast<std::uint64_t>(i) << 58;
    // The table of the normal law is straight between its knots: 2e-5 of a deviation.
    const double back = static_cast<double>(normal_rank(normal_from(bits))) * 0x1p-64;
    CHECK(back == Approx(i / 64.).margin(2e-5));
  }
}

}  // namespace flatline::world
