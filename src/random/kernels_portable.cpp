// Kernels in plain C++, for any machine.

#include <bit>

#include "flatline/base/draws.hpp"
#include "flatline/random/distribution.hpp"
#include "random/kernels.hpp"

namespace flatline::random {
namespace {

using Table = Sampler::Table;

// Table::quantile_at() without counting zeros and shifting by the count, which baseline x86-64 does
// slowly: w >> 11 has at most 52 bits, so it is exact as a double, whose leading bits are the
// octave and the sub-bin and whose next 32 are the fraction.
inline std::int64_t quantile(const std::int64_t* knots, std::uint64_t bits) {
  const auto upper = static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63);
  const std::uint64_t w = bits ^ upper;
  // Farther out w >> 11 has lost bits of the fraction: once in 2^14 draws.
  if (w >> kExactBits == 0) [[unlikely]]
    return Table::quantile_at(knots, bits);
  const auto number =
      std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(w >> 11)));
  const std::int64_t* knot =
      knots + (upper & Table::kKnots) + ((number >> (52 - Table::kSubBits)) - kFirstKnot);
  const std::uint64_t fraction = (number >> (20 - Table::kSubBits)) & 0xffffffffu;
  const std::int64_t step = knot[1] - knot[0];
  const std::int64_t high = (step >> 32) * static_cast<std::int64_t>(fraction);
  const std::uint64_t low = ((static_cast<std::uint64_t>(step) & 0xffffffffu) * fraction) >> 32;
  return knot[0] + high + static_cast<std::int64_t>(low);
}

void draws(const Stream& stream, std::uint64_t first, std::uint64_t* out, std::size_t n) {
  const Stream own = stream;  // `out` cannot point into it: its words stay in registers
  for (std::size_t i = 0; i < n; ++i) out[i] = own.bits(first + i);
}

void mark(const Stream& stream, std::uint64_t first, std::uint64_t threshold, std::int64_t with,
          std::int64_t* values, std::size_t n) {
  const Stream own = stream;
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = own.bits(first + i) < threshold ? with : values[i];
  }
}

void quantiles(const std::int64_t* knots, const std::uint64_t* bits, std::int64_t* out,
               std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = quantile(knots, bits[i]);
}

void drawn_quantiles(const std::int64_t* knots, const Stream& stream, std::uint64_t first,
                     std::int64_t* out, std::size_t n) {
  const Stream own = stream;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = quantile(knots, own.bits(first + i));
  }
}

void uniform(std::int64_t least, std::uint64_t count, const std::uint64_t* bits, std::int64_t* out,
             std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = least + static_cast<std::int64_t>(uniform_below(bits[i], count));
  }
}

}  // namespace

const Kernels kPortableKernels{draws, mark, quantiles, drawn_quantiles, uniform};

}  // namespace flatline::random
