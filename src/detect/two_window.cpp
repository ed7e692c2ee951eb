#include "detect/two_window.hpp"

#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"
#include "detect/shared_family.hpp"

namespace flatline::detect {
namespace {

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  const SettingReader first(info, settings.front());
  return std::make_unique<SharedFamily<TwoWindowEstimator>>(
      TwoWindowEstimator(surroundings.heartbeat_interval, first.count("short_window"),
                         first.count("long_window")),
      FreshnessPoint::constants_of(info, settings, "safety_margin"));
}

}  // namespace

Entry two_window_entry() {
  ParameterInfo short_window = window_parameter(
      1,
      "Number of latest arrivals in the short window (n1), which follows a burst at once; open in "
      "the paper, 1 is usual.");
  short_window.name = "short_window";
  ParameterInfo long_window = window_parameter(
      1000,
      "Number of latest arrivals in the long window (n2), which forgets no burst soon; open in "
      "the paper.");
  long_window.name = "long_window";

  Entry entry;
  entry.info.name = "two_window";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects a fixed margin after the later of two expected arrival times, from a short and a "
      "long window.";
  entry.info.notes = "Never earlier than nfd_e with either window and the same margin.";
  entry.info.source =
      "2W-FD in Tomsic, Sens, Garcia, Arantes, Sopena, 2W-FD: A failure detector algorithm with "
      "QoS, IPDPS 2015";
  entry.info.parameters = {
      Parameter::duration("safety_margin",
                          "How long after the later of the two expected arrivals a heartbeat is "
                          "awaited; chosen as for nfd_e."),
      short_window, long_window};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.outside_estimator = {"safety_margin"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
