#include "flatline/world/timeline.hpp"

#include <algorithm>

namespace flatline::world {
namespace {

constexpr Interval kNoMore{SimInstant::never(), SimInstant::never(), OnWake::send, 0, {}};

}  // namespace

Timeline::Timeline(std::vector<IntervalSource> sources) : sources_(std::move(sources)) {
  for (IntervalSource& source : sources_) heads_.push_back(source.next());
}

std::optional<Interval> Timeline::next() {
  std::optional<Interval> merged;
  for (;;) {
    std::size_t first = heads_.size();
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      if (heads_[i] && (first == heads_.size() || heads_[i]->start < heads_[first]->start))
        first = i;
    }
    if (first == heads_.size()) return merged;
    const Interval head = *heads_[first];
    if (merged && head.start > merged->end) return merged;
    if (!merged) {
      merged = head;
    } else {
      merged->by += head.by;
      if (head.end > merged->end) {
        merged->end = head.end;
        merged->on_wake = head.on_wake;
      }
    }
    heads_[first] = sources_[first].next();
  }
}

void TimelineView::advance() {
  if (!ahead_.empty()) ahead_.pop_front();
  if (ahead_.empty()) ahead_.push_back(timeline_.next().value_or(kNoMore));
}

const Interval& TimelineView::ahead_of(SimInstant t) {
  // Deadlines may lie far ahead of the front, and are asked for again and again.
  while (ahead_.empty() || (ahead_.back().end <= t && ahead_.back().start != SimInstant::never()))
    ahead_.push_back(timeline_.next().value_or(kNoMore));
  const auto next = std::partition_point(ahead_.begin(), ahead_.end(),
                                         [t](const Interval& i) { return i.end <= t; });
  return next == ahead_.end() ? ahead_.back() : *next;
}

SimInstant TimelineView::defer_slow(SimInstant t) {
  const Interval& next = ahead_of(t);
  return t < next.start ? t : next.end;
}

}  // namespace flatline::world
