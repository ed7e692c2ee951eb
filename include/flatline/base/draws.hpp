#pragma once
// Randomness as seen by rooms that may not know where it comes from (detectors, node programs). A draw has
// an address: the same (purpose, index) always gives the same 64 bits, whatever else is drawn.

#include <cstdint>
#include <string_view>

namespace flatline {

/// A source of addressed draws. Implementations are pure: no call changes the answer to another.
class Draws {
 public:
  virtual ~Draws() = default;
  /// 64 uniform bits for draw `index` of `purpose` (a stable name such as "election").
  [[nodiscard]] virtual std::uint64_t bits(std::string_view purpose, std::uint64_t index) const = 0;
};

}  // namespace flatline
