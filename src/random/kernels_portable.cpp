// Kernels in plain C++, for any machine.

#include "flatline/base/draws.hpp"
#include "flatline/random/distribution.hpp"
#include "random/kernels.hpp"

namespace flatline::random {
namespace {

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
  for (std::size_t i = 0; i < n; ++i) out[i] = Sampler::Table::quantile_at(knots, bits[i]);
}

void drawn_quantiles(const std::int64_t* knots, const Stream& stream, std::uint64_t first,
                     std::int64_t* out, std::size_t n) {
  const Stream own = stream;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = Sampler::Table::quantile_at(knots, own.bits(first + i));
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
