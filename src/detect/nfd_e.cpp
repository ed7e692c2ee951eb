#include "detect/nfd_e.hpp"

#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  const std::int64_t window = SettingReader(info, settings.front()).count("window");
  return std::make_unique<SharedFamily<NfdEEstimator>>(
      NfdEEstimator(surroundings.heartbeat_interval, window),
      FreshnessPoint::constants_of(info, settings, "safety_margin"));
}

}  // namespace

Entry nfd_e_entry() {
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
      Parameter::duration("safety_margin",
                          "How long after its expected arrival a heartbeat is awaited (alpha)."),
      window_parameter(1000,
                       "Number of latest arrivals that the expected one is averaged over (n).")};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.outside_estimator = {"safety_margin"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
