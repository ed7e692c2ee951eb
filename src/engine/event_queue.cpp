#include "flatline/engine/event_queue.hpp"

#include <algorithm>

namespace flatline::engine {

void EventQueue::insert_into_bucket(Event event, std::uint64_t key) {
  const std::uint64_t differing = key ^ base_;
  const unsigned level =
      differing == 0 ? 0 : (63u - static_cast<unsigned>(__builtin_clzll(differing))) / kDigitBits;
  const unsigned digit = static_cast<unsigned>(key >> (level * kDigitBits)) & (kBuckets - 1);
  buckets_[level][digit].push_back(event);
  occupied_[level] = static_cast<std::uint16_t>(occupied_[level] | (1u << digit));
  levels_ |= 1u << level;
}

void EventQueue::make_room() {
  const auto pending = static_cast<std::size_t>(tail_ - head_);
  std::copy(head_, tail_, leaf_.data());
  // Less than half of it free: the next time would come too soon.
  if (2 * pending > leaf_.size()) leaf_.resize(2 * leaf_.size());
  head_ = leaf_.data();
  tail_ = head_ + pending;
}

void EventQueue::spread_leaf(Event last) {
  // Every leaf event shares base_'s digits from leaf_level_ up, so it belongs to a lower level.
  for (; head_ != tail_; ++head_) insert_into_bucket(*head_, key_of(head_->at));
  leaf_end_ = base_;
  insert_into_bucket(last, key_of(last.at));
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
      if (bucket.size() > leaf_.size()) leaf_.resize(2 * bucket.size());
      head_ = leaf_.data();
      tail_ = std::copy(bucket.begin(), bucket.end(), head_);
      bucket.clear();
      std::sort(head_, tail_, comes_before);
      leaf_level_ = level;
      // The last bucket of the top level ends at 2^64: no key reaches the saturated end.
      const std::uint64_t width = std::uint64_t{1} << shift;
      leaf_end_ = base_ > ~std::uint64_t{0} - width ? ~std::uint64_t{0} : base_ + width;
      return;
    }
    moving_.swap(bucket);
    for (const Event& event : moving_) insert_into_bucket(event, key_of(event.at));
    moving_.clear();
  }
}

}  // namespace flatline::engine
