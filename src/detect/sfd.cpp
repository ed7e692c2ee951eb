#include "detect/sfd.hpp"

#include <cmath>

#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"
#include "detect/phi_parameters.hpp"

namespace flatline::detect {
namespace {

constexpr double kLargestRate = 1e9;

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  return family_of_lanes(info, settings, [&](const SettingReader& setting) {
    const SfdTargets targets{setting.duration("target_detection_time"),
                             setting.number("target_mistake_rate"),
                             setting.number("target_query_accuracy")};
    const auto whole_step = static_cast<double>(setting.duration("step").ns);
    return SfdLane(ExpectedArrival(surroundings.heartbeat_interval, setting.count("window")),
                   targets, setting.duration("safety_margin"),
                   Duration{std::llround(whole_step * setting.number("gain"))},
                   setting.count("slot"));
  });
}

}  // namespace

Entry sfd_entry() {
  Entry entry;
  entry.info.name = "sfd";
  entry.info.has_level = false;
  entry.info.summary =
      "Suspects after the expected arrival time plus a margin that it tunes itself towards a "
      "wanted "
      "quality.";
  entry.info.notes =
      "Each setting tunes its own margin: wider after a slot with too many or too long mistakes, "
      "narrower after one with slow detection, unchanged where both targets are met or both "
      "missed.";
  entry.info.source =
      "Xiong, Vasilakos, Wu, Yang, Rindos, Zhou, Song, Pan, A self-tuning failure detection scheme "
      "for cloud computing service, IPDPS 2012; where both targets are missed it keeps its margin "
      "instead of stopping";
  entry.info.parameters = {
      Parameter::duration("safety_margin", "The margin at the start (SM_1); open in the paper."),
      Parameter::duration("target_detection_time",
                          "Longest mean time from an arrival to the freshness point that it sets "
                          "(T_D), the message's delay left out."),
      Parameter::number("target_mistake_rate", "Most mistakes per second (MR).").to(kLargestRate),
      Parameter::number("target_query_accuracy",
                        "Least share of the time in which it trusts (QAP).")
          .to(1),
      Parameter::duration(
          "step", "How far the margin moves at a time, before the gain (alpha); open in the paper.")
          .above(0),
      Parameter::number("gain", "Share of the step that is taken (beta); open in the paper.")
          .above(0)
          .to(1)
          .by_default(0.5),
      Parameter::count("slot",
                       "Heartbeats after which the margin is judged and moved; open in the paper.")
          .from(1)
          .to(static_cast<double>(kLargestWindow))
          .by_default(std::int64_t{100}),
      window_parameter(1000, "Number of latest arrivals that the expected one is averaged over.")};
  entry.info.initial = InitialOutput::suspect;
  entry.info.needs_interval = true;
  entry.outside_estimator = names_of(entry.info.parameters);
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
