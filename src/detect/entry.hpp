#pragma once
// What each detector's source file contributes to the registry: its row of the table.

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/detect/detector.hpp"
#include "flatline/detect/registry.hpp"

namespace flatline::detect {

/// Lower than any heartbeat's number: for detectors that have seen none.
inline constexpr SeqNo kNoSeq{std::numeric_limits<std::int64_t>::min()};

/// One row of the table of detectors.
struct Entry {
  DetectorInfo info;
  /// Parameters that the estimator does not see: settings that differ only in these share a family.
  std::vector<std::string> outside_estimator;
  std::function<std::unique_ptr<Family>(const DetectorInfo& info, std::span<const Setting> settings,
                                        const Surroundings& surroundings)>
      make;
  /// What is wrong with a setting whose values are right one by one; empty: nothing ever is.
  std::function<std::optional<Problem>(const DetectorInfo& info, const Setting& setting,
                                       const Surroundings& surroundings)>
      check;
};

/// Adds a row to the table (see plugin.hpp for when this may be done). Fails if the name is taken
/// or the table is full.
Result<const DetectorInfo*> add_entry(Entry entry);

/// Largest window that any detector takes: bounds memory (8 MB a channel) and the fixed-point sums.
inline constexpr std::int64_t kLargestWindow = 1'000'000;

/// Largest phi threshold; with kLongestTime it keeps every product of the deadlines inside 127
/// bits.
inline constexpr double kLargestThreshold = 10'000;

/// Reads a setting's values by parameter name.
class SettingReader {
 public:
  SettingReader(const DetectorInfo& info, const Setting& setting)
      : info_(info), setting_(setting) {}

  [[nodiscard]] Duration duration(std::string_view name) const {
    return std::get<Duration>(required(name));
  }
  [[nodiscard]] double number(std::string_view name) const {
    return std::get<double>(required(name));
  }
  [[nodiscard]] std::int64_t count(std::string_view name) const {
    return std::get<std::int64_t>(required(name));
  }
  [[nodiscard]] const std::string& choice(std::string_view name) const {
    return std::get<std::string>(required(name));
  }
  [[nodiscard]] std::optional<Duration> optional_duration(std::string_view name) const {
    const auto& value = find(name);
    if (!value) return std::nullopt;
    return std::get<Duration>(*value);
  }
  [[nodiscard]] std::optional<std::int64_t> optional_count(std::string_view name) const {
    const auto& value = find(name);
    if (!value) return std::nullopt;
    return std::get<std::int64_t>(*value);
  }

 private:
  [[nodiscard]] const std::optional<Value>& find(std::string_view name) const;
  [[nodiscard]] const Value& required(std::string_view name) const;

  const DetectorInfo& info_;
  const Setting& setting_;
};

}  // namespace flatline::detect
