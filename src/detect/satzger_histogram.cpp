#include "detect/satzger_histogram.hpp"

#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

// Keeps a scaled gap inside 127 bits.
constexpr double kSmallestScale = 0.001;
constexpr double kLargestScale = 1000;

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  std::vector<SatzgerEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back({reader.number("threshold"), fixed_factor(reader.number("scale"))});
  }
  return std::make_unique<SharedFamily<SatzgerEstimator>>(
      SatzgerEstimator(SettingReader(info, settings.front()).count("window")),
      std::move(constants));
}

}  // namespace

Entry satzger_histogram_entry() {
  ParameterInfo threshold = threshold_parameter();
  threshold.max = 1;
  threshold.help =
      "Share of the kept gaps that the silence must outlast (U). At 1 it suspects at the longest "
      "kept gap: a new longest gap is then always a mistake.";

  Entry entry;
  entry.info.name = "satzger_histogram";
  entry.info.summary =
      "Accrual detector without a law: the level is the share of the latest gaps that the silence "
      "has outlasted.";
  entry.info.notes = "It never waits longer than the longest kept gap, divided by the scale.";
  entry.info.source =
      "Satzger, Pietzowski, Trumler, Ungerer, A new adaptive accrual failure detector for "
      "dependable distributed systems, SAC 2007";
  entry.info.parameters = {
      threshold,
      window_parameter(1000,
                       "Number of latest gaps between arrivals that are kept (S); the paper leaves "
                       "it open."),
      Parameter::number("scale",
                        "What the silence is multiplied by before it is compared with the gaps: "
                        "below 1 it is more patient. The paper leaves its value open; 1 is the "
                        "plain share.")
          .from(kSmallestScale)
          .to(kLargestScale)
          .by_default(1.0)};
  entry.outside_estimator = {"threshold", "scale"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
