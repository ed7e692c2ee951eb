#pragma once
// Counts losses, duplicates and reordering from numbers alone, in constant memory.

#include <cstdint>
#include <optional>
#include <vector>

namespace flatline::live {

class Sequence {
 public:
  enum class Kind { in_order, reordered, duplicate };

  Sequence();

  /// A heartbeat at place `seq` before which `skipped` places were never sent. A number more than
  /// kWindow places below the highest can no longer be told from a duplicate and counts as one.
  /// REQUIRES: 0 <= skipped <= seq < 2^62.
  Kind add(std::int64_t seq, std::int64_t skipped);

  [[nodiscard]] std::int64_t received() const { return received_; }
  [[nodiscard]] std::int64_t duplicates() const { return duplicates_; }
  [[nodiscard]] std::int64_t reordered() const { return reordered_; }
  /// Sent below the lowest number seen.
  [[nodiscard]] std::int64_t before_first() const;
  /// Sent from the lowest number seen to the highest, or to the end if `sent` is known, and not
  /// received.
  [[nodiscard]] std::int64_t lost(std::optional<std::int64_t> sent) const;

  static constexpr std::int64_t kWindow = std::int64_t{1} << 20;

 private:
  struct Place {
    std::int64_t seq = -1;
    std::int64_t skipped = 0;
  };
  std::vector<bool> seen_;  // by seq modulo kWindow, for the kWindow places up to the highest
  Place lowest_, highest_;
  std::int64_t received_ = 0;
  std::int64_t duplicates_ = 0;
  std::int64_t reordered_ = 0;
};

}  // namespace flatline::live
