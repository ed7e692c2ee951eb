#include "flatline/world/timeline.hpp"

#include <algorithm>

#include "world/laws.hpp"

namespace flatline::world {
namespace {

constexpr Interval kNoMore{SimInstant::never(), SimInstant::never(), OnWake::send};

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

bool cuts(const PartitionSides& sides, NodeId from, NodeId to) {
  const bool a_to_b = contains(sides.a, from) && contains(sides.b, to);
  const bool b_to_a = contains(sides.b, from) && contains(sides.a, to);
  return (a_to_b && sides.direction != Direction::b_to_a) ||
         (b_to_a && sides.direction != Direction::a_to_b);
}

}  // namespace

IntervalSource::IntervalSource(std::vector<Interval> scheduled) : scheduled_(std::move(scheduled)) {
  std::sort(scheduled_.begin(), scheduled_.end(), [](const Interval& x, const Interval& y) {
    return x.start != y.start ? x.start < y.start : x.end < y.end;
  });
}

IntervalSource::IntervalSource(SimInstant begin, random::Sampler gap, random::Sampler length,
                               random::Stream gaps, random::Stream lengths, OnWake on_wake)
    : random_(true),
      from_(begin),
      gap_(std::move(gap)),
      length_(std::move(length)),
      gaps_(gaps),
      lengths_(lengths),
      on_wake_(on_wake) {}

std::optional<Interval> IntervalSource::next() {
  if (!random_) {
    while (position_ < scheduled_.size()) {
      const Interval interval = scheduled_[position_++];
      if (interval.start < interval.end) return interval;
    }
    return std::nullopt;
  }
  for (;;) {
    // A run is at most kLongestTime long: a source beyond it has nothing more to say.
    if (from_.ns > kLongestTime.ns) return std::nullopt;
    const SimInstant start = from_ + Duration{gap_(gaps_.bits(index_))};
    const SimInstant end = start + Duration{length_(lengths_.bits(index_))};
    ++index_;
    from_ = end;
    if (start < end) return Interval{start, end, on_wake_};
    // Neither a gap nor a length: step on, so that a degenerate law cannot loop for ever.
    if (gap_.max_ns() == 0) from_ += nanoseconds(1);
  }
}

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
    } else if (head.end > merged->end) {
      merged->end = head.end;
      merged->on_wake = head.on_wake;
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

Truth::Truth(const Model& model, const random::StreamFactory& streams, Duration warm_up)
    : model_(&model), streams_(streams), begin_{-warm_up.ns} {
  for (const RandomCrashes& process : model.faults.random_crashes) {
    crash_laws_.push_back({exponential(process.mean_time_between), compiled(process.down)});
  }
  for (const RandomStalls& process : model.faults.random_stalls) {
    stall_laws_.push_back({exponential(process.mean_time_between), compiled(process.length)});
  }
  for (const RandomPartitions& process : model.faults.random_partitions) {
    partition_laws_.push_back({exponential(process.mean_time_between), compiled(process.length)});
  }
}

Timeline Truth::crashes(NodeId node) const {
  std::vector<Interval> scheduled;
  for (const ScheduledCrash& crash : model_->faults.scheduled_crashes) {
    if (crash.node != node) continue;
    const SimInstant at{crash.at.ns};
    scheduled.push_back(
        {at, crash.recover_after ? at + *crash.recover_after : SimInstant::never(), OnWake::send});
  }
  std::vector<IntervalSource> sources;
  if (!scheduled.empty()) sources.emplace_back(std::move(scheduled));
  for (std::size_t i = 0; i < model_->faults.random_crashes.size(); ++i) {
    const RandomCrashes& process = model_->faults.random_crashes[i];
    if (!contains(process.target.nodes, node)) continue;
    const std::string stream = process.target.stream + "/" + model_->cluster.name(node);
    sources.emplace_back(begin_, crash_laws_[i].gap, crash_laws_[i].length,
                         streams_.stream(stream + "/gap"), streams_.stream(stream + "/length"),
                         OnWake::send);
  }
  return Timeline(std::move(sources));
}

Timeline Truth::stalls(NodeId node) const {
  std::vector<IntervalSource> sources;
  for (const ScheduledStall& stall : model_->faults.scheduled_stalls) {
    if (!contains(stall.nodes, node)) continue;
    const SimInstant at{stall.at.ns};
    sources.emplace_back(std::vector<Interval>{{at, at + stall.length, stall.on_wake}});
  }
  for (std::size_t i = 0; i < model_->faults.random_stalls.size(); ++i) {
    const RandomStalls& process = model_->faults.random_stalls[i];
    if (!contains(process.target.nodes, node)) continue;
    const std::string stream = process.target.stream + "/" + model_->cluster.name(node);
    sources.emplace_back(begin_, stall_laws_[i].gap, stall_laws_[i].length,
                         streams_.stream(stream + "/gap"), streams_.stream(stream + "/length"),
                         process.on_wake);
  }
  return Timeline(std::move(sources));
}

Timeline Truth::partitions(NodeId from, NodeId to) const {
  std::vector<IntervalSource> sources;
  for (const ScheduledPartition& partition : model_->faults.scheduled_partitions) {
    if (!cuts(partition.sides, from, to)) continue;
    const SimInstant at{partition.at.ns};
    sources.emplace_back(std::vector<Interval>{{at, at + partition.length, OnWake::send}});
  }
  for (std::size_t i = 0; i < model_->faults.random_partitions.size(); ++i) {
    const RandomPartitions& process = model_->faults.random_partitions[i];
    if (!cuts(process.sides, from, to)) continue;
    // The cut is one process: every pair across it sees the same intervals.
    sources.emplace_back(begin_, partition_laws_[i].gap, partition_laws_[i].length,
                         streams_.stream(process.stream + "/gap"),
                         streams_.stream(process.stream + "/length"), OnWake::send);
  }
  return Timeline(std::move(sources));
}

}  // namespace flatline::world
