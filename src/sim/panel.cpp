#include "sim/panel.hpp"

#include <algorithm>
#include <numeric>

namespace flatline::sim {
namespace {

// Fewer rows are booked one by one as fast.
constexpr std::size_t kLeastToShare = 4;

world::Face clock_of(const JudgedSetting& judged) {
  return judged.wall_clock ? world::Face::wall : world::Face::monotonic;
}

// The guard that the scenario asks for, else the one that the detector has itself.
std::optional<detect::PauseGuard> guard_of(const JudgedSetting& judged) {
  if (judged.guard) return judged.guard;
  if (judged.info->guard == nullptr || !judged.check_every) return std::nullopt;
  return judged.info->guard(judged.setting);
}

}  // namespace

std::vector<JudgedRow> rows_of(const std::vector<JudgedSetting>& settings) {
  std::vector<JudgedRow> rows;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    rows.push_back({i, false});
    if (settings[i].dead_after) rows.push_back({i, true});
  }
  return rows;
}

bool Panel::Group::takes(const JudgedSetting& judged) const {
  return info == judged.info && clock == clock_of(judged) &&
         detect::share_family(*info, settings.front(), judged.setting);
}

Panel::Panel(const std::vector<JudgedSetting>& settings, Duration interval,
             std::int64_t sample_every)
    : sample_every_(sample_every), interval_(interval) {
  // Where each setting's deadline ends up: its group, and its place in it.
  std::vector<std::pair<std::size_t, std::size_t>> place;
  for (const JudgedSetting& judged : settings) {
    std::size_t group = 0;
    while (group < groups_.size() && !groups_[group].takes(judged)) ++group;
    if (group == groups_.size()) groups_.push_back({judged.info, clock_of(judged), {}});
    place.emplace_back(group, groups_[group].settings.size());
    groups_[group].settings.push_back(judged.setting);
  }
  for (const JudgedRow& row : rows_of(settings)) {
    const JudgedSetting& judged = settings[row.setting];
    const auto [group, member] = place[row.setting];
    lanes_.push_back({group, member, judged.info->initial == detect::InitialOutput::suspect,
                      judged.check_every.value_or(Duration{}), clock_of(judged), guard_of(judged)});
  }
  for (const Group& group : groups_) {
    fresh_.push_back(detect::make_family(*group.info, group.settings, {interval, nullptr}));
    family_clocks_.push_back(group.clock);
  }
  place_rows(settings);
}

void Panel::place_rows(const std::vector<JudgedSetting>& settings) {
  first_line_.push_back(0);
  for (const auto& family : fresh_) first_line_.push_back(first_line_.back() + family->lines());
  const std::vector<JudgedRow> rows = rows_of(settings);
  std::map<CurveKey, std::size_t> known;
  for (std::uint32_t row = 0; row < lanes_.size(); ++row) {
    const Lane& lane = lanes_[row];
    const detect::Family& family = *fresh_[lane.family];
    Placed placed{row, family.place(lane.member), family.sloped(), {}};
    placed.place.line += first_line_[lane.family];
    if (rows[row].dead) placed.extra = *settings[rows[row].setting].dead_after;
    add_to_curve(placed, known);
  }
  for (Curve& curve : curves_) sort_rows(curve);
}

// Rows share a curve if their order is the same whatever the line: with a slope, the same shift.
// Checks lie on a grid of each row's own, and so do the holds of a guard.
void Panel::add_to_curve(const Placed& placed, std::map<CurveKey, std::size_t>& known) {
  const Lane& lane = lanes_[placed.row];
  const bool alone = lane.check_every.ns > 0 || lane.guard;
  const std::int64_t shift = (placed.place.shift + placed.extra).ns;
  const CurveKey key{placed.place.line, placed.sloped ? shift : 0, alone ? placed.row : UINT32_MAX};
  const auto [entry, is_new] = known.try_emplace(key, curves_.size());
  if (is_new) {
    Curve& curve = curves_.emplace_back();
    curve.line = placed.place.line;
    curve.sloped = placed.sloped;
    curve.check_every = lane.check_every;
    curve.guarded = lane.guard.has_value();
    curve.clock = lane.clock;
  }
  Curve& curve = curves_[entry->second];
  curve.rows.push_back(placed.row);
  curve.shift.push_back(shift);
  curve.factor.push_back(placed.place.factor);
}

void Panel::sort_rows(Curve& curve) const {
  std::vector<std::size_t> order(curve.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(curve.shift[a], curve.factor[a]) < std::pair(curve.shift[b], curve.factor[b]);
  });
  const Curve unsorted = curve;
  for (std::size_t k = 0; k < order.size(); ++k) {
    curve.rows[k] = unsorted.rows[order[k]];
    curve.shift[k] = unsorted.shift[order[k]];
    curve.factor[k] = unsorted.factor[order[k]];
  }
  curve.shared = order.size() >= kLeastToShare;
}

qos::Tally Panel::make_tally(std::size_t batches, std::size_t nodes) const {
  qos::Tally tally(lanes_.size(), batches, nodes);
  for (const Curve& curve : curves_) {
    if (curve.shared) tally.curves.push_back({curve.rows, curve.shift, curve.sloped, curve.factor});
  }
  return tally;
}

std::vector<std::unique_ptr<detect::Family>> Panel::make_families(const Draws* draws) const {
  std::vector<std::unique_ptr<detect::Family>> families;
  for (std::size_t f = 0; f < fresh_.size(); ++f) {
    const Group& group = groups_[f];
    families.push_back(group.info->needs_draws && draws != nullptr
                           ? detect::make_family(*group.info, group.settings, {interval_, draws})
                           : fresh_[f]->clone());
  }
  return families;
}

}  // namespace flatline::sim
