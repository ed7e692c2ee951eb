#pragma once
// What Chen's detectors have in common: an instant that the estimator finds, and a shift that the
// setting adds. An estimator that derives from this gives its view and says nothing more.

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "detect/entry.hpp"
#include "flatline/detect/line.hpp"

namespace flatline::detect {

struct FreshnessPoint {
  struct Constants {
    Duration shift;  ///< The setting's shift or safety margin.
  };
  struct View {
    LocalInstant point;  ///< The freshness point, but for the shift; before_all(): none yet.
  };

  static constexpr bool kSlopes = false;

  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.point, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, setting.shift, 0}; }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.point == LocalInstant::before_all()) return std::numeric_limits<double>::infinity();
    return (now - (view.point + setting.shift)).seconds();
  }

  /// The constants of settings whose shift is one parameter.
  static std::vector<Constants> constants_of(const DetectorInfo& info,
                                             std::span<const Setting> settings,
                                             const std::string& parameter) {
    std::vector<Constants> constants;
    constants.reserve(settings.size());
    for (const Setting& setting : settings)
      constants.push_back({SettingReader(info, setting).duration(parameter)});
    return constants;
  }
};

}  // namespace flatline::detect
