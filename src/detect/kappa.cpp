#include "detect/kappa.hpp"

#include <cmath>
#include <limits>

#include "detect/kappa_sum.hpp"
#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

/// No level is asked for later than this after the last arrival.
constexpr std::int64_t kFarthest = kLongestTime.ns * 4;

/// The contributions' deviation; 0 if they are steps.
Wide deviation_of(const KappaEstimator::View& view, const KappaEstimator::Constants& setting) {
  return setting.step ? 0 : std::max(view.deviation, setting.min_deviation);
}

/// The level that a silence of `elapsed`, the offset taken off, has.
KappaSum sum_at(std::int64_t elapsed, double gap, double deviation) {
  return kappa_sum(static_cast<double>(elapsed), gap, deviation);
}

/// The least whole number of nanoseconds from `low` + 1 on at which the level reaches the
/// threshold: Newton's steps, rounded to the side that is not known yet, inside a bracket that only
/// shrinks. REQUIRES: the level at `low` is below the threshold.
std::int64_t crossing(std::int64_t low, double threshold, double gap, double deviation) {
  // By then each of the heartbeats that the threshold asks for lies nine deviations back, and
  // counts as a whole one.
  const double enough = (threshold + 2) * gap + 9 * deviation + 1;
  std::int64_t high =
      enough < static_cast<double>(kFarthest) ? static_cast<std::int64_t>(enough) + 1 : kFarthest;
  // Where many heartbeats are missing, the level is their number less a half.
  double next = (threshold + 0.5) * gap;
  for (int steps = 0; high - low > 1; ++steps) {
    constexpr int kPatience = 24;
    const bool inside =
        next > static_cast<double>(low) && next < static_cast<double>(high) && steps < kPatience;
    std::int64_t at = inside ? static_cast<std::int64_t>(next) : low + (high - low) / 2;
    at = std::clamp(at, low + 1, high - 1);
    const KappaSum sum = sum_at(at, gap, deviation);
    const double root = static_cast<double>(at) - (sum.level - threshold) / sum.slope;
    if (sum.level >= threshold) {
      high = at;
      next = std::min(std::ceil(root) - 1, static_cast<double>(at - 1));
    } else {
      low = at;
      next = std::max(std::ceil(root), static_cast<double>(at + 1));
    }
  }
  return high;
}

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  std::vector<KappaEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back({reader.number("threshold"), reader.choice("contribution") == "step",
                         reader.duration("offset"), fixed_time(reader.duration("min_deviation"))});
  }
  return std::make_unique<SharedFamily<KappaEstimator>>(
      KappaEstimator(gap_window(SettingReader(info, settings.front()))), std::move(constants));
}

}  // namespace

LocalInstant KappaEstimator::deadline(const View& view, const Constants& setting) {
  if (!view.ready) return LocalInstant::never();
  const LocalInstant start = view.last + setting.offset;
  if (view.mean() == 0) return start;
  const Wide deviation = deviation_of(view, setting);
  if (deviation == 0) {
    const auto missing = static_cast<std::int64_t>(std::ceil(setting.threshold));
    return first_instant_after(start, (view.mean() * missing) << kFactorBits);
  }
  const double gap = to_nanoseconds(view.mean());
  const double width = to_nanoseconds(deviation);
  // Suspected already at the arrival: when exactly it would have been is of no use.
  const std::int64_t arrival = -setting.offset.ns;
  if (sum_at(arrival, gap, width).level >= setting.threshold) return view.last;
  const std::int64_t elapsed = crossing(arrival, setting.threshold, gap, width);
  return elapsed == kFarthest ? LocalInstant::never() : start + Duration{elapsed};
}

double KappaEstimator::level(const View& view, const Constants& setting, LocalInstant now) {
  if (!view.ready) return 0;
  const std::int64_t elapsed = (now - view.last - setting.offset).ns;
  if (view.mean() == 0) return elapsed < 0 ? 0 : std::numeric_limits<double>::infinity();
  const Wide deviation = deviation_of(view, setting);
  if (deviation == 0) {
    if (elapsed < 0) return 0;
    return static_cast<double>((Wide{elapsed} << kTimeBits) / view.mean());
  }
  return sum_at(elapsed, to_nanoseconds(view.mean()), to_nanoseconds(deviation)).level;
}

Entry kappa_entry() {
  ParameterInfo threshold = threshold_parameter();
  threshold.help =
      "Number of missing heartbeats at which the process is suspected. With normal contributions "
      "choose it between whole numbers: near one the level hardly rises while gaps vary little.";

  Entry entry;
  entry.info.name = "kappa";
  entry.info.summary =
      "Accrual detector: the level is the number of heartbeats that are missing, each counted by "
      "how "
      "sure that is.";
  entry.info.notes =
      "Threshold 2.5 acts about three mean gaps after the last arrival where gaps vary little. The "
      "level grows with the silence, not with its square as phi_normal does.";
  entry.info.source =
      "Defago, Urban, Hayashibara, Katayama, Definition and specification of accrual failure "
      "detectors, DSN 2005; Hayashibara's thesis, JAIST 2004";
  entry.info.parameters = {
      threshold,
      Parameter::choice("contribution", {"normal", "step"},
                        "How a missing heartbeat begins to count (c): as the normal law of the "
                        "gaps kept, or at once. The paper leaves the function open.")
          .by_default(std::string("normal")),
      Parameter::duration(
          "offset", "How much later than expected a heartbeat begins to count; open in the paper.")
          .by_default(Duration{0}),
      window_parameter(1000,
                       "Number of latest gaps between arrivals that are kept; open in the paper."),
      Parameter::duration("min_deviation",
                          "Least standard deviation of a normal contribution. Not in the paper.")
          .by_default(Duration{0}),
      first_beat_estimate_parameter()};
  entry.outside_estimator = {"threshold", "contribution", "offset", "min_deviation"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
