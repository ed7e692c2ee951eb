#include "detect/phi_logistic.hpp"

#include <limits>

#include "detect/phi_families.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  return make_normal<PhiLogisticEstimator>(info, settings, logistic_phi_inverse);
}

}  // namespace

double PhiLogisticEstimator::level(const View& view, const Constants& setting, LocalInstant now) {
  if (!view.ready) return 0;
  const double deviation = to_nanoseconds(std::max(view.deviation, setting.min_deviation));
  const double late =
      static_cast<double>((now - view.last - setting.pause).ns) - to_nanoseconds(view.mean());
  if (deviation > 0) return logistic_phi(late / deviation);
  return late < 0 ? 0 : std::numeric_limits<double>::infinity();
}

Entry phi_logistic_entry() {
  Entry entry = phi_normal_entry();
  entry.info.name = "phi_logistic";
  entry.info.summary =
      "Accrual detector: phi by a logistic approximation of the normal law, which rises faster in "
      "the tail.";
  entry.info.notes =
      "Threshold 8 acts 5.226 deviations after the mean gap, phi_normal with 8 at 5.612: what is "
      "called 8 here is 7.06 there.";
  entry.info.source =
      "The scheme of Hayashibara, Defago, Yared, Katayama, SRDS 2004, with the approximation of "
      "Bowling, Khasawneh, Kaewkuekool, Cho, JIEM 2(1), 2009, that Akka uses; without Akka's "
      "whole milliseconds and bootstrap, for which see akka";
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
