#pragma once
// Time stamps in front of a log's lines.

#include <cstdint>
#include <optional>
#include <string_view>

namespace flatline::trace {

bool is_digit(char c);

/// Takes the digits, with a point and more digits or without, off the front of `text`; empty if
/// there are none.
std::string_view take_decimal(std::string_view& text);

/// Takes "2024-01-01T00:00:00.123+0100" off the front; nanoseconds from 1970 on (UTC). The part
/// behind the point and the zone ("Z" or hours and minutes) may be missing.
std::optional<std::int64_t> take_date(std::string_view& text);

}  // namespace flatline::trace
