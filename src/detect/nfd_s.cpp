#include "detect/nfd_s.hpp"

#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  std::vector<NfdSEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    constants.push_back({SettingReader(info, setting).duration("shift")});
  }
  return std::make_unique<SharedFamily<NfdSEstimator>>(
      NfdSEstimator(surroundings.heartbeat_interval), std::move(constants));
}

}  // namespace

Entry nfd_s_entry() {
  ParameterInfo shift;
  shift.name = "shift";
  shift.type = ParameterType::duration;
  shift.help =
      "How long after a heartbeat is due to be sent its arrival is awaited (delta): detection "
      "takes "
      "at most interval + shift.";

  Entry entry;
  entry.info.name = "nfd_s";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects at fixed points after each sending time, by the sender's time stamps; needs "
      "synchronised clocks.";
  entry.info.source =
      "NFD-S in Chen, Toueg, Aguilera, On the quality of service of failure detectors, IEEE Trans. "
      "Computers 51(5), May 2002";
  entry.info.parameters = {shift};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.info.needs_sent_at = true;
  entry.outside_estimator = {"shift"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
