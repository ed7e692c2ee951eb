#pragma once
// Counter-based randomness. A draw has an address: (seed, stream name, index) -> 64 bits, a pure
// function. Nothing is consumed, so adding a node, a detector or a thread moves no other draw, and
// every engine, in any order and on any machine, sees the same bits. docs/adr/0001 says why this
// generator.
//
// The generator is SplitMix64 in counter mode with a second key word: word i of stream (k0, k1) is
//     z = k0 + (i + 1) * 0x9e3779b97f4a7c15;  z = (z ^ (z >> 30) ^ k1) * 0xbf58476d1ce4e5b9;
//     z = (z ^ (z >> 27)) * 0x94d049bb133111eb;  z ^ (z >> 31)
// With k1 = 0 it is SplitMix64 (Steele, Lea, Flood 2014) started at k0. The second word keeps two
// streams whose counters happen to overlap from giving the same sequence.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "flatline/base/draws.hpp"

namespace flatline::random {

inline constexpr std::uint64_t kWeyl = 0x9e3779b97f4a7c15u;

/// One named stream of addressed 64-bit draws. A value of 16 bytes; copies are the same stream.
class Stream {
 public:
  constexpr Stream() = default;
  constexpr Stream(std::uint64_t k0, std::uint64_t k1) : k0_(k0), k1_(k1) {}

  /// Draw number `index`: 64 uniform bits.
  [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t index) const {
    std::uint64_t z = k0_ + (index + 1) * kWeyl;
    z = (z ^ (z >> 30) ^ k1_) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Draws `first`, `first` + 1 ... into `out`.
  void fill(std::uint64_t first, std::span<std::uint64_t> out) const;
  /// values[i] = mark wherever draw `first` + i is below `threshold`: events of that probability.
  void mark_below(std::uint64_t first, std::uint64_t threshold, std::int64_t mark,
                  std::span<std::int64_t> values) const;

  [[nodiscard]] constexpr std::uint64_t k0() const { return k0_; }
  [[nodiscard]] constexpr std::uint64_t k1() const { return k1_; }

 private:
  std::uint64_t k0_ = 0;
  std::uint64_t k1_ = 0;
};

/// A second word from one draw, for laws that need two (a mixture picks its component, then draws
/// it).
[[nodiscard]] constexpr std::uint64_t rehash(std::uint64_t bits) {
  std::uint64_t z = bits ^ 0x6a09e667f3bcc909u;  // fractional bits of sqrt(2)
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// The 64-bit threshold t such that `bits < t` has probability p (to 2^-64). REQUIRES: 0 <= p < 1.
/// For p = 1 use a flag: no 64-bit threshold is always above the draw.
[[nodiscard]] std::uint64_t threshold_for(double p);

/// All streams of one replication of one experiment. Streams are named, never numbered by position:
/// "link/worker/3/monitor/0/delay". Equal (seed, replication, name) give equal streams, everywhere.
class StreamFactory {
 public:
  StreamFactory(std::uint64_t seed, std::uint64_t replication);
  [[nodiscard]] Stream stream(std::string_view name) const;

 private:
  std::uint64_t h0_;
  std::uint64_t h1_;
};

/// Draws for a room that may not know of streams: stream "prefix/purpose", draw `index`.
class NamedDraws final : public Draws {
 public:
  NamedDraws(const StreamFactory& factory, std::string_view prefix);
  [[nodiscard]] std::uint64_t bits(std::string_view purpose, std::uint64_t index) const override;

 private:
  StreamFactory factory_;
  std::string prefix_;
};

}  // namespace flatline::random
