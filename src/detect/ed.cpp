#include "detect/ed.hpp"

#include <cmath>

#include "detect/phi_families.hpp"
#include "flatline/base/plain_math.hpp"

namespace flatline::detect {
namespace {

/// 1 itself would never be reached; beyond twelve nines phi_exponential says the same with fewer
/// digits.
constexpr double kLargestProbability = 0.999999999999;

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return make_exponential<EdEstimator>(info, settings, log_of_rest);
}

}  // namespace

double EdEstimator::level(const View& view, const Constants& /*setting*/, LocalInstant now) {
  if (!view.ready) return 0;
  if (view.mean == 0) return 1;
  return -std::expm1(-static_cast<double>((now - view.last).ns) / to_nanoseconds(view.mean));
}

Entry ed_entry() {
  ParameterInfo threshold = threshold_parameter();
  threshold.max = kLargestProbability;
  threshold.help =
      "Chance that a gap is no longer than the silence, at which the process is suspected (E_d); "
      "the same as phi_exponential with threshold -log10(1 - E_d).";

  Entry entry = phi_exponential_entry();
  entry.info.name = "ed";
  entry.info.summary =
      "Accrual detector: the level is the chance that an exponentially distributed gap is no "
      "longer "
      "than the silence.";
  entry.info.notes = "Threshold 0.95 acts 2.996 mean gaps after the last arrival.";
  entry.info.source =
      "Xiong, Defago, ED FD: Improving the phi accrual failure detector, JAIST research report "
      "IS-RR-2007-007, 2007";
  entry.info.parameters.front() = threshold;
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
