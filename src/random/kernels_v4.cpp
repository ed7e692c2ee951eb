// Kernels for x86-64-v4: eight draws at a time (AVX-512).

#include "random/kernels.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include "flatline/random/distribution.hpp"

// g++ 12 takes the undefined operands of its own intrinsics for a mistake of ours (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define FLATLINE_V4 __attribute__((target("avx2,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")))
#define FLATLINE_V4_PART FLATLINE_V4 __attribute__((always_inline)) inline

namespace flatline::random {
namespace {

using Table = Sampler::Table;

constexpr std::size_t kLanes = 8;

FLATLINE_V4_PART __m512i all(std::uint64_t word) {
  return _mm512_set1_epi64(static_cast<long long>(word));
}

/// The lanes that hold the last n draws of a block, n below kLanes.
FLATLINE_V4_PART __mmask8 first_lanes(std::size_t n) {
  return static_cast<__mmask8>((1u << n) - 1);
}

/// Eight draws of a stream, in order, as Stream::bits() gives them.
struct Lanes {
  __m512i counter, step, key, first_factor, second_factor;

  FLATLINE_V4_PART Lanes(const Stream& stream, std::uint64_t first)
      : step(all(kLanes * kWeyl)),
        key(all(stream.k1())),
        first_factor(all(0xbf58476d1ce4e5b9u)),
        second_factor(all(0x94d049bb133111ebu)) {
    const __m512i lane = _mm512_set_epi64(8, 7, 6, 5, 4, 3, 2, 1);
    counter =
        _mm512_add_epi64(all(stream.k0() + first * kWeyl), _mm512_mullo_epi64(lane, all(kWeyl)));
  }

  FLATLINE_V4_PART __m512i next() {
    constexpr int kXor3 = 0x96;
    __m512i z = _mm512_ternarylogic_epi64(counter, _mm512_srli_epi64(counter, 30), key, kXor3);
    counter = _mm512_add_epi64(counter, step);
    z = _mm512_mullo_epi64(z, first_factor);
    z = _mm512_mullo_epi64(_mm512_xor_si512(z, _mm512_srli_epi64(z, 27)), second_factor);
    return _mm512_xor_si512(z, _mm512_srli_epi64(z, 31));
  }
};

/// Table::quantile_at() of eight draws. The knots j and j + 1 come in one load each: a gather takes
/// longer, and twice.
FLATLINE_V4_PART __m512i quantile(const std::int64_t* knots, __m512i bits) {
  const __mmask8 upper = _mm512_movepi64_mask(bits);
  // Draws beyond the last knot give what its own draw gives: fraction 0.
  const __m512i w = _mm512_max_epi64(_mm512_xor_si512(bits, _mm512_srai_epi64(bits, 63)),
                                     all(std::uint64_t{1} << (63 - Table::kOctaves)));
  const __m512i zeros = _mm512_lzcnt_epi64(w);
  const __m512i aligned = _mm512_sllv_epi64(w, zeros);
  // The leading one, just above the sub-bin, adds one octave.
  const __m512i sub = _mm512_srli_epi64(aligned, 63 - Table::kSubBits);
  const __m512i base = _mm512_mask_blend_epi64(
      upper, all(std::uint64_t{Table::kOctaves - 1} << Table::kSubBits),
      all((std::uint64_t{Table::kOctaves - 1} << Table::kSubBits) + Table::kKnots));
  const __m512i index =
      _mm512_sub_epi64(_mm512_add_epi64(base, sub), _mm512_slli_epi64(zeros, Table::kSubBits));
  alignas(64) std::uint64_t at[kLanes];
  _mm512_store_si512(at, index);
#define FLATLINE_PAIR(i) _mm_loadu_si128(reinterpret_cast<const __m128i*>(knots + at[i]))
  const __m256i even_low =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(0)), FLATLINE_PAIR(2), 1);
  const __m256i even_high =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(4)), FLATLINE_PAIR(6), 1);
  const __m256i odd_low =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(1)), FLATLINE_PAIR(3), 1);
  const __m256i odd_high =
      _mm256_inserti128_si256(_mm256_castsi128_si256(FLATLINE_PAIR(5)), FLATLINE_PAIR(7), 1);
#undef FLATLINE_PAIR
  const __m512i even = _mm512_inserti64x4(_mm512_castsi256_si512(even_low), even_high, 1);
  const __m512i odd = _mm512_inserti64x4(_mm512_castsi256_si512(odd_low), odd_high, 1);
  const __m512i knot = _mm512_unpacklo_epi64(even, odd);
  const __m512i step = _mm512_sub_epi64(_mm512_unpackhi_epi64(even, odd), knot);
  const __m512i fraction =
      _mm512_and_si512(_mm512_srli_epi64(aligned, 31 - Table::kSubBits), all(0xffffffffu));
  const __m512i high = _mm512_mullo_epi64(_mm512_srai_epi64(step, 32), fraction);
  const __m512i low = _mm512_srli_epi64(_mm512_mul_epu32(step, fraction), 32);
  return _mm512_add_epi64(knot, _mm512_add_epi64(high, low));
}

FLATLINE_V4 void draws(const Stream& stream, std::uint64_t first, std::uint64_t* out,
                       std::size_t n) {
  Lanes lanes(stream, first);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) _mm512_storeu_si512(out + i, lanes.next());
  if (i < n) _mm512_mask_storeu_epi64(out + i, first_lanes(n - i), lanes.next());
}

FLATLINE_V4 void mark(const Stream& stream, std::uint64_t first, std::uint64_t threshold,
                      std::int64_t with, std::int64_t* values, std::size_t n) {
  Lanes lanes(stream, first);
  const __m512i limit = all(threshold);
  const __m512i what = all(static_cast<std::uint64_t>(with));
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __mmask8 there = n - i < kLanes ? first_lanes(n - i) : __mmask8{0xff};
    const __mmask8 hit = _mm512_mask_cmplt_epu64_mask(there, lanes.next(), limit);
    _mm512_mask_storeu_epi64(values + i, hit, what);
  }
}

FLATLINE_V4 void quantiles(const std::int64_t* knots, const std::uint64_t* bits, std::int64_t* out,
                           std::size_t n) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    _mm512_storeu_si512(out + i, quantile(knots, _mm512_loadu_si512(bits + i)));
  }
  if (i == n) return;
  const __mmask8 there = first_lanes(n - i);
  const __m512i last = _mm512_maskz_loadu_epi64(there, bits + i);
  _mm512_mask_storeu_epi64(out + i, there, quantile(knots, last));
}

FLATLINE_V4 void drawn_quantiles(const std::int64_t* knots, const Stream& stream,
                                 std::uint64_t first, std::int64_t* out, std::size_t n) {
  Lanes lanes(stream, first);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    _mm512_storeu_si512(out + i, quantile(knots, lanes.next()));
  }
  if (i < n) {
    _mm512_mask_storeu_epi64(out + i, first_lanes(n - i), quantile(knots, lanes.next()));
  }
}

FLATLINE_V4 void uniform(std::int64_t least, std::uint64_t count, const std::uint64_t* bits,
                         std::int64_t* out, std::size_t n) {
  const __m512i floor = all(static_cast<std::uint64_t>(least));
  const __m512i factor = all(count);
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __mmask8 there = n - i < kLanes ? first_lanes(n - i) : __mmask8{0xff};
    const __m512i word = _mm512_maskz_loadu_epi64(there, bits + i);
    // The count has 32 bits, so neither product nor the sum passes 64.
    const __m512i low = _mm512_srli_epi64(_mm512_mul_epu32(word, factor), 32);
    const __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(word, 32), factor);
    const __m512i drawn = _mm512_srli_epi64(_mm512_add_epi64(high, low), 32);
    _mm512_mask_storeu_epi64(out + i, there, _mm512_add_epi64(floor, drawn));
  }
}

}  // namespace

const Kernels kV4Kernels{draws, mark, quantiles, drawn_quantiles, uniform};

}  // namespace flatline::random

#endif
