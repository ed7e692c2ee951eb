// Kernels for x86-64-v3: four draws at a time (AVX2).

#include "random/kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include "flatline/base/draws.hpp"
#include "flatline/random/distribution.hpp"

#define FLATLINE_V3 __attribute__((target("avx2,bmi2")))
#define FLATLINE_V3_PART FLATLINE_V3 __attribute__((always_inline)) inline

namespace flatline::random {
namespace {

using Table = Sampler::Table;

constexpr std::size_t kLanes = 4;

FLATLINE_V3_PART __m256i all(std::uint64_t word) {
  return _mm256_set1_epi64x(static_cast<long long>(word));
}

template <typename Word>
FLATLINE_V3_PART __m256i load(const Word* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

template <typename Word>
FLATLINE_V3_PART void store(Word* to, __m256i words) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
}

/// The low 64 bits of z times a constant, whose upper half `factor_high` has below.
FLATLINE_V3_PART __m256i times(__m256i z, __m256i factor, __m256i factor_high) {
  const __m256i crossed = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(z, 32), factor),
                                           _mm256_mul_epu32(z, factor_high));
  return _mm256_add_epi64(_mm256_mul_epu32(z, factor), _mm256_slli_epi64(crossed, 32));
}

/// Four draws of a stream, in order, as Stream::bits() gives them.
struct Lanes {
  __m256i counter, step, key, first_factor, first_high, second_factor, second_high;

  FLATLINE_V3_PART Lanes(const Stream& stream, std::uint64_t first)
      : step(all(kLanes * kWeyl)),
        key(all(stream.k1())),
        first_factor(all(0xbf58476d1ce4e5b9u)),
        first_high(all(0xbf58476du)),
        second_factor(all(0x94d049bb133111ebu)),
        second_high(all(0x94d049bbu)) {
    const __m256i offsets =
        _mm256_set_epi64x(static_cast<long long>(4 * kWeyl), static_cast<long long>(3 * kWeyl),
                          static_cast<long long>(2 * kWeyl), static_cast<long long>(kWeyl));
    counter = _mm256_add_epi64(all(stream.k0() + first * kWeyl), offsets);
  }

  FLATLINE_V3_PART __m256i next() {
    __m256i z = _mm256_xor_si256(_mm256_xor_si256(counter, key), _mm256_srli_epi64(counter, 30));
    counter = _mm256_add_epi64(counter, step);
    z = times(z, first_factor, first_high);
    z = times(_mm256_xor_si256(z, _mm256_srli_epi64(z, 27)), second_factor, second_high);
    return _mm256_xor_si256(z, _mm256_srli_epi64(z, 31));
  }
};

/// Table::quantile_at() of four draws. The knots j and j + 1 come in one load: a gather takes
/// longer, and twice.
FLATLINE_V3_PART __m256i quantile(const std::int64_t* knots, __m256i bits) {
  const __m256i upper = _mm256_cmpgt_epi64(_mm256_setzero_si256(), bits);
  const __m256i w = _mm256_xor_si256(bits, upper);
  const __m256i rare = _mm256_cmpgt_epi64(all(std::uint64_t{1} << kExactBits), w);
  if (_mm256_movemask_epi8(rare) != 0) [[unlikely]] {
    alignas(32) std::uint64_t draws[kLanes];
    alignas(32) std::int64_t samples[kLanes];
    store(draws, bits);
    for (std::size_t i = 0; i < kLanes; ++i) samples[i] = Table::quantile_at(knots, draws[i]);
    return load(samples);
  }
  const __m256i two_to_52 = all(0x4330000000000000u);
  const __m256i number = _mm256_castpd_si256(
      _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(w, 11), two_to_52)),
                    _mm256_castsi256_pd(two_to_52)));
  const __m256i index = _mm256_add_epi64(
      _mm256_sub_epi64(_mm256_srli_epi64(number, 52 - Table::kSubBits), all(kFirstKnot)),
      _mm256_and_si256(upper, all(Table::kKnots)));
  alignas(32) std::uint64_t at[kLanes];
  store(at, index);
#define FLATLINE_PAIR(i) _mm_loadu_si128(reinterpret_cast<const __m128i*>(knots + at[i]))
  const __m256i even =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(0)), FLATLINE_PAIR(2), 1);
  const __m256i odd =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(1)), FLATLINE_PAIR(3), 1);
#undef FLATLINE_PAIR
  const __m256i knot = _mm256_unpacklo_epi64(even, odd);
  const __m256i step = _mm256_sub_epi64(_mm256_unpackhi_epi64(even, odd), knot);
  const __m256i fraction = _mm256_srli_epi64(number, 20 - Table::kSubBits);  // and bits above 32
  // floor(fraction * step / 2^32) with the upper word of the step read as unsigned: 2^32 too many
  // if the step is negative.
  const __m256i low = _mm256_srli_epi64(_mm256_mul_epu32(step, fraction), 32);
  const __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(step, 32), fraction);
  const __m256i excess = _mm256_and_si256(_mm256_cmpgt_epi64(_mm256_setzero_si256(), step),
                                          _mm256_slli_epi64(fraction, 32));
  return _mm256_sub_epi64(_mm256_add_epi64(knot, _mm256_add_epi64(high, low)), excess);
}

FLATLINE_V3 void draws(const Stream& stream, std::uint64_t first, std::uint64_t* out,
                       std::size_t n) {
  Lanes lanes(stream, first);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, lanes.next());
  for (; i < n; ++i) out[i] = stream.bits(first + i);
}

FLATLINE_V3 void mark(const Stream& stream, std::uint64_t first, std::uint64_t threshold,
                      std::int64_t with, std::int64_t* values, std::size_t n) {
  Lanes lanes(stream, first);
  // Only signed words compare: both sides with the top bit inverted.
  const __m256i top = all(std::uint64_t{1} << 63);
  const __m256i limit = _mm256_xor_si256(all(threshold), top);
  const __m256i what = all(static_cast<std::uint64_t>(with));
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const __m256i hit = _mm256_cmpgt_epi64(limit, _mm256_xor_si256(lanes.next(), top));
    store(values + i, _mm256_blendv_epi8(load(values + i), what, hit));
  }
  for (; i < n; ++i) {
    if (stream.bits(first + i) < threshold) values[i] = with;
  }
}

FLATLINE_V3 void quantiles(const std::int64_t* knots, const std::uint64_t* bits, std::int64_t* out,
                           std::size_t n) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, quantile(knots, load(bits + i)));
  for (; i < n; ++i) out[i] = Table::quantile_at(knots, bits[i]);
}

FLATLINE_V3 void drawn_quantiles(const std::int64_t* knots, const Stream& stream,
                                 std::uint64_t first, std::int64_t* out, std::size_t n) {
  Lanes lanes(stream, first);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, quantile(knots, lanes.next()));
  for (; i < n; ++i) out[i] = Table::quantile_at(knots, stream.bits(first + i));
}

FLATLINE_V3 void uniform(std::int64_t least, std::uint64_t count, const std::uint64_t* bits,
                         std::int64_t* out, std::size_t n) {
  const __m256i floor = all(static_cast<std::uint64_t>(least));
  const __m256i factor = all(count);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const __m256i word = load(bits + i);
    // The count has 32 bits, so neither product nor the sum passes 64.
    const __m256i low = _mm256_srli_epi64(_mm256_mul_epu32(word, factor), 32);
    const __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(word, 32), factor);
    const __m256i drawn = _mm256_srli_epi64(_mm256_add_epi64(high, low), 32);
    store(out + i, _mm256_add_epi64(floor, drawn));
  }
  for (; i < n; ++i) {
    out[i] = least + static_cast<std::int64_t>(uniform_below(bits[i], count));
  }
}

}  // namespace

const Kernels kV3Kernels{draws, mark, quantiles, drawn_quantiles, uniform};

}  // namespace flatline::random

#endif
