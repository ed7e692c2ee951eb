#include <algorithm>
#include <limits>

#include "flatline/random/stream.hpp"
#include "unit/random/reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0};

std::string refusal(const Distribution& d) {
  const auto result = compile(d);
  return result.ok() ? "accepted" : result.problems().at(0).message;
}

Distribution mixture(std::vector<Distribution::Component> components) {
  Distribution d;
  d.family = Family::mixture;
  d.mixture = std::move(components);
  return d;
}

Distribution empirical(std::vector<std::int64_t> values) {
  Distribution d;
  d.family = Family::empirical;
  d.values = std::move(values);
  return d;
}

}  // namespace

TEST_CASE("every family has the name that scenarios write") {
  const char* const names[] = {"constant", "uniform", "exponential", "normal",    "lognormal",
                               "gamma",    "weibull", "pareto",      "empirical", "mixture"};
  for (int i = 0; i < 10; ++i) CHECK(name_of(static_cast<Family>(i)) == names[i]);
}

TEST_CASE("shapes that are not positive and finite are refused by name") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {0.0, -1.0, nan, infinity}) {
    CHECK(refusal(lognormal(seconds(1), bad)) == "the sigma of the lognormal law is not positive");
    CHECK(refusal(gamma(seconds(1), bad)) == "the shape of the gamma law is not positive");
    CHECK(refusal(weibull(seconds(1), bad)) == "the shape of the weibull law is not positive");
    CHECK(refusal(pareto(seconds(1), bad)) == "the shape of the pareto law is not positive");
  }
}

// Outside, the incomplete gamma function would take seconds, or not converge at all.
TEST_CASE("a gamma shape lies in 0.001 to 10000") {
  const std::string message = "the shape of the gamma law is out of range";
  CHECK(refusal(gamma(seconds(1), 0.000999)) == message);
  CHECK(refusal(gamma(seconds(1), 10001)) == message);
  CHECK(refusal(gamma(seconds(1), 0.001)) == "accepted");
  CHECK(refusal(gamma(nanoseconds(1), 10000)) == "accepted");
}

TEST_CASE("scales of zero are refused by name") {
  CHECK(refusal(exponential({})) == "the mean of the exponential law is not positive");
  CHECK(refusal(lognormal({}, 1)) == "the median of the lognormal law is not positive");
  CHECK(refusal(gamma({}, 1)) == "the scale of the gamma law is not positive");
  CHECK(refusal(weibull({}, 1)) == "the scale of the weibull law is not positive");
  CHECK(refusal(pareto({}, 1)) == "the scale of the pareto law is not positive");
}

TEST_CASE("negative or endless durations are refused") {
  const std::string uniform_message = "a duration of the uniform law is out of range";
  CHECK(refusal(uniform(nanoseconds(-1), seconds(1))) == uniform_message);
  CHECK(refusal(uniform({}, kLongestTime + nanoseconds(1))) == uniform_message);
  CHECK(refusal(Distribution::constant(nanoseconds(-1))) == "a duration of the constant law is out of range");
  CHECK(refusal(normal(seconds(-1), seconds(1))) == "a duration of the normal law is out of range");
  CHECK(refusal(normal(seconds(1), seconds(-1))) == "a duration of the normal law is out of range");
  Distribution shifted = Distribution::constant(kLongestTime);
  CHECK(refusal(shifted) == "accepted");
  shifted.plus = nanoseconds(1);
  CHECK(refusal(shifted) == "a duration of the constant law is out of range");
  shifted = Distribution::constant(seconds(1));
  shifted.plus = nanoseconds(-1);
  CHECK(refusal(shifted) == "a duration of the constant law is out of range");
  CHECK(refusal(uniform(seconds(2), seconds(1))) == "the upper end of the uniform law lies below its lower end");
}

TEST_CASE("a tail beyond 36 years is refused, one just within is not") {
  const auto tail_of = [](const std::string& family) {
    return "the tail of this " + family + " law passes 36 years before probability 2^-56";
  };
  const std::string message = tail_of("pareto");
  // The last knot of a Pareto law of shape 1 is 2^56 scales: 16 ns reach 2^60 ns, and no more is allowed.
  CHECK(refusal(pareto(nanoseconds(16), 1)) == "accepted");
  CHECK(refusal(pareto(nanoseconds(17), 1)) == message);
  Distribution shifted = pareto(nanoseconds(16), 1);
  shifted.plus = nanoseconds(1);
  CHECK(refusal(shifted) == message);
  CHECK(refusal(pareto(nanoseconds(1), 1e-300)) == message);
  CHECK(refusal(lognormal(seconds(1), 1e300)) == tail_of("lognormal"));
  CHECK(refusal(weibull(nanoseconds(1), 1e-300)) == tail_of("weibull"));
  CHECK(refusal(exponential(days(400))) == tail_of("exponential"));
  CHECK(refusal(normal({}, days(2000))) == tail_of("normal"));
  CHECK(refusal(gamma(days(400), 1)) == tail_of("gamma"));
}

TEST_CASE("empirical and mixture laws say what they lack") {
  CHECK(refusal(empirical({})) == "the empirical law has no values");
  CHECK(refusal(empirical({5, -1})) == "a recorded duration is out of range");
  CHECK(refusal(empirical({kLongestTime.ns + 1})) == "a recorded duration is out of range");
  Distribution shifted = empirical({kLongestTime.ns});
  CHECK(refusal(shifted) == "accepted");
  shifted.plus = nanoseconds(1);
  CHECK(refusal(shifted) == "a recorded duration is out of range");

  const Distribution one = Distribution::constant(seconds(1));
  CHECK(refusal(mixture({})) == "the mixture has no components");
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {0.0, -1.0, nan, infinity}) {
    CHECK(refusal(mixture({{1.0, one}, {bad, one}})) == "a weight of the mixture is not positive");
  }
  CHECK(refusal(mixture({{1e308, one}, {1e308, one}})) == "the weights of the mixture overflow");
  CHECK(refusal(mixture({{1.0, one}, {1.0, gamma({}, 1)}})) == "the scale of the gamma law is not positive");
  Distribution late = mixture({{1.0, one}});
  late.plus = kLongestTime;
  CHECK(refusal(late) == "a duration of the constant law is out of range");
}

TEST_CASE("refusals say what would be right") {
  CHECK(compile(gamma(seconds(1), 0)).problems().at(0).expected == "a finite number above 0");
  CHECK(compile(gamma({}, 1)).problems().at(0).expected == "a duration above 0");
  CHECK(compile(pareto(seconds(1), 0.1)).problems().at(0).expected ==
        "a lighter tail: a smaller scale or sigma, or a larger shape");
  CHECK(compile(mixture({})).problems().at(0).expected == "at least one {\"weight\", \"of\"}");
}

TEST_CASE("a default sampler is the constant 0, a constant law its constant") {
  CHECK(Sampler()(0) == 0);
  CHECK(Sampler()(kOnes) == 0);
  Distribution d = Distribution::constant(milliseconds(7));
  d.plus = milliseconds(2);
  const Sampler sampler = compiled(d);
  for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1} << 63, kOnes}) CHECK(sampler(bits) == 9000000);
  CHECK(sampler.min_ns() == 9000000);
  CHECK(sampler.max_ns() == 9000000);
  CHECK(sampler.mean_seconds() == Approx(0.009));
  CHECK(compiled(normal(milliseconds(4), {}))(12345) == 4000000);  // a deviation of 0
}

TEST_CASE("a uniform law reaches both ends and no further") {
  Distribution d = uniform(nanoseconds(10), nanoseconds(13));
  d.plus = nanoseconds(100);
  const Sampler sampler = compiled(d);
  CHECK(sampler(0) == 110);
  CHECK(sampler((std::uint64_t{1} << 62) - 1) == 110);  // four values, a quarter of the words each
  CHECK(sampler(std::uint64_t{1} << 62) == 111);
  CHECK(sampler(std::uint64_t{3} << 62) == 113);
  CHECK(sampler(kOnes) == 113);
  CHECK(sampler.min_ns() == 110);
  CHECK(sampler.max_ns() == 113);
  CHECK(compiled(uniform({}, kLongestTime))(kOnes) == kLongestTime.ns);
  CHECK(compiled(uniform(seconds(1), seconds(1)))(kOnes) == 1000000000);
}

TEST_CASE("an empirical law is its recorded values with equal weight, nothing between") {
  const std::vector<std::int64_t> values{40, 10, 10, 30, 0, 70, 50, 60};
  std::vector<std::int64_t> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const Sampler sampler = compiled(empirical(values));
  for (std::uint64_t i = 0; i < 8; ++i) {
    CHECK(sampler(i << 61) == sorted[i]);                             // first and last word of each eighth
    CHECK(sampler((i << 61) + (std::uint64_t{1} << 61) - 1) == sorted[i]);
  }
  CHECK(sampler.min_ns() == 0);
  CHECK(sampler.max_ns() == 70);
  CHECK(sampler.mean_seconds() == Approx(270.0 / 8 * 1e-9));
}

TEST_CASE("plus shifts every sample and every summary by exactly itself") {
  const Duration plus = milliseconds(3) + nanoseconds(1);
  const Distribution laws[] = {exponential(milliseconds(20)),    normal(milliseconds(1), milliseconds(2)),
                               lognormal(milliseconds(20), 0.6), gamma(milliseconds(20), 1.0),
                               weibull(milliseconds(20), 0.7),   pareto(milliseconds(20), 2.5),
                               uniform({}, seconds(1)),          empirical({4, 9, 1}),
                               mixture({{1.0, exponential(seconds(1))}, {2.0, Distribution::constant(seconds(3))}})};
  const Stream stream(3, 0);
  for (const Distribution& d : laws) {
    INFO(name(d));
    Distribution later = d;
    later.plus = plus;
    const Sampler base = compiled(d), shifted = compiled(later);
    for (std::uint64_t i = 0; i < 1000; ++i) REQUIRE(shifted(stream.bits(i)) == base(stream.bits(i)) + plus.ns);
    CHECK(shifted.min_ns() == base.min_ns() + plus.ns);
    CHECK(shifted.max_ns() == base.max_ns() + plus.ns);
    CHECK(shifted.mean_seconds() == Approx(base.mean_seconds() + plus.seconds()).epsilon(1e-12));
  }
}

TEST_CASE("a mixture takes each component for its share of all words") {
  const Sampler sampler = compiled(mixture({{1.0, Distribution::constant(nanoseconds(1))},
                                            {2.0, Distribution::constant(nanoseconds(2))},
                                            {5.0, Distribution::constant(nanoseconds(3))}}));
  CHECK(sampler(0) == 1);
  CHECK(sampler((std::uint64_t{1} << 61) - 1) == 1);  // weights 1/8, 2/8, 5/8: exact in 64 bits
  CHECK(sampler(std::uint64_t{1} << 61) == 2);
  CHECK(sampler((std::uint64_t{3} << 61) - 1) == 2);
  CHECK(sampler(std::uint64_t{3} << 61) == 3);
  CHECK(sampler(kOnes) == 3);
  CHECK(sampler.min_ns() == 1);
  CHECK(sampler.max_ns() == 3);
  CHECK(sampler.mean_seconds() == Approx(20.0 / 8 * 1e-9));
}

TEST_CASE("a component of tiny weight keeps its share wherever it stands") {
  const double tiny = 1e-15;  // 18446.7 words of 2^64
  const Distribution rare = Distribution::constant(nanoseconds(7)), usual = Distribution::constant(nanoseconds(1));
  const Sampler first = compiled(mixture({{tiny, rare}, {1.0, usual}}));
  CHECK(first(18445) == 7);
  CHECK(first(18448) == 1);
  const Sampler last = compiled(mixture({{1.0, usual}, {tiny, rare}}));
  CHECK(last(kOnes - 18445) == 7);
  CHECK(last(kOnes - 18449) == 1);
  CHECK(last(kOnes) == 7);
}

TEST_CASE("a component sees fresh bits, so its draw does not depend on how it was picked") {
  const Distribution base = exponential(seconds(1));
  const Sampler sampler = compiled(mixture({{0.001, base}, {0.999, Distribution::constant(nanoseconds(5))}}));
  const Sampler alone = compiled(base);
  for (std::uint64_t bits = 0; bits < 1000; ++bits) REQUIRE(sampler(bits << 40) == alone(rehash(bits << 40)));
}

TEST_CASE("mixtures nest, and shares multiply") {
  const Distribution inner = mixture({{1.0, Distribution::constant(nanoseconds(1))},
                                      {3.0, Distribution::constant(nanoseconds(2))}});
  const Sampler sampler = compiled(mixture({{1.0, inner}, {1.0, Distribution::constant(nanoseconds(3))}}));
  const Stream stream = StreamFactory(1, 0).stream("nested");
  constexpr int kDraws = 400000;
  std::vector<int> counts(4, 0);
  for (std::uint64_t i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(sampler(stream.bits(i)))];
  const double shares[] = {0, 1.0 / 8, 3.0 / 8, 1.0 / 2};
  for (std::size_t v = 1; v < 4; ++v) {
    // 5 deviations of a binomial count: probability 6e-7 each.
    CHECK(std::abs(counts[v] - kDraws * shares[v]) < 5 * std::sqrt(kDraws * shares[v] * (1 - shares[v])));
  }
  CHECK(sampler.mean_seconds() == Approx((1.0 / 8 + 6.0 / 8 + 12.0 / 8) * 1e-9));
}
