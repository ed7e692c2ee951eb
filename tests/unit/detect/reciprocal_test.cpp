#include "detect/reciprocal.hpp"

#include <cstring>
#include <limits>

#include "detect/fixed_point.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

constexpr std::uint64_t kTop = (std::uint64_t{1} << 63) - 1;  // the largest dividend allowed

/// Divisors where a factor too small, too large or cut would show: powers of two and their
/// neighbours, all small ones, and the largest window.
std::vector<std::int64_t> nasty_divisors() {
  std::vector<std::int64_t> out;
  for (std::int64_t n = 1; n <= 3000; ++n) out.push_back(n);
  for (int bits = 12; bits <= 32; ++bits) {
    const std::int64_t power = std::int64_t{1} << bits;
    out.insert(out.end(), {power - 1, power});
    if (bits < 32) out.push_back(power + 1);
  }
  out.insert(out.end(), {999'999, 1'000'000, 1'000'001});
  return out;
}

std::uint64_t bits_of(double x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

}  // namespace

TEST_CASE("A reciprocal divides as division does, at the edges of every quotient") {
  kit::Random random(31);
  for (const std::int64_t divisor : nasty_divisors()) {
    const Reciprocal by(divisor);
    const auto n = static_cast<std::uint64_t>(divisor);
    std::vector<std::uint64_t> quotients{0, 1, 2, kTop / n, kTop / n - (kTop / n > 0 ? 1 : 0)};
    for (int i = 0; i < 50; ++i) {
      quotients.push_back((random.bits() >> (1 + random.below(63))) / n);
    }
    for (const std::uint64_t q : quotients) {
      // The last of the quotient before, the first and the last of this one.
      for (const std::uint64_t x : {q * n - (q > 0 ? 1 : 0), q * n, q * n + (n - 1), kTop}) {
        if (x > kTop) continue;
        if (by.quotient(x) != x / n) {
          CAPTURE(divisor, x);
          REQUIRE(by.quotient(x) == x / n);
        }
      }
    }
  }
}

TEST_CASE("A reciprocal of nothing or of more than any window is refused") {
  CHECK_THROWS_AS(Reciprocal(0), ContractViolation);
  CHECK_THROWS_AS(Reciprocal(-3), ContractViolation);
  CHECK_THROWS_AS(Reciprocal((std::int64_t{1} << 32) + 1), ContractViolation);
}

TEST_CASE("The nearest double of 126 bits is the one that the compiler's conversion gives") {
  // The runtime library's conversion rounds to nearest, ties to even: equality of bits.
  const auto compare = [](Wide x) {
    if (x < 0 || x >> 126 != 0) return;
    const auto expected = static_cast<double>(x);
    if (bits_of(nearest_double(x)) == bits_of(expected)) return;
    CAPTURE(static_cast<std::uint64_t>(x >> 64), static_cast<std::uint64_t>(x));
    REQUIRE(bits_of(nearest_double(x)) == bits_of(expected));
  };
  CHECK(nearest_double(0) == 0);
  CHECK(nearest_double((Wide{1} << 53) + 1) == 0x1p53);      // a tie goes to the even one
  CHECK(nearest_double((Wide{1} << 53) + 3) == 0x1p53 + 4);  // also upwards
  CHECK(nearest_double((Wide{1} << 125) + (Wide{1} << 72)) == 0x1p125);
  CHECK(nearest_double((Wide{1} << 125) + (Wide{1} << 72) + 1) == 0x1p125 + 0x1p73);
  for (int bit = 0; bit < 126; ++bit) {
    for (int half = 0; half <= bit; ++half) {
      // A leading bit, a bit that may be half a unit, and what tips the balance or does not.
      const Wide x = (Wide{1} << bit) + (Wide{1} << half);
      for (int d = -2; d <= 2; ++d) compare(x + d);
    }
    compare((Wide{1} << bit) - 1 + (Wide{1} << bit));  // all ones: rounds up to the next power
  }
  kit::Random random(32);
  for (int i = 0; i < 300'000; ++i) {
    const Wide wide =
        (Wide{random.below(std::int64_t{1} << 62)} << 64) + static_cast<Wide>(random.bits());
    const auto cut = static_cast<int>(random.below(126));
    const Wide x = wide >> cut;
    compare(x);
    compare((x >> 60) << 60);  // long runs of zeros, so that ties come up
  }
}
