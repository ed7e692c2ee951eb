#include "flatline/engine/event_queue.hpp"

#include <algorithm>

namespace flatline::engine {
namespace {

constexpr std::size_t kFew = 16;  // sorted fastest by insertion

void copy_sorted(const std::vector<Event>& from, Event* const to) {
  if (from.size() > kFew) {
    std::copy(from.begin(), from.end(), to);
    std::sort(to, to + from.size(),
              [](const Event& a, const Event& b) { return comes_before(a, b); });
    return;
  }
  Event* end = to;
  for (const Event event : from) {
    Event* place = end++;
    for (; place != to && comes_before(event, place[-1]); --place) *place = place[-1];
    *place = event;
  }
}

}  // namespace

void EventQueue::insert_into_bucket(Event event, std::uint64_t key) {
  const std::uint64_t differing = key ^ base_;
  const unsigned level =
      differing == 0 ? 0 : (63u - static_cast<unsigned>(__builtin_clzll(differing))) / kDigitBits;
  const unsigned digit = static_cast<unsigned>(key >> (level * kDigitBits)) & (kBuckets - 1);
  buckets_[level][digit].push_back(event);
  occupied_[level] |= std::uint64_t{1} << digit;
  levels_ |= 1u << level;
  ++in_buckets_;
}

void EventQueue::insert_within_leaf(Event event) {
  if (tail_ - head_ >= kLeafLimit && leaf_level_ > 0) {
    spread_leaf(event);
    return;
  }
  if (tail_ == last_ || head_ == first_) make_room();
  if (event.at < head_[(tail_ - head_) / 2].at) {
    Event* place = --head_;
    // Ends at the middle at the latest.
    for (; comes_before(place[1], event); ++place) *place = place[1];
    *place = event;
  } else {
    Event* place = tail_++;
    for (; place != head_ && comes_before(event, place[-1]); --place) *place = place[-1];
    *place = event;
  }
}

// Moves the leaf so that there is room at both ends.
void EventQueue::make_room() {
  const Event* const head = head_;
  const auto pending = static_cast<std::size_t>(tail_ - head_);
  // With less than half of it free, the next time would come too soon.
  std::vector<Event> before;
  if (leaf_.size() < 2 * pending + kLeafSpace) before.swap(leaf_);
  place_leaf(pending);
  if (head_ < head) {
    std::copy(head, head + pending, head_);
  } else {
    std::copy_backward(head, head + pending, tail_);
  }
}

// Gives the leaf a place for `size` events.
void EventQueue::place_leaf(std::size_t size) {
  if (leaf_.size() < size + kLeafSpace) leaf_.resize(2 * size + kLeafSpace);
  first_ = leaf_.data() + 1;
  last_ = leaf_.data() + leaf_.size() - 1;
  head_ = first_ + kRoomBefore;
  tail_ = head_ + size;
}

void EventQueue::spread_leaf(Event last) {
  // Every leaf event shares base_'s digits from leaf_level_ up, so it belongs to a lower level.
  for (; head_ != tail_; ++head_) insert_into_bucket(*head_, key_of(head_->at));
  leaf_end_ = base_;
  insert_into_bucket(last, key_of(last.at));
}

void EventQueue::refill() {
  FLATLINE_CHECK(in_buckets_ > 0, "the queue is empty");
  for (;;) {
    const auto level = static_cast<unsigned>(__builtin_ctz(levels_));
    const auto digit = static_cast<unsigned>(__builtin_ctzll(occupied_[level]));
    std::vector<Event>& bucket = buckets_[level][digit];
    occupied_[level] &= occupied_[level] - 1;
    if (occupied_[level] == 0) levels_ &= ~(1u << level);

    const unsigned shift = level * kDigitBits;
    const std::uint64_t above =
        level + 1 < kDigits ? base_ >> (shift + kDigitBits) << (shift + kDigitBits) : 0;
    base_ = above | (static_cast<std::uint64_t>(digit) << shift);

    if (level == 0 || bucket.size() <= kSortAtOnce) {
      place_leaf(bucket.size());
      copy_sorted(bucket, head_);
      in_buckets_ -= bucket.size();
      bucket.clear();
      leaf_level_ = level;
      // The last bucket of the top level ends at 2^64: no key reaches the saturated end.
      const std::uint64_t width = std::uint64_t{1} << shift;
      leaf_end_ = base_ > ~std::uint64_t{0} - width ? ~std::uint64_t{0} : base_ + width;
      return;
    }
    moving_.swap(bucket);
    in_buckets_ -= moving_.size();
    for (const Event& event : moving_) insert_into_bucket(event, key_of(event.at));
    moving_.clear();
  }
}

}  // namespace flatline::engine
