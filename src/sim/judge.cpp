#include "sim/judge.hpp"

#include <algorithm>

namespace flatline::sim {

VerdictState VerdictState::clone() const {
  VerdictState copy;
  for (const auto& family : families) copy.families.push_back(family->clone());
  copy.lanes = lanes;
  copy.curves = curves;
  copy.earliest_due = earliest_due;
  return copy;
}

Judge::Judge(const Panel& panel, std::vector<Duration> check_phases, world::TimelineView* stalls)
    : panel_(&panel),
      check_phases_(std::move(check_phases)),
      stalls_(stalls),
      lines_(panel.lines()) {}

VerdictState Judge::fresh(SimInstant now) const {
  VerdictState state;
  state.families = panel_->make_families();
  for (const Lane& lane : panel_->lanes()) {
    LaneState initial;
    if (lane.starts_suspect) {
      initial.output = Output::suspect;
      initial.since = now;
    }
    state.lanes.push_back(initial);
  }
  for (const Curve& curve : panel_->curves()) state.curves.push_back({curve.rows.size(), {}});
  return state;
}

void Judge::settle_all(VerdictState& state, SimInstant now) const {
  changed_.clear();
  SimInstant earliest = SimInstant::never();
  for (std::size_t c = 0; c < state.curves.size(); ++c) settle_rows(state, c, now, earliest);
  state.earliest_due = earliest;
}

void Judge::settle_rows(VerdictState& state, std::size_t c, SimInstant now,
                        SimInstant& earliest) const {
  const Curve& curve = panel_->curves()[c];
  std::size_t& from = state.curves[c].from;
  // Those that are due by now are looked at one by one from here on.
  while (from < curve.rows.size() && due_of(state, c, from) < now) {
    state.lanes[curve.rows[from]].due = due_of(state, c, from);
    ++from;
  }
  for (std::size_t k = 0; k < from; ++k) {
    LaneState& lane = state.lanes[curve.rows[k]];
    if (lane.output != Output::trust) continue;
    if (lane.due < now) {
      const SimInstant at = stalls_->defer(lane.due);
      if (at < now) {
        lane.output = Output::suspect;
        lane.since = at;
        changed_.push_back(curve.rows[k]);
        continue;
      }
    }
    earliest = std::min(earliest, lane.due);
  }
  if (from < curve.rows.size()) earliest = std::min(earliest, due_of(state, c, from));
}

void Judge::find_earliest(VerdictState& state) const {
  SimInstant earliest = SimInstant::never();
  for (std::size_t c = 0; c < state.curves.size(); ++c) {
    const Curve& curve = panel_->curves()[c];
    const std::size_t from = state.curves[c].from;
    for (std::size_t k = 0; k < from; ++k) {
      const LaneState& lane = state.lanes[curve.rows[k]];
      if (lane.output == Output::trust) earliest = std::min(earliest, lane.due);
    }
    if (from < curve.rows.size()) earliest = std::min(earliest, due_of(state, c, from));
  }
  state.earliest_due = earliest;
}

SimInstant Judge::next_check(std::size_t lane, SimInstant at) const {
  const std::int64_t every = panel_->lanes()[lane].check_every.ns;
  if (every == 0 || at == SimInstant::never()) return at;
  const std::int64_t offset = at.ns - check_phases_[lane].ns;
  std::int64_t checks = offset / every;
  if (checks * every < offset) ++checks;
  return {check_phases_[lane].ns + checks * every};
}

}  // namespace flatline::sim
