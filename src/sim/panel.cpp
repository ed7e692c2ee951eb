#include "sim/panel.hpp"

#include <algorithm>

namespace flatline::sim {
namespace {

// Fewer rows are judged one by one as fast.
constexpr std::size_t kLeastOfCurve = 4;

std::int64_t shift_of(const JudgedSetting& judged, Duration extra) {
  for (std::size_t i = 0; i < judged.info->parameters.size(); ++i) {
    if (judged.info->parameters[i].name == judged.info->shift)
      return (std::get<Duration>(*judged.setting[i]) + extra).ns;
  }
  return 0;
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

Panel::Panel(const std::vector<JudgedSetting>& settings, Duration interval) : interval_(interval) {
  // Where each setting's deadline ends up: its group, and its place in it.
  std::vector<std::pair<std::size_t, std::size_t>> place;
  for (const JudgedSetting& judged : settings) {
    std::size_t group = 0;
    while (group < groups_.size() &&
           !(groups_[group].info == judged.info &&
             detect::share_family(*judged.info, groups_[group].settings.front(), judged.setting))) {
      ++group;
    }
    if (group == groups_.size()) groups_.push_back({judged.info, {}});
    place.emplace_back(group, groups_[group].settings.size());
    groups_[group].settings.push_back(judged.setting);
  }
  std::vector<std::size_t> first(groups_.size(), 0);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    first[group] = members_;
    family_sizes_.push_back(groups_[group].settings.size());
    members_ += groups_[group].settings.size();
  }
  family_rows_.resize(groups_.size());
  for (const JudgedRow& row : rows_of(settings)) {
    const JudgedSetting& judged = settings[row.setting];
    const auto [group, member] = place[row.setting];
    family_rows_[group].push_back(static_cast<std::uint32_t>(lanes_.size()));
    lanes_.push_back({first[group] + member, row.dead ? *judged.dead_after : Duration{},
                      judged.check_every.value_or(Duration{}),
                      judged.info->initial == detect::InitialOutput::suspect});
  }
  find_curves(settings);
}

void Panel::find_curves(const std::vector<JudgedSetting>& settings) {
  const std::vector<JudgedRow> rows = rows_of(settings);
  family_curves_.assign(groups_.size(), UINT32_MAX);
  std::size_t first_member = 0;
  for (std::size_t f = 0; f < groups_.size(); first_member += family_sizes_[f++]) {
    const bool checked = std::any_of(family_rows_[f].begin(), family_rows_[f].end(),
                                     [&](auto row) { return lanes_[row].check_every.ns > 0; });
    if (groups_[f].info->shift.empty() || checked || family_rows_[f].size() < kLeastOfCurve) {
      loose_rows_.insert(loose_rows_.end(), family_rows_[f].begin(), family_rows_[f].end());
      continue;
    }
    Curve curve;
    curve.rows = family_rows_[f];
    const auto shift = [&](std::uint32_t row) {
      return shift_of(settings[rows[row].setting], lanes_[row].extra);
    };
    std::stable_sort(curve.rows.begin(), curve.rows.end(),
                     [&](auto a, auto b) { return shift(a) < shift(b); });
    for (const std::uint32_t row : curve.rows)
      curve.shift.push_back(shift(row) - shift(curve.rows.front()));
    curve.lead = lanes_[curve.rows.front()].member - first_member;
    curve.lead_extra = lanes_[curve.rows.front()].extra;
    family_curves_[f] = static_cast<std::uint32_t>(curves_.size());
    curves_.push_back(std::move(curve));
  }
  std::sort(loose_rows_.begin(), loose_rows_.end());
}

qos::Tally Panel::make_tally(std::size_t batches, std::size_t nodes) const {
  qos::Tally tally(lanes_.size(), batches, nodes);
  for (const Curve& curve : curves_) tally.curves.push_back({curve.rows, curve.shift});
  return tally;
}

std::vector<std::unique_ptr<detect::Family>> Panel::make_families() const {
  std::vector<std::unique_ptr<detect::Family>> families;
  for (const Group& group : groups_) {
    families.push_back(detect::make_family(*group.info, group.settings, {interval_, nullptr}));
  }
  return families;
}

}  // namespace flatline::sim
