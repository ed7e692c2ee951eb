#include "sim/panel.hpp"

namespace flatline::sim {

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
  for (const JudgedRow& row : rows_of(settings)) {
    const JudgedSetting& judged = settings[row.setting];
    const auto [group, member] = place[row.setting];
    lanes_.push_back({first[group] + member, row.dead ? *judged.dead_after : Duration{},
                      judged.check_every.value_or(Duration{}),
                      judged.info->initial == detect::InitialOutput::suspect});
  }
}

std::vector<std::unique_ptr<detect::Family>> Panel::make_families() const {
  std::vector<std::unique_ptr<detect::Family>> families;
  for (const Group& group : groups_) {
    families.push_back(detect::make_family(*group.info, group.settings, {interval_, nullptr}));
  }
  return families;
}

}  // namespace flatline::sim
