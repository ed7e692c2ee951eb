#include "detect/fixed_timeout.hpp"

#include "detect/parameter.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& /*surroundings*/) {
  std::vector<FixedTimeoutEstimator::Constants> constants;
  constants.reserve(settings.size());
  for (const Setting& setting : settings) {
    constants.push_back({SettingReader(info, setting).duration("timeout")});
  }
  const bool newest_only = SettingReader(info, settings.front()).choice("restart_on") == "newest";
  return std::make_unique<SharedFamily<FixedTimeoutEstimator>>(FixedTimeoutEstimator(newest_only),
                                                               std::move(constants));
}

}  // namespace

Entry fixed_timeout_entry() {
  Entry entry;
  entry.info.name = "fixed_timeout";
  entry.info.has_level = false;
  entry.info.summary = "Suspects when no heartbeat has arrived for a fixed time.";
  entry.info.source =
      "The common detector; analysed as the simple algorithm with a cutoff in Chen, Toueg, "
      "Aguilera, "
      "IEEE Trans. Computers 51(5), May 2002";
  entry.info.parameters = {
      Parameter::duration(
          "timeout",
          "Silence after which the process is suspected (TO), counted from the last arrival.")
          .above(0),
      Parameter::choice("restart_on", {"any", "newest"},
                        "Which arrivals restart the timer: any, or only a sequence number above "
                        "all seen; an older one then changes nothing.")
          .by_default(std::string("any"))};
  entry.outside_estimator = {"timeout"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
