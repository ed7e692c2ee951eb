#include "sim/judge.hpp"

#include <algorithm>

namespace flatline::sim {

VerdictState VerdictState::clone() const {
  VerdictState copy;
  for (const auto& family : families) copy.families.push_back(family->clone());
  copy.lanes = lanes;
  copy.curves = curves;
  copy.earliest_due = earliest_due;
  copy.observed_at = observed_at;
  return copy;
}

Judge::Judge(const Panel& panel, Watchtower tower)
    : panel_(&panel),
      tower_(std::move(tower)),
      plain_clock_(tower_.clock.perfect()),
      lines_(panel.lines()) {
  for (std::size_t lane = 0; lane < panel.lanes().size(); ++lane) {
    if (!panel.lanes()[lane].guard || !tower_.all_stalls) continue;
    guards_.resize(panel.lanes().size());
    guards_[lane].emplace(tower_.all_stalls(), *panel.lanes()[lane].guard, grid_of(lane),
                          tower_.end);
  }
}

VerdictState Judge::fresh(SimInstant now, std::uint32_t incarnation) const {
  VerdictState state;
  if (tower_.streams != nullptr) {
    // A monitor that comes back draws anew.
    draws_ = std::make_unique<random::NamedDraws>(
        *tower_.streams, "detector/" + tower_.name + "#" + std::to_string(incarnation));
  }
  state.families = panel_->make_families(draws_.get());
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
      const SimInstant at = defer(curve.rows[k], lane.due);
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

SimInstant Judge::fires(LocalInstant due, world::Face clock, SimInstant since) const {
  if (due == LocalInstant::never()) return SimInstant::never();
  if (due == LocalInstant::before_all()) return SimInstant::before_all();
  return tower_.clock.when(due, clock, since);
}

void Judge::forget_guards_before(SimInstant t) const {
  for (std::optional<GuardedStalls>& guard : guards_) {
    if (guard) guard->forget_before(t);
  }
}

}  // namespace flatline::sim
