#include "flatline/random/stream.hpp"

#include <bit>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::random {
namespace {

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Two lanes of 64 bits: a stream's key is as wide as the chance of two names sharing one must be
// small.
struct Hash {
  std::uint64_t h0, h1;

  void absorb(std::uint64_t word) {
    h0 = mix((h0 ^ word) + kWeyl);
    h1 = mix(h1 + (word ^ std::rotl(h0, 32)) * kWeyl);
  }

  void absorb(std::string_view text) {
    absorb(static_cast<std::uint64_t>(text.size()));
    for (std::size_t i = 0; i < text.size(); i += 8) {
      std::uint64_t word = 0;
      for (std::size_t j = 0; j < 8 && i + j < text.size(); ++j) {
        word |= std::uint64_t{static_cast<unsigned char>(text[i + j])} << (8 * j);
      }
      absorb(word);
    }
  }
};

}  // namespace

std::uint64_t threshold_for(double p) {
  FLATLINE_CHECK(p >= 0 && p < 1, "a probability below 1");
  return static_cast<std::uint64_t>(std::ldexp(p, 64));
}

StreamFactory::StreamFactory(std::uint64_t seed, std::uint64_t replication)
    : h0_(0x243f6a8885a308d3u), h1_(0x13198a2e03707344u) {  // digits of pi
  Hash hash{h0_, h1_};
  hash.absorb(seed);
  hash.absorb(replication);
  h0_ = hash.h0;
  h1_ = hash.h1;
}

Stream StreamFactory::stream(std::string_view name) const {
  Hash hash{h0_, h1_};
  hash.absorb(name);
  return {hash.h0, hash.h1};
}

NamedDraws::NamedDraws(const StreamFactory& factory, std::string_view prefix)
    : factory_(factory), prefix_(prefix) {}

std::uint64_t NamedDraws::bits(std::string_view purpose, std::uint64_t index) const {
  return factory_.stream(prefix_ + "/" + std::string(purpose)).bits(index);
}

}  // namespace flatline::random
