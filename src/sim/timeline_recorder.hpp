#pragma once
// Writes down what happens in the first minutes of a run or a replay.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "flatline/sim/run.hpp"
#include "sim/event_engine.hpp"

namespace flatline::sim {

class TimelineRecorder final : public EventListener {
 public:
  TimelineRecorder(std::size_t limit, NodeId any_monitor) : limit_(limit), monitor_(any_monitor) {}

  void message(const char* event, NodeId from, NodeId to, SimInstant at) override {
    add({at, from, to, 0, event});
  }
  void node(const char* event, NodeId node, SimInstant at) override {
    add({at, node, monitor_, 0, event});
  }
  void verdict(NodeId monitored, NodeId monitor, std::size_t row, bool suspect,
               SimInstant at) override {
    add({at, monitored, monitor, row, suspect ? "suspect" : "trust"});
  }

  // Verdicts are found lazily, after the fact: the order of time is restored here.
  std::vector<TimelineEntry> take() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
    if (entries_.size() > limit_) entries_.resize(limit_);
    return std::move(entries_);
  }

  void add(const TimelineEntry& entry) {
    if (entry.at.ns >= 0) entries_.push_back(entry);
  }

 private:
  std::size_t limit_;
  NodeId monitor_;
  std::vector<TimelineEntry> entries_;
};

}  // namespace flatline::sim
