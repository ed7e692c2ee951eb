#include "detect/phi_parameters.hpp"

#include "detect/parameter.hpp"

namespace flatline::detect {

ParameterInfo threshold_parameter() {
  return Parameter::number(
             "threshold",
             "Suspicion level at which the process is suspected (Phi): if the model were true, "
             "one judgement in 10^threshold would be wrong.")
      .above(0)
      .to(kLargestThreshold);
}

ParameterInfo window_parameter(std::int64_t default_size, const std::string& help) {
  return Parameter::count("window", help)
      .from(1)
      .to(static_cast<double>(kLargestWindow))
      .by_default(default_size);
}

ParameterInfo first_beat_estimate_parameter() {
  return Parameter::duration(
             "first_beat_estimate",
             "Expected gap with which the first heartbeat fills the window (two samples, a quarter "
             "below and above it); without it there is no suspicion before two gaps are seen.")
      .above(0)
      .may_be_absent();
}

GapWindow gap_window(const SettingReader& setting) {
  return {setting.count("window"), setting.optional_duration("first_beat_estimate")};
}

}  // namespace flatline::detect
