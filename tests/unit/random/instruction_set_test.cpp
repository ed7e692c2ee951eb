// Blocks of draws and samples: with every instruction set, what the one-by-one functions give.

#include "flatline/random/instruction_set.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

/// Puts the set in use back, also if a test fails.
class Restore {
 public:
  Restore() = default;
  ~Restore() { use_instruction_set(before_); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  InstructionSet before_ = instruction_set();
};

// Around one and several vectors, and around a part of the scratch that blocks are made in.
std::vector<std::size_t> lengths() {
  std::vector<std::size_t> out{255, 256, 257, 511, 512, 513, 1000, 1024};
  for (std::size_t n = 0; n <= 35; ++n) out.push_back(n);
  return out;
}

constexpr std::size_t kMost = 1024;

Distribution mixed(std::vector<Distribution> parts) {
  Distribution law;
  law.family = Family::mixture;
  double weight = 1;
  for (Distribution& part : parts) law.mixture.push_back({weight /= 1.7, std::move(part)});
  return law;
}

Distribution recorded(std::vector<std::int64_t> values) {
  Distribution law;
  law.family = Family::empirical;
  law.values = std::move(values);
  return law;
}

std::vector<Distribution> laws() {
  std::vector<Distribution> out{Distribution::constant(milliseconds(3)),
                                uniform({}, milliseconds(20)),
                                uniform({}, nanoseconds(0xfffffffe)),
                                uniform({}, nanoseconds(0xffffffff)),
                                uniform(hours(1), kLongestTime),
                                exponential(nanoseconds(1)),
                                exponential(milliseconds(20)),
                                exponential(days(3)),
                                normal(milliseconds(10), milliseconds(10)),
                                normal({}, hours(1)),
                                lognormal(milliseconds(20), 0.6),
                                lognormal(seconds(1), 1.4),
                                gamma(milliseconds(5), 0.5),
                                weibull(milliseconds(50), 0.7),
                                pareto(microseconds(10), 1.2),
                                pareto(milliseconds(1), 2.5),
                                recorded({7}),
                                recorded({5, 1, 4, 1, 5, 9, 2, 6})};
  const Distribution simple = mixed({exponential(days(3)), uniform({}, seconds(9))});
  out.push_back(simple);
  out.push_back(mixed({lognormal(milliseconds(20), 0.6), simple, recorded({3, 2, 1}),
                       Distribution::constant(seconds(1))}));
  std::vector<Distribution> many;
  for (int i = 1; i <= 20; ++i) many.push_back(uniform({}, milliseconds(i)));
  out.push_back(mixed(many));
  for (Distribution& law : out) law.plus = nanoseconds(law.family == Family::weibull ? 11 : 0);
  return out;
}

/// The ends of every octave and of sub-bins in it, in both halves; then draws of every magnitude.
std::vector<std::uint64_t> nasty_draws() {
  std::vector<std::uint64_t> out{0};
  for (int k = 0; k < 64; ++k) {
    const std::uint64_t power = std::uint64_t{1} << k;
    for (const std::uint64_t draw :
         {power - 1, power, power + 1, power + (power >> 6), power + (power >> 6) - 1,
          power + (power >> 1), power + (power >> 1) - 1}) {
      out.push_back(draw);
    }
  }
  const Stream stream(21, 22);
  for (std::uint64_t i = 0; i < 20'000; ++i) out.push_back(stream.bits(i) >> i % 64);
  const std::size_t lower = out.size();
  for (std::size_t i = 0; i < lower; ++i) out.push_back(~out[i]);
  return out;
}

}  // namespace

TEST_CASE("portable instructions are always available, and every available set can be forced") {
  const Restore restore;
  const auto sets = available_instruction_sets();
  REQUIRE(!sets.empty());
  CHECK(sets.front() == InstructionSet::portable);
  CHECK(std::is_sorted(sets.begin(), sets.end()));
  for (const InstructionSet set : sets) {
    use_instruction_set(set);
    CHECK(instruction_set() == set);
  }
  CHECK_THROWS_AS(use_instruction_set(static_cast<InstructionSet>(9)), ContractViolation);
  CHECK(instruction_set() == sets.back());
}

TEST_CASE("an instruction set is found by its name and by no other") {
  for (const InstructionSet set :
       {InstructionSet::portable, InstructionSet::x86_64_v3, InstructionSet::x86_64_v4}) {
    CHECK(instruction_set_named(name_of(set)) == set);
  }
  CHECK(name_of(InstructionSet::x86_64_v3) == "x86-64-v3");
  CHECK(!instruction_set_named("x86-64-v2"));
  CHECK(!instruction_set_named(""));
}

TEST_CASE("a block of draws is the draws one by one, with every instruction set") {
  const Restore restore;
  const StreamFactory factory(3, 1);
  constexpr std::uint64_t kGuard = 0x1234;
  for (const InstructionSet set : available_instruction_sets()) {
    use_instruction_set(set);
    INFO(name_of(set));
    int wrong = 0;
    for (std::uint64_t s = 0; s < 40; ++s) {
      const Stream stream = s == 0 ? Stream(0, 0) : factory.stream(std::to_string(s));
      // Numbers of beats begin anywhere; those of late incarnations have high bits.
      const std::uint64_t first = s == 1 ? ~std::uint64_t{0} - 5 : (s << (s % 60)) + s;
      for (const std::size_t n : lengths()) {
        std::vector<std::uint64_t> out(n + 8, kGuard);
        stream.fill(first, std::span(out).first(n));
        for (std::size_t i = 0; i < n; ++i) wrong += out[i] != stream.bits(first + i) ? 1 : 0;
        for (std::size_t i = n; i < out.size(); ++i) wrong += out[i] != kGuard ? 1 : 0;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the marked are those whose draw is below the threshold, with every instruction set") {
  const Restore restore;
  const Stream stream = StreamFactory(4, 0).stream("loss");
  constexpr std::int64_t kMark = std::numeric_limits<std::int64_t>::max();
  // The draw of some index itself is not below it; the one above it is the least that marks it.
  const std::uint64_t draw = stream.bits(105);
  std::vector<std::uint64_t> thresholds{0, 1, draw, draw + 1, ~std::uint64_t{0}};
  for (const double p : {0.01, 0.4999, 0.5, 0.5001, 0.9}) thresholds.push_back(threshold_for(p));
  for (const InstructionSet set : available_instruction_sets()) {
    use_instruction_set(set);
    INFO(name_of(set));
    int wrong = 0, marked = 0;
    for (const std::uint64_t threshold : thresholds) {
      for (const std::size_t n : lengths()) {
        std::vector<std::int64_t> values(n + 8);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i);
        stream.mark_below(100, threshold, kMark, std::span(values).first(n));
        for (std::size_t i = 0; i < values.size(); ++i) {
          const bool hit = i < n && stream.bits(100 + i) < threshold;
          marked += hit ? 1 : 0;
          wrong += values[i] != (hit ? kMark : static_cast<std::int64_t>(i)) ? 1 : 0;
        }
      }
    }
    CHECK(wrong == 0);
    CHECK(marked > 1000);
  }
}

TEST_CASE("a block of samples is the samples one by one, of every law and at every edge") {
  const Restore restore;
  const std::vector<std::uint64_t> nasty = nasty_draws();
  constexpr std::int64_t kGuard = -77;
  for (const Distribution& d : laws()) {
    const Sampler sampler = compiled(d);
    std::vector<std::uint64_t> draws = nasty;
    for (const std::uint64_t threshold : sampler.table().thresholds) {
      for (const std::uint64_t draw : {threshold - 1, threshold, threshold + 1}) {
        draws.push_back(draw);
      }
    }
    std::vector<std::int64_t> expected;
    for (const std::uint64_t draw : draws) expected.push_back(sampler(draw));
    for (const InstructionSet set : available_instruction_sets()) {
      use_instruction_set(set);
      INFO(name(d) << " with " << name_of(set));
      std::vector<std::int64_t> out(draws.size());
      sampler.fill(draws, out);
      const auto differ = std::mismatch(out.begin(), out.end(), expected.begin());
      INFO("at " << differ.first - out.begin());
      REQUIRE(differ.first == out.end());
      for (const std::size_t n : lengths()) {
        out.assign(n + 8, kGuard);
        sampler.fill(std::span(draws).subspan(3, n), std::span(out).first(n));
        REQUIRE(std::equal(out.begin(), out.end() - 8, expected.begin() + 3));
        REQUIRE(std::count(out.begin(), out.end(), kGuard) == 8);
      }
    }
  }
}

TEST_CASE("drawing and sampling at once gives what doing one after the other gives") {
  const Restore restore;
  const Stream stream = StreamFactory(5, 0).stream("delay");
  for (const Distribution& d : laws()) {
    const Sampler sampler = compiled(d);
    constexpr std::size_t kDraws = 50'000;
    std::vector<std::int64_t> expected;
    for (std::uint64_t i = 0; i < kDraws; ++i) expected.push_back(sampler(stream.bits(9 + i)));
    for (const InstructionSet set : available_instruction_sets()) {
      use_instruction_set(set);
      INFO(name(d) << " with " << name_of(set));
      std::vector<std::int64_t> out(kDraws);
      // 5e4 draws reach octave 15: past 14, where a fraction no longer fits a double.
      sampler.fill(stream, 9, out);
      REQUIRE(out == expected);
      for (const std::size_t n : lengths()) {
        out.assign(kMost + 8, -77);
        sampler.fill(stream, 9, std::span(out).first(n));
        const auto end = out.begin() + static_cast<std::ptrdiff_t>(n);
        REQUIRE(std::equal(out.begin(), end, expected.begin()));
        REQUIRE(std::count(end, out.end(), -77) == out.end() - end);
      }
    }
  }
}
