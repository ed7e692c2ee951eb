#pragma once
// Every detector by name, with its parameters: the one table that the scenario reader, the schema,
// the command line, `list` and the docs are made from.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::detect {

enum class ParameterType : std::uint8_t { duration, number, count, choice };

/// One parameter's value: Duration, number, count or choice, as its ParameterInfo says.
using Value = std::variant<Duration, double, std::int64_t, std::string>;

struct ParameterInfo {
  std::string name;  ///< "min_deviation"
  ParameterType type{};
  std::optional<Value> default_value;  ///< Empty: required, or (if `optional`) absent.
  bool optional = false;               ///< May be absent without a default ("first_beat_estimate").
  double min = 0;  ///< Smallest value (seconds for durations); exclusive if min_exclusive.
  bool min_exclusive = false;
  double max = 0;                    ///< Largest value; 0: no limit but kLongestTime.
  std::vector<std::string> choices;  ///< choice: the words allowed.
  std::string help;                  ///< Meaning in one sentence, with the paper's symbol.
};

/// One setting: a value (or nothing, for an absent optional) per parameter, in the order of
/// DetectorInfo::parameters.
using Setting = std::vector<std::optional<Value>>;

struct DetectorInfo {
  std::string name;     ///< "phi_normal"
  std::string summary;  ///< One sentence.
  std::string notes;    ///< What else to know: its quirks, how it differs from namesakes.
  std::string source;   ///< Paper and equation, or product and version.
  std::vector<ParameterInfo> parameters;
  InitialOutput initial = InitialOutput::unknown;
  bool needs_interval = false;  ///< Cannot work without Surroundings::heartbeat_interval.
  bool needs_sent_at = false;   ///< Cannot work without the sender's time stamps.
  bool needs_draws = false;     ///< Draws at random; without Surroundings::draws always the same.
  Duration resolution = nanoseconds(1);  ///< The steps in which it reads the monitor's clock.
  /// Its suspicion is a level on a scale of its own; otherwise seconds past the deadline.
  bool has_level = true;
  std::string level_with;     ///< PARAMETER=CHOICE that alone has the level; empty: every setting.
  bool nan_suspects = false;  ///< Its level can be NaN, which counts as above every threshold.
  /// The guard that a setting brings along, for monitors that look now and then (check_every) and
  /// do not call Family::looked; null: none does.
  PauseGuard (*guard)(const Setting& setting) = nullptr;
};

/// All detectors, in the order in which they are listed: those of flatline, then the plug-ins that
/// were added (plugin.hpp). What it points to stays where it is until the program ends.
std::span<const DetectorInfo> detectors();

/// The detector of that name, or nullptr.
const DetectorInfo* find_detector(std::string_view name);

/// Whether a detector of that setting has a level. REQUIRES: the setting is complete.
bool has_level(const DetectorInfo& info, const Setting& setting);

/// Checks one value against its parameter: type, range, choice. The problem has no place; the
/// caller adds it.
std::optional<Problem> check_value(const ParameterInfo& parameter, const Value& value);

/// What is wrong with a setting whose values check_value finds right one by one: only a plug-in
/// knows rules between them. The problem has no place. REQUIRES: a value for each parameter that
/// must have one.
std::optional<Problem> check_setting(const DetectorInfo& info, const Setting& setting,
                                     const Surroundings& surroundings);

/// Reads a value as a scenario or a command line writes it ("3s", "8", "any").
Result<Value> parse_value(const ParameterInfo& parameter, std::string_view text);

/// Writes a value as parse_value reads it.
std::string format_value(const Value& value);

/// A setting from values as parse_value reads them, by parameter name; defaults for the others.
/// Fails on unknown names, wrong values and required parameters that are missing, all at once.
Result<Setting> read_setting(
    const DetectorInfo& info,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values);

/// Whether the settings can share one family object: they differ only in parameters that the
/// estimator does not see (threshold, timeout, shift, margin ...).
bool share_family(const DetectorInfo& info, const Setting& a, const Setting& b);

/// A family for settings that share (see share_family). REQUIRES: at least one setting, all valid
/// and sharing.
std::unique_ptr<Family> make_family(const DetectorInfo& info, std::span<const Setting> settings,
                                    const Surroundings& surroundings);

}  // namespace flatline::detect
