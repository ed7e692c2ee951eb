#include "live/sequence.hpp"

#include <algorithm>

namespace flatline::live {

Sequence::Sequence() : seen_(static_cast<std::size_t>(kWindow)) {}

Sequence::Kind Sequence::add(std::int64_t seq, std::int64_t skipped) {
  const auto slot = static_cast<std::size_t>(seq % kWindow);
  if (received_ > 0 && seq <= highest_.seq) {
    if (seq <= highest_.seq - kWindow || seen_[slot]) {
      ++duplicates_;
      return Kind::duplicate;
    }
    seen_[slot] = true;
    ++received_;
    ++reordered_;
    if (seq < lowest_.seq) lowest_ = {seq, skipped};
    return Kind::reordered;
  }
  if (received_ == 0) {
    lowest_ = {seq, skipped};
  } else if (seq - highest_.seq >= kWindow) {
    std::fill(seen_.begin(), seen_.end(), false);
  } else {
    for (std::int64_t passed = highest_.seq + 1; passed < seq; ++passed) {
      seen_[static_cast<std::size_t>(passed % kWindow)] = false;
    }
  }
  seen_[slot] = true;
  highest_ = {seq, skipped};
  ++received_;
  return Kind::in_order;
}

std::int64_t Sequence::before_first() const {
  return received_ == 0 ? 0 : lowest_.seq - lowest_.skipped;
}

std::int64_t Sequence::lost(std::optional<std::int64_t> sent) const {
  if (received_ == 0) return 0;
  const std::int64_t to_highest = highest_.seq + 1 - highest_.skipped;
  const std::int64_t in_all = std::max(to_highest, sent.value_or(0));
  return std::max<std::int64_t>(0, in_all - before_first() - received_);
}

}  // namespace flatline::live
