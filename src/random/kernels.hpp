#pragma once
// The loops over blocks of draws, once per instruction set. Each must give the bits of the
// one-by-one functions: Stream::bits, Sampler::Table::quantile_at, uniform_below.
//
// No file of kernels is compiled with wider instructions as a whole: only its own functions are, by
// attribute. An inline function of a shared header, compiled wide and picked by the linker for
// every caller, would crash on an older machine.

#include <cstddef>
#include <cstdint>

#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"

namespace flatline::random {

// For kernels that read octave, sub-bin and fraction of a draw off the double w >> 11 (w as in the
// contract of Sampler). Below 2^kExactBits that has lost bits of the fraction.
inline constexpr int kExactBits = 11 + Sampler::Table::kSubBits + 32;
// What exponent and sub-bin of that double are for the very first knot: those of octave 0 are
// 51 + 1023, and its knots are those of the last octave in the table.
inline constexpr std::uint64_t kFirstKnot =
    std::uint64_t{51 + 1023 - (Sampler::Table::kOctaves - 1)} << Sampler::Table::kSubBits;

struct Kernels {
  /// out[i] = stream.bits(first + i).
  void (*draws)(const Stream& stream, std::uint64_t first, std::uint64_t* out, std::size_t n);
  /// values[i] = mark wherever stream.bits(first + i) < threshold.
  void (*mark)(const Stream& stream, std::uint64_t first, std::uint64_t threshold,
               std::int64_t mark, std::int64_t* values, std::size_t n);
  /// out[i] = quantile_at(knots, bits[i]).
  void (*quantiles)(const std::int64_t* knots, const std::uint64_t* bits, std::int64_t* out,
                    std::size_t n);
  /// out[i] = quantile_at(knots, stream.bits(first + i)).
  void (*drawn_quantiles)(const std::int64_t* knots, const Stream& stream, std::uint64_t first,
                          std::int64_t* out, std::size_t n);
  /// out[i] = least + uniform_below(bits[i], count). REQUIRES: count < 2^32.
  void (*uniform)(std::int64_t least, std::uint64_t count, const std::uint64_t* bits,
                  std::int64_t* out, std::size_t n);
};

extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kV3Kernels;
extern const Kernels kV4Kernels;
#endif

/// Those of the instruction set in use.
const Kernels& kernels();

}  // namespace flatline::random
