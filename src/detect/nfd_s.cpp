#include "detect/nfd_s.hpp"

#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  return std::make_unique<SharedFamily<NfdSEstimator>>(
      NfdSEstimator(surroundings.heartbeat_interval),
      FreshnessPoint::constants_of(info, settings, "shift"));
}

}  // namespace

Entry nfd_s_entry() {
  Entry entry;
  entry.info.name = "nfd_s";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects at fixed points after each sending time, by the sender's time stamps; needs "
      "synchronised clocks.";
  entry.info.source =
      "NFD-S in Chen, Toueg, Aguilera, On the quality of service of failure detectors, IEEE Trans. "
      "Computers 51(5), May 2002";
  entry.info.parameters = {Parameter::duration(
      "shift",
      "How long after a heartbeat is due to be sent its arrival is awaited (delta): detection "
      "takes at most interval + shift.")};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.info.needs_sent_at = true;
  entry.outside_estimator = {"shift"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
