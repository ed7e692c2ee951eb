#include "flatline/engine/event_queue.hpp"

#include <algorithm>

namespace flatline::engine {

void EventQueue::insert_into_leaf(const Event& event) {
  // A leaf at level 0 is a single instant and cannot be spread any further.
  if (leaf_.size() >= kLeafLimit && leaf_level_ > 0) {
    spread_leaf();
    insert_into_bucket(event, key_of(event.at));
    return;
  }
  std::size_t place = leaf_.size();
  leaf_.push_back(event);
  while (place > 0 && comes_before(leaf_[place - 1], event)) {
    leaf_[place] = leaf_[place - 1];
    --place;
  }
  leaf_[place] = event;
}

void EventQueue::sort_leaf() {
  if (leaf_.size() > kSortAtOnce) {
    std::sort(leaf_.begin(), leaf_.end(), [](const Event& a, const Event& b) { return comes_before(b, a); });
    return;
  }
  for (std::size_t i = 1; i < leaf_.size(); ++i) {
    const Event event = leaf_[i];
    std::size_t place = i;
    for (; place > 0 && comes_before(leaf_[place - 1], event); --place) leaf_[place] = leaf_[place - 1];
    leaf_[place] = event;
  }
}

void EventQueue::spread_leaf() {
  // Every leaf event shares base_'s digits from leaf_level_ up, so it belongs to a lower level.
  for (const Event& event : leaf_) insert_into_bucket(event, key_of(event.at));
  leaf_.clear();
  leaf_end_ = base_;
}

void EventQueue::refill() {
  FLATLINE_CHECK(size_ > 0, "the queue is empty");
  for (;;) {
    const auto level = static_cast<unsigned>(__builtin_ctz(levels_));
    const auto digit = static_cast<unsigned>(__builtin_ctz(occupied_[level]));
    std::vector<Event>& bucket = buckets_[level][digit];
    occupied_[level] = static_cast<std::uint16_t>(occupied_[level] & (occupied_[level] - 1u));
    if (occupied_[level] == 0) levels_ &= ~(1u << level);

    const unsigned shift = level * kDigitBits;
    const std::uint64_t above =
        level + 1 < kDigits ? base_ >> (shift + kDigitBits) << (shift + kDigitBits) : 0;
    base_ = above | (static_cast<std::uint64_t>(digit) << shift);

    if (level == 0 || bucket.size() <= kSortAtOnce) {
      leaf_.swap(bucket);
      leaf_level_ = level;
      // The last bucket of the top level ends at 2^64: no key reaches the saturated end.
      const std::uint64_t width = std::uint64_t{1} << shift;
      leaf_end_ = base_ > ~std::uint64_t{0} - width ? ~std::uint64_t{0} : base_ + width;
      sort_leaf();
      return;
    }
    moving_.swap(bucket);
    for (const Event& event : moving_) insert_into_bucket(event, key_of(event.at));
    moving_.clear();
  }
}

}  // namespace flatline::engine
