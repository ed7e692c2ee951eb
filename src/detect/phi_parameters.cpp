#include "detect/phi_parameters.hpp"

namespace flatline::detect {

ParameterInfo threshold_parameter() {
  ParameterInfo parameter;
  parameter.name = "threshold";
  parameter.type = ParameterType::number;
  parameter.min_exclusive = true;
  parameter.max = kLargestThreshold;
  parameter.help =
      "Suspicion level at which the process is suspected (Phi): if the model were true, one "
      "judgement in 10^threshold would be wrong.";
  return parameter;
}

ParameterInfo window_parameter(std::int64_t default_size, const std::string& help) {
  ParameterInfo parameter;
  parameter.name = "window";
  parameter.type = ParameterType::count;
  parameter.default_value = default_size;
  parameter.min = 1;
  parameter.max = static_cast<double>(kLargestWindow);
  parameter.help = help;
  return parameter;
}

ParameterInfo first_beat_estimate_parameter() {
  ParameterInfo parameter;
  parameter.name = "first_beat_estimate";
  parameter.type = ParameterType::duration;
  parameter.optional = true;
  parameter.min_exclusive = true;
  parameter.help =
      "Expected gap with which the first heartbeat fills the window (two samples, a quarter below "
      "and "
      "above it); without it there is no suspicion before two gaps are seen.";
  return parameter;
}

GapWindow gap_window(const SettingReader& setting) {
  return {setting.count("window"), setting.optional_duration("first_beat_estimate")};
}

}  // namespace flatline::detect
