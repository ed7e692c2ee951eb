// What each detector does that the others do not.

#include <cmath>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

LocalInstant at(std::int64_t ms) {
  return LocalInstant{} + milliseconds(ms);
}

Observation numbered(std::int64_t seq, LocalInstant sent = {}) {
  Observation observation;
  observation.seq = SeqNo{seq};
  observation.sent_at = sent;
  return observation;
}

LocalInstant deadline_of(const Family& family) {
  return kit::deadlines_of(family).at(0);
}

Value word(const char* text) {
  return std::string(text);
}

}  // namespace

TEST_CASE("fixed_timeout restarts on any arrival, or on the newest only") {
  const auto any = kit::family_of("fixed_timeout", {{{"timeout", seconds(3)}}});
  const auto newest =
      kit::family_of("fixed_timeout", {{{"timeout", seconds(3)}, {"restart_on", word("newest")}}});
  for (Family* family : {any.get(), newest.get()}) {
    family->observe(at(1000), numbered(5));
    CHECK(deadline_of(*family) == at(4000));
    family->observe(at(2000), numbered(4));  // overtaken
    family->observe(at(2500), numbered(5));  // a duplicate
  }
  CHECK(deadline_of(*any) == at(5500));
  CHECK(deadline_of(*newest) == at(4000));
  CHECK(newest->suspicion(0, at(2500)) == 0.5);
  newest->observe(at(2600), numbered(6));
  CHECK(deadline_of(*newest) == at(5600));
}

TEST_CASE("fixed_timeout newest takes a first sequence number of 0") {
  const auto newest =
      kit::family_of("fixed_timeout", {{{"timeout", seconds(3)}, {"restart_on", word("newest")}}});
  newest->observe(at(0), numbered(0));
  CHECK(deadline_of(*newest) == at(3000));
}

TEST_CASE("nfd_s goes by sending times and ignores what is not newer") {
  const auto nfd_s = kit::family_of("nfd_s", {{{"shift", milliseconds(500)}}});
  nfd_s->observe(at(1200), numbered(1, at(1000)));
  CHECK(deadline_of(*nfd_s) == at(2500));  // sent + interval + shift
  nfd_s->observe(at(2700), numbered(0, at(0)));
  CHECK(deadline_of(*nfd_s) == at(2500));
  CHECK(nfd_s->suspicion(0, at(2700)) == Approx(0.2).margin(1e-12));
  // So late that its own freshness point has passed: it stays suspected.
  nfd_s->observe(at(9000), numbered(2, at(2000)));
  CHECK(deadline_of(*nfd_s) == at(3500));
}

TEST_CASE(
    "nfd_e takes late arrivals into its mean but moves its freshness point only for newer ones") {
  const auto nfd_e = kit::family_of(
      "nfd_e", {{{"safety_margin", milliseconds(100)}, {"window", std::int64_t{4}}}});
  nfd_e->observe(at(1100), numbered(1));  // offset 100 ms
  CHECK(deadline_of(*nfd_e) == at(2200));
  nfd_e->observe(at(3100), numbered(3));  // offset 100 ms
  nfd_e->observe(at(3600), numbered(2));  // offset 1600 ms, late
  CHECK(deadline_of(*nfd_e) == at(4200));
  nfd_e->observe(at(4200), numbered(4));  // offset 200 ms: mean of the four is 500 ms
  CHECK(deadline_of(*nfd_e) == at(5600));
  nfd_e->observe(at(5200), numbered(5));  // pushes out the first: mean 525 ms
  CHECK(deadline_of(*nfd_e) == at(6625));
}

TEST_CASE("nfd_e rounds the expected arrival down to a whole nanosecond") {
  const Value three = std::int64_t{3};
  const auto nfd_e = kit::family_of("nfd_e", {{{"safety_margin", seconds(0)}, {"window", three}}},
                                    nanoseconds(10));
  // Offsets relative to the first 0, -1, -1: their mean -2/3 goes down to -1.
  nfd_e->observe(LocalInstant{100}, numbered(0));
  nfd_e->observe(LocalInstant{109}, numbered(1));
  nfd_e->observe(LocalInstant{119}, numbered(2));
  CHECK(deadline_of(*nfd_e) == LocalInstant{100 - 1 + 30});
}

TEST_CASE("nfd_e is exact where the sum of offsets outgrows 64 bits") {
  const auto nfd_e = kit::family_of(
      "nfd_e", {{{"safety_margin", seconds(0)}, {"window", std::int64_t{1000}}}}, nanoseconds(1));
  // Offsets 0 and then 19 times 2^59: the sum is 19 * 2^59 > 2^63.
  const std::int64_t late = std::int64_t{1} << 59;
  nfd_e->observe(LocalInstant{0}, numbered(0));
  for (int seq = 1; seq < 20; ++seq) nfd_e->observe(LocalInstant{late + seq}, numbered(seq));
  const __int128 mean = static_cast<__int128>(late) * 19 / 20;
  CHECK(deadline_of(*nfd_e).ns == static_cast<std::int64_t>(mean) + 20);
}

TEST_CASE("nfd_e rounds down a negative mean whose sum outgrows 64 bits") {
  const auto nfd_e = kit::family_of(
      "nfd_e", {{{"safety_margin", seconds(0)}, {"window", std::int64_t{1000}}}}, nanoseconds(1));
  // Offsets 0 and then 19 times -2^59; 19 * 2^59 is no multiple of 20.
  const std::int64_t skipped = std::int64_t{1} << 59;
  nfd_e->observe(LocalInstant{0}, numbered(0));
  for (int i = 1; i < 20; ++i) nfd_e->observe(LocalInstant{i}, numbered(skipped + i));
  const __int128 towards_zero = -static_cast<__int128>(skipped) * 19 / 20;
  CHECK(deadline_of(*nfd_e).ns == static_cast<std::int64_t>(towards_zero) - 1 + skipped + 20);
}

TEST_CASE("nfd_e refuses a sequence number beyond all time") {
  const auto nfd_e = kit::family_of("nfd_e", {{{"safety_margin", seconds(0)}}});
  CHECK_THROWS_AS(nfd_e->observe(at(0), numbered(std::int64_t{1} << 62)), ContractViolation);
}

TEST_CASE("phi_normal without an estimate is silent until two gaps are seen") {
  const auto phi = kit::family_of("phi_normal", {{{"threshold", 1.0}}});
  phi->observe(at(0), numbered(0));
  phi->observe(at(1000), numbered(1));
  CHECK(deadline_of(*phi) == LocalInstant::never());
  CHECK(phi->suspicion(0, at(1'000'000)) == 0);
  phi->observe(at(2000), numbered(2));
  CHECK(deadline_of(*phi) == at(3000));
}

TEST_CASE("phi_normal with an estimate judges from the first beat") {
  const auto phi =
      kit::family_of("phi_normal", {{{"threshold", 3.0}, {"first_beat_estimate", seconds(1)}}});
  phi->observe(at(0), numbered(0));
  // Samples 0.75 s and 1.25 s: mean 1 s, deviation 0.25 s; z(3) = 3.09023231 to half a unit of the
  // last digit.
  CHECK(std::abs(static_cast<double>(deadline_of(*phi).ns) - (1e9 + 0.25e9 * 3.09023231)) < 3);
}

TEST_CASE("phi_normal serves a sender that is quiet to the nanosecond") {
  const auto bare = kit::family_of("phi_normal", {{{"threshold", 8.0}}});
  const auto floored =
      kit::family_of("phi_normal", {{{"threshold", 8.0}, {"min_deviation", nanoseconds(1)}}});
  for (int i = 0; i < 10; ++i) {
    bare->observe(at(1000 * i), numbered(i));
    floored->observe(at(1000 * i), numbered(i));
  }
  CHECK(deadline_of(*bare) == at(10'000));
  CHECK(bare->suspicion(0, at(10'000) - nanoseconds(1)) == 0);
  CHECK(std::isinf(bare->suspicion(0, at(10'000))));
  CHECK(deadline_of(*floored) == at(10'000) + nanoseconds(6));  // z(8) = 5.61, up to a whole one
}

TEST_CASE("phi_normal's sample deviation divides by one less") {
  const kit::Named base{{"threshold", 8.0}, {"window", std::int64_t{2}}};
  kit::Named sample = base;
  sample.push_back({"deviation", word("sample")});
  const auto by_n = kit::family_of("phi_normal", {base});
  const auto by_less = kit::family_of("phi_normal", {sample});
  for (Family* family : {by_n.get(), by_less.get()}) {
    for (const int ms : {0, 900, 2000}) family->observe(at(ms), numbered(ms));
  }
  const double z8 = 5.61200124;  // to 5e-9, times 0.1 s: 0.5 ns
  const double mean_end = 3e9;   // last 2 s + mean 1 s
  CHECK(std::abs(static_cast<double>(deadline_of(*by_n).ns) - (mean_end + z8 * 1e8)) < 2);
  CHECK(std::abs(static_cast<double>(deadline_of(*by_less).ns) -
                 (mean_end + z8 * 1e8 * std::sqrt(2.0))) < 3);
}

TEST_CASE("phi_normal adds the acceptable pause to the mean") {
  const auto phi =
      kit::family_of("phi_normal", {{{"threshold", 2.0}, {"min_deviation", milliseconds(100)}},
                                    {{"threshold", 2.0},
                                     {"min_deviation", milliseconds(100)},
                                     {"acceptable_pause", seconds(3)}}});
  for (int i = 0; i < 4; ++i) phi->observe(at(1000 * i), numbered(i));
  const auto deadlines = kit::deadlines_of(*phi);
  CHECK(deadlines[1] - deadlines[0] == seconds(3));
  CHECK(phi->suspicion(1, at(8000)) == phi->suspicion(0, at(5000)));
}

TEST_CASE("A threshold below the level of the mean suspects before the mean gap has passed") {
  const auto phi = kit::family_of("phi_normal", {{{"threshold", 0.0006}}});  // z is about -3
  for (const int ms : {0, 900, 2000}) phi->observe(at(ms), numbered(ms));
  CHECK(deadline_of(*phi) > at(2000 + 650));
  CHECK(deadline_of(*phi) < at(2000 + 750));
}

TEST_CASE("The extremes of every phi parameter give deadlines inside time") {
  const Duration most = kLongestTime;
  const std::vector<kit::Named> settings{
      {{"threshold", 10000.0}, {"first_beat_estimate", most}},
      {{"threshold", 10000.0}, {"first_beat_estimate", most}, {"min_deviation", most}},
      {{"threshold", 1e-300}, {"first_beat_estimate", most}, {"min_deviation", most}},
      {{"threshold", 10000.0}, {"first_beat_estimate", most}, {"acceptable_pause", most}}};
  const auto normal = kit::family_of("phi_normal", settings);
  normal->observe(LocalInstant{most.ns}, {});
  const auto deadlines = kit::deadlines_of(*normal);
  CHECK(deadlines[0] == LocalInstant::never());
  CHECK(deadlines[1] == LocalInstant::never());
  CHECK(deadlines[2] == LocalInstant::before_all());
  CHECK(deadlines[3] == LocalInstant::never());
  const auto exponential = kit::family_of("phi_exponential", {settings[0]});
  exponential->observe(LocalInstant{most.ns}, {});
  CHECK(deadline_of(*exponential) == LocalInstant::never());
}

TEST_CASE("phi_exponential suspects at threshold times mean times ln 10") {
  const auto phi = kit::family_of("phi_exponential", {{{"threshold", 8.0}}});
  for (int i = 0; i < 20; ++i) phi->observe(at(1000 * i), numbered(i));
  // 18.420680744 s after the last; ln 10 in 2^-32 adds at most 0.12 ns, rounding up less than 1.
  CHECK(std::abs(static_cast<double>((deadline_of(*phi) - at(19'000)).ns) - 18420680743.952367) <
        1.2);
  CHECK(phi->suspicion(0, at(20'000)) == Approx(0.4342944819).epsilon(1e-10));
}

TEST_CASE("phi_exponential with nothing but duplicates suspects at once") {
  const auto phi = kit::family_of("phi_exponential", {{{"threshold", 8.0}}});
  for (int i = 0; i < 3; ++i) phi->observe(at(5), numbered(1));
  CHECK(deadline_of(*phi) == at(5));
  CHECK(std::isinf(phi->suspicion(0, at(5))));
}
