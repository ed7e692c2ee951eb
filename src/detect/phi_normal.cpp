#include "detect/phi_normal.hpp"

#include <limits>

#include "detect/parameter.hpp"
#include "detect/phi_families.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return make_normal<PhiNormalEstimator>(info, settings, normal_phi_inverse);
}

}  // namespace

double PhiNormalEstimator::level(const View& view, const Constants& setting, LocalInstant now) {
  if (!view.ready) return 0;
  const double deviation = to_nanoseconds(std::max(view.deviation, setting.min_deviation));
  const double late =
      static_cast<double>((now - view.last - setting.pause).ns) - to_nanoseconds(view.mean());
  if (deviation > 0) return normal_phi(late / deviation);
  return late < 0 ? 0 : std::numeric_limits<double>::infinity();
}

Entry phi_normal_entry() {
  Entry entry;
  entry.info.name = "phi_normal";
  entry.info.summary =
      "Accrual detector: the level is -log10 of the chance that a normally distributed gap is "
      "longer "
      "than the silence.";
  entry.info.notes = "Threshold 8 acts 5.612 deviations after the mean gap.";
  entry.info.source =
      "Hayashibara, Defago, Yared, Katayama, The phi accrual failure detector, SRDS 2004; "
      "min_deviation, acceptable_pause and first_beat_estimate as Akka adds them";
  entry.info.parameters = {
      threshold_parameter(),
      window_parameter(1000, "Number of latest gaps between arrivals that are kept (WS)."),
      // No floor by default, as published: a floor is what products add, and what it buys is worth
      // measuring.
      Parameter::duration("min_deviation",
                          "Least standard deviation (sigma) that the level is computed with.")
          .by_default(Duration{0}),
      Parameter::duration("acceptable_pause",
                          "Silence that is always allowed, added to the mean gap (mu).")
          .by_default(Duration{0}),
      Parameter::choice("deviation", {"population", "sample"},
                        "Whether the variance divides by the number of gaps (population) or one "
                        "less (sample).")
          .by_default(std::string("population")),
      first_beat_estimate_parameter()};
  entry.outside_estimator = {"threshold", "min_deviation", "acceptable_pause"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
