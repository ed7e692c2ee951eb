#include "detect/phi_exponential.hpp"

#include <limits>

#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

constexpr double kLn10 = 2.302585092994045684;

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  std::vector<PhiExponentialEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const double threshold = SettingReader(info, setting).number("threshold");
    constants.push_back({fixed_factor(threshold * kLn10)});
  }
  return std::make_unique<SharedFamily<PhiExponentialEstimator>>(
      PhiExponentialEstimator(gap_window(SettingReader(info, settings.front()))),
      std::move(constants));
}

}  // namespace

double PhiExponentialEstimator::level(const View& view, const Constants& /*setting*/,
                                      LocalInstant now) {
  if (!view.ready) return 0;
  if (view.mean == 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>((now - view.last).ns) / (to_nanoseconds(view.mean) * kLn10);
}

Entry phi_exponential_entry() {
  Entry entry;
  entry.info.name = "phi_exponential";
  entry.info.summary =
      "Accrual detector: the level is -log10 of the chance that an exponentially distributed gap "
      "is "
      "longer than the silence.";
  entry.info.source =
      "The accrual scheme of Hayashibara, Defago, Yared, Katayama, SRDS 2004, with the exponential "
      "law that Apache Cassandra uses";
  entry.info.parameters = {
      threshold_parameter(),
      window_parameter(1000, "Number of latest gaps between arrivals that are kept (WS)."),
      first_beat_estimate_parameter()};
  entry.outside_estimator = {"threshold"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
