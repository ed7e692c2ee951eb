#include "detect/bertier.hpp"

#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

/// Keeps weight times margin inside 127 bits, far beyond any use.
constexpr double kLargestWeight = 10'000;

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  std::vector<BertierEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back({fixed_factor(reader.number("delay_weight")),
                         fixed_factor(reader.number("variation_weight")),
                         fixed_time(reader.duration("min_margin")) << kFactorBits});
  }
  const SettingReader first(info, settings.front());
  return std::make_unique<SharedFamily<BertierEstimator>>(
      BertierEstimator(surroundings.heartbeat_interval, first.count("window"),
                       fixed_factor(first.number("gain"))),
      std::move(constants));
}

}  // namespace

Entry bertier_entry() {
  Entry entry;
  entry.info.name = "bertier";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects after the expected arrival time plus a margin that follows the errors of that "
      "expectation.";
  entry.info.notes =
      "Late and repeated heartbeats enter the window of arrivals but do not move the margin.";
  entry.info.source =
      "Bertier, Marin, Sens, Implementation and performance evaluation of an adaptable failure "
      "detector, DSN 2002; Jacobson's estimate of the margin";
  entry.info.parameters = {
      Parameter::number("delay_weight",
                        "Weight of the mean error in the margin (beta); the paper's value.")
          .to(kLargestWeight)
          .by_default(1.0),
      Parameter::number("variation_weight",
                        "Weight of the mean absolute error in the margin (phi); the paper's value.")
          .to(kLargestWeight)
          .by_default(4.0),
      Parameter::number("gain",
                        "How fast the margin follows the errors (gamma); the paper's value.")
          .above(0)
          .to(1)
          .by_default(0.1),
      window_parameter(1000,
                       "Number of latest arrivals that the expected one is averaged over (n); open "
                       "in the paper."),
      Parameter::duration("min_margin",
                          "Least margin. Not in the paper, whose margin falls to 0 where arrivals "
                          "do not vary, so that ties decide.")
          .by_default(Duration{0})};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.outside_estimator = {"delay_weight", "variation_weight", "min_margin"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
