#include "stamps.hpp"

#include <array>

#include "decimal.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kSeconds{9};
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// Days from 1970-01-01 in the Gregorian calendar (Hinnant, days_from_civil).
std::int64_t days_from(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// So many digits off the front.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// The zone behind a time, in seconds east of UTC.
std::int64_t take_zone(std::string_view& text) {
  if (take_char(text, 'Z') || text.size() < 5) return 0;
  const char sign = text.front();
  if (sign != '+' && sign != '-') return 0;
  std::string_view rest = text.substr(1);
  const auto hours = take_digits(rest, 2);
  take_char(rest, ':');
  const auto minutes = hours ? take_digits(rest, 2) : std::nullopt;
  if (!minutes) return 0;
  text = rest;
  return (sign == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

}  // namespace

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_decimal(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  if (length == 0) return {};
  if (length + 1 < text.size() && text[length] == '.' && is_digit(text[length + 1])) {
    ++length;
    while (length < text.size() && is_digit(text[length])) ++length;
  }
  const std::string_view out = text.substr(0, length);
  text.remove_prefix(length);
  return out;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  // Year, month, day, hour, minute; then the seconds.
  static constexpr std::array<std::size_t, 5> kDigits{4, 2, 2, 2, 2};
  static constexpr std::array<char, 5> kBehind{'-', '-', 'T', ':', ':'};
  static constexpr std::array<std::int64_t, 5> kMost{2200, 12, 31, 23, 59};
  std::string_view rest = text;
  std::array<std::int64_t, 5> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = take_digits(rest, kDigits[i]);
    if (!part || *part > kMost[i] || !take_char(rest, kBehind[i])) return std::nullopt;
    parts[i] = *part;
  }
  if (parts[0] < 1970 || parts[1] == 0 || parts[2] == 0) return std::nullopt;
  const Decimal seconds = read_decimal(take_decimal(rest), kSeconds);
  if (seconds.status != DecimalStatus::good || seconds.ns >= 61 * kNsPerSecond) return std::nullopt;
  const std::int64_t whole = days_from(parts[0], parts[1], parts[2]) * 86400 + parts[3] * 3600 +
                             parts[4] * 60 - take_zone(rest);
  text = rest;
  return whole * kNsPerSecond + seconds.ns;
}

}  // namespace flatline::trace
