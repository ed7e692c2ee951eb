#pragma once
// Parameters that the phi detectors have in common.

#include "detect/entry.hpp"
#include "detect/gap_window.hpp"

namespace flatline::detect {

/// "threshold": the phi at which the process is suspected.
ParameterInfo threshold_parameter();

/// "window": how many samples are kept; `default_size` if not given.
ParameterInfo window_parameter(std::int64_t default_size, const std::string& help);

/// "first_beat_estimate": optional bootstrap.
ParameterInfo first_beat_estimate_parameter();

/// The window that a setting's "window" and "first_beat_estimate" ask for.
GapWindow gap_window(const SettingReader& setting);

}  // namespace flatline::detect
