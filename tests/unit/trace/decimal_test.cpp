#include "trace/decimal.hpp"

#include <cmath>
#include <cstdio>
#include <limits>

#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::trace;

namespace {
constexpr Unit kNs{0};
constexpr Unit kMs{6};
constexpr Unit kS{9};
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t good(std::string_view text, Unit unit) {
  const Decimal d = read_decimal(text, unit);
  CAPTURE(std::string(text));
  REQUIRE(d.status == DecimalStatus::good);
  return d.ns;
}
}  // namespace

TEST_CASE("Decimal: exact where a double is not") {
  CHECK(good("1700000000.123456789", kS) == 1'700'000'000'123'456'789);
  CHECK(good("9007199254740993", kNs) == 9'007'199'254'740'993);
  CHECK(good("0.1", kS) == 100'000'000);
  CHECK(good("-12.5", kMs) == -12'500'000);
  CHECK(good("+.5", kMs) == 500'000);
  CHECK(good("7.", kS) == 7'000'000'000);
  CHECK(good("000", kS) == 0);
  CHECK(good("-0.0", kS) == 0);
}

TEST_CASE("Decimal: exponents, as other programs write small and large numbers") {
  CHECK(good("1.5e-05", kS) == 15'000);
  CHECK(good("1.7E+09", kS) == 1'700'000'000'000'000'000);
  CHECK(good("12e0", kNs) == 12);
  CHECK(good("0e999999999999", kS) == 0);
  CHECK(good("1e-999999999999", kS) == 0);
  CHECK(good("123456789012345678901234567890e-20", kNs) == 1'234'567'890);
}

TEST_CASE("Decimal: what is finer than a nanosecond is rounded, ties to even") {
  CHECK(good("0.5", kNs) == 0);
  CHECK(good("1.5", kNs) == 2);
  CHECK(good("2.5", kNs) == 2);
  CHECK(good("-1.5", kNs) == -2);
  CHECK(good("2.500000000000000000000000000000000001", kNs) == 3);
  CHECK(good("0.05", kNs) == 0);
  CHECK(good("100.30000000000001", kMs) == 100'300'000);
  CHECK(good("0.9999999996", kS) == 1'000'000'000);
}

TEST_CASE("Decimal: the whole range of 64 bits and not one more") {
  CHECK(good("9223372036854775807", kNs) == kMost);
  CHECK(good("-9223372036854775808", kNs) == -kMost - 1);
  CHECK(good("9223372036.854775807", kS) == kMost);
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "9223372036854775807.5",
                           "1e19", "1e100", "99999999999999999999", "1e999999999999"}) {
    CAPTURE(text);
    CHECK(read_decimal(text, kNs).status == DecimalStatus::too_large);
  }
}

TEST_CASE("Decimal: what is no number is told from what is not finite") {
  for (const char* text : {"", "-", ".", "1,5", "1.2.3", "0x10", "1e", "1e+", "e5", "12 3", "--1",
                           "1_000", "12ms", "n", "nano", "1e5x"}) {
    CAPTURE(text);
    CHECK(read_decimal(text, kNs).status == DecimalStatus::not_a_number);
  }
  for (const char* text : {"nan", "NaN", "-nan", "inf", "-Inf", "Infinity"}) {
    CAPTURE(text);
    CHECK(read_decimal(text, kNs).status == DecimalStatus::not_finite);
  }
  CHECK(read_decimal(std::string_view("1\0", 2), kNs).status == DecimalStatus::not_a_number);
}

TEST_CASE(
    "Decimal: agrees with integer arithmetic on a grid of values and positions of the point") {
  // value / 10^places seconds, written out in decimal and computed with 128-bit integers.
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto value = static_cast<std::int64_t>(state >> (1 + state % 40));
    const int places = static_cast<int>(state % 18);
    std::string text = std::to_string(value);
    if (text.size() <= static_cast<std::size_t>(places)) {
      text.insert(0, static_cast<std::size_t>(places) + 1 - text.size(), '0');
    }
    if (places > 0) text.insert(text.size() - static_cast<std::size_t>(places), ".");
    __int128 scale = 1;
    for (int p = 0; p < places; ++p) scale *= 10;
    const __int128 twice = __int128{value} * 2'000'000'000;
    __int128 expected = (twice + scale) / (2 * scale);
    if ((twice + scale) % (2 * scale) == 0 && expected % 2 != 0) --expected;
    const Decimal d = read_decimal(text, kS);
    CAPTURE(text);
    if (expected > kMost) {
      REQUIRE(d.status == DecimalStatus::too_large);
    } else {
      REQUIRE(d.status == DecimalStatus::good);
      REQUIRE(d.ns == static_cast<std::int64_t>(expected));
    }
  }
}

TEST_CASE("Unit: names, suffixes and numbers with a unit") {
  CHECK(unit_of("us") == std::optional<Unit>(Unit{3}));
  CHECK_FALSE(unit_of("sec").has_value());
  CHECK(unit_suffix("a_b_ms") == std::optional<Unit>(kMs));
  CHECK_FALSE(unit_suffix("ms").has_value());
  CHECK_FALSE(unit_suffix("alarms").has_value());
  CHECK(split_unit("12.3ms").number == "12.3");
  CHECK(split_unit("12.3ms").unit == "ms");
  CHECK(split_unit("1e-5").unit.empty());
  CHECK(split_unit("nan").unit.empty());
}
