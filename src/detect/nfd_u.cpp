#include "detect/nfd_u.hpp"

#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  std::vector<NfdSEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    const SettingReader reader(info, setting);
    constants.push_back({reader.duration("expected_delay") + reader.duration("safety_margin")});
  }
  return std::make_unique<SharedFamily<NfdSEstimator>>(
      NfdSEstimator(surroundings.heartbeat_interval), std::move(constants));
}

}  // namespace

Entry nfd_u_entry() {
  Entry entry;
  entry.info.name = "nfd_u";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects a fixed margin after each expected arrival time, which it is told; the clocks may "
      "differ.";
  entry.info.notes = "Its quality is that of nfd_s with a shift of expected_delay + safety_margin.";
  entry.info.source =
      "NFD-U in Chen, Toueg, Aguilera, On the quality of service of failure detectors, IEEE Trans. "
      "Computers 51(5), May 2002";
  entry.info.parameters = {
      Parameter::duration("safety_margin",
                          "How long after its expected arrival a heartbeat is awaited (alpha)."),
      Parameter::duration(
          "expected_delay",
          "Mean time from the sender's time stamp to the arrival on the monitor's clock (E(D), and "
          "the offset of the clocks if the monitor's is ahead). The paper takes the expected "
          "arrival times as known and leaves open from where; nfd_e estimates them.")};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.info.needs_sent_at = true;
  entry.outside_estimator = {"safety_margin", "expected_delay"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
