#include "detect/nfd_e.hpp"

#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  std::vector<NfdEEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    constants.push_back({SettingReader(info, setting).duration("safety_margin")});
  }
  const std::int64_t window = SettingReader(info, settings.front()).count("window");
  return std::make_unique<SharedFamily<NfdEEstimator>>(
      NfdEEstimator(surroundings.heartbeat_interval, window), std::move(constants));
}

}  // namespace

Entry nfd_e_entry() {
  ParameterInfo margin;
  margin.name = "safety_margin";
  margin.type = ParameterType::duration;
  margin.help = "How long after its expected arrival a heartbeat is awaited (alpha).";

  Entry entry;
  entry.info.name = "nfd_e";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects a fixed margin after the arrival time that it expects from the last arrivals; the "
      "clocks may differ.";
  entry.info.source =
      "NFD-E in Chen, Toueg, Aguilera, On the quality of service of failure detectors, IEEE Trans. "
      "Computers 51(5), May 2002";
  entry.info.parameters = {
      margin, window_parameter(
                  1000, "Number of latest arrivals that the expected one is averaged over (n).")};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.outside_estimator = {"safety_margin"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
