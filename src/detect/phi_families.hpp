#pragma once
// Families of the accrual detectors whose deadline is (mean and) a multiple of an estimate: they
// differ in the multiple that a threshold asks for.

#include "detect/fixed_point.hpp"
#include "detect/phi_exponential.hpp"
#include "detect/phi_normal.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {

/// The parameters of phi_normal, read: `deviations` says how many deviations after the mean a
/// threshold is reached.
template <typename Estimator>
std::unique_ptr<Family> make_normal(const DetectorInfo& info, std::span<const Setting> settings,
                                    double (*deviations)(double threshold)) {
  std::vector<typename Estimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back({fixed_factor(deviations(reader.number("threshold"))),
                         fixed_time(reader.duration("min_deviation")),
                         reader.duration("acceptable_pause")});
  }
  const SettingReader first(info, settings.front());
  const auto deviation =
      first.choice("deviation") == "sample" ? Deviation::sample : Deviation::population;
  return std::make_unique<SharedFamily<Estimator>>(Estimator(gap_window(first), deviation),
                                                   std::move(constants));
}

/// The parameters of phi_exponential, read: `means` says how many mean gaps after the last arrival
/// a threshold is reached.
template <typename Estimator>
std::unique_ptr<Family> make_exponential(const DetectorInfo& info,
                                         std::span<const Setting> settings,
                                         double (*means)(double threshold)) {
  std::vector<typename Estimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const double threshold = SettingReader(info, setting).number("threshold");
    constants.push_back({fixed_factor(means(threshold))});
  }
  return std::make_unique<SharedFamily<Estimator>>(
      Estimator(gap_window(SettingReader(info, settings.front()))), std::move(constants));
}

}  // namespace flatline::detect
