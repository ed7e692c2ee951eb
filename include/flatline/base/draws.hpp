#pragma once
// Randomness as seen by rooms that may not know where it comes from (detectors, node programs). A
// draw has an address: the same (purpose, index) always gives the same 64 bits, whatever else is
// drawn.

#include <cstdint>
#include <string_view>

namespace flatline {

/// floor(bits * n / 2^64): a uniform whole number below `n`, with a bias of at most n / 2^64.
/// REQUIRES: n > 0.
[[nodiscard]] constexpr std::uint64_t uniform_below(std::uint64_t bits, std::uint64_t n) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits) * n) >> 64);
}

/// A source of addressed draws. Implementations are pure: no call changes the answer to another.
class Draws {
 public:
  virtual ~Draws() = default;
  /// 64 uniform bits for draw `index` of `purpose` (a stable name such as "election").
  [[nodiscard]] virtual std::uint64_t bits(std::string_view purpose, std::uint64_t index) const = 0;
};

}  // namespace flatline
