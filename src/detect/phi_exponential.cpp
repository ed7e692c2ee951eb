#include "detect/phi_exponential.hpp"

#include <limits>

#include "detect/phi_families.hpp"
#include "flatline/base/plain_math.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return make_exponential<PhiExponentialEstimator>(
      info, settings, [](double threshold) { return threshold * kLn10; });
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
  entry.info.notes = "Threshold 8 acts 18.42 mean gaps after the last arrival.";
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
