#pragma once
// The pending-event queue: exact total order at any size, no tuning.
//
// EventQueue is a multi-level bucket queue (a hierarchical timing wheel whose small buckets are
// sorted): an event lies at the level of the highest 6-bit digit in which its instant differs from
// the current one, so each event moves down at most once per digit. HeapQueue keeps the same
// contract with a binary heap; it is the test twin.

#include <array>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

#include "flatline/base/check.hpp"

namespace flatline::engine {

/// Something that happens at an instant. `order` breaks ties between equal instants and must be
/// unique among them; `data` is the owner's business.
struct Event {
  std::int64_t at = 0;
  std::uint64_t order = 0;
  std::uint64_t data = 0;
};

constexpr bool comes_before(const Event& a, const Event& b) {
  return a.at != b.at ? a.at < b.at : a.order < b.order;
}

/// Pending events, taken out in the order (at, order).
class EventQueue {
 public:
  EventQueue() = default;
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  /// REQUIRES: event.at is not before the instant of the last event popped.
  void push(Event event) {
    const std::uint64_t key = key_of(event.at);
    FLATLINE_CHECK(key >= last_popped_, "an event cannot be scheduled in the past");
    if (key < leaf_end_) {
      insert_into_leaf(event);
    } else {
      insert_into_bucket(event, key);
    }
  }

  /// The next event, or nullptr if there is none. Valid until the next call of anything else.
  [[nodiscard]] const Event* next() {
    if (head_ == tail_) {
      if (in_buckets_ == 0) return nullptr;
      refill();
    }
    return head_;
  }

  /// Removes what next() has just returned. REQUIRES: that was an event.
  void drop() { last_popped_ = key_of(head_++->at); }

  /// The next event. REQUIRES: !empty().
  [[nodiscard]] const Event& top() {
    if (head_ == tail_) refill();
    return *head_;
  }

  /// Removes and returns the next event. REQUIRES: !empty().
  Event pop() {
    if (head_ == tail_) refill();
    // Field by field: read in one piece, one that was just pushed in others stalls the processor.
    const Event event{head_->at, head_->order, head_->data};
    drop();
    return event;
  }

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const {
    return in_buckets_ + static_cast<std::size_t>(tail_ - head_);
  }

 private:
  static constexpr unsigned kDigitBits = 6;
  static constexpr unsigned kDigits = (64 + kDigitBits - 1) / kDigitBits;
  static constexpr unsigned kBuckets = 1u << kDigitBits;
  static constexpr std::size_t kSortAtOnce = 16;    // so few become the leaf at any level
  static constexpr std::ptrdiff_t kLeafLimit = 48;  // a wider leaf is spread out again
  static constexpr std::size_t kLeafSpace = 2 * kLeafLimit;
  static constexpr std::size_t kRoomBefore = 8;  // for what comes before a leaf's first event

  // Instants may be negative (the warm-up); flipping the sign bit keeps their order in unsigned
  // keys.
  static std::uint64_t key_of(std::int64_t at) {
    return static_cast<std::uint64_t>(at) ^ (std::uint64_t{1} << 63);
  }

  // The leaf grows at both ends: what comes next of all (a delivery) and what comes last (a beat)
  // cost a comparison. In an empty leaf both ends name a place that was an event once, or never;
  // either answer to a question about it is right.
  void insert_into_leaf(Event event) {
    if (event.at < head_->at && head_ != first_) {
      *--head_ = event;
    } else if (event.at > tail_[-1].at && tail_ != last_) {
      *tail_++ = event;
    } else {
      insert_within_leaf(event);
    }
  }

  // Events go by value: one whose address is given away has to live in memory, and reading it back
  // there in other pieces than it was written in stalls the processor.
  void insert_within_leaf(Event event);
  void insert_into_bucket(Event event, std::uint64_t key);
  void make_room();
  void place_leaf(std::size_t size);
  void spread_leaf(Event last);
  void refill();

  // [head_, tail_), within leaf_, holds in order every event with key < leaf_end_; all others lie
  // in buckets relative to base_.
  std::vector<Event> leaf_ = std::vector<Event>(kLeafSpace);
  Event* first_ = leaf_.data() + 1;                // there is a place before it
  Event* last_ = leaf_.data() + leaf_.size() - 1;  // and one at it
  Event* head_ = first_;
  Event* tail_ = first_;
  std::uint64_t leaf_end_ = 0;
  std::uint64_t base_ = 0;
  unsigned leaf_level_ = 0;
  std::uint64_t last_popped_ = 0;
  std::size_t in_buckets_ = 0;
  std::uint32_t levels_ = 0;
  std::array<std::uint64_t, kDigits> occupied_{};
  std::array<std::array<std::vector<Event>, kBuckets>, kDigits> buckets_;
  std::vector<Event> moving_;
};

/// The same contract on std::priority_queue: slower, obviously right.
class HeapQueue {
 public:
  void push(const Event& event) { heap_.push(event); }
  [[nodiscard]] const Event& top() { return heap_.top(); }
  Event pop() {
    const Event event = heap_.top();
    heap_.pop();
    return event;
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const { return comes_before(b, a); }
  };
  std::priority_queue<Event, std::vector<Event>, Later> heap_;
};

}  // namespace flatline::engine
