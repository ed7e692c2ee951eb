#include "decimal.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace flatline::trace {
namespace {

constexpr std::array<std::pair<std::string_view, Unit>, 4> kUnits{
    {{"ns", {0}}, {"us", {3}}, {"ms", {6}}, {"s", {9}}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

// The exponent of "e-5" (the part after the letter), limited to +-1'000'000, which decides as well
// as any larger one: lines are shorter than that.
std::optional<int> read_exponent(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = std::min(value * 10 + (c - '0'), 100'000'000);
  }
  return negative ? -value : value;
}

// The digits of a number without its point, sign and leading zeros, and where its point stands.
struct Digits {
  std::string_view text;   // digits and at most one point
  std::int64_t whole = 0;  // digits of `text` before the point of the value; may be < 0
};

// Rounds to a whole number; nothing if it does not fit. The sign comes later: the range is
// symmetric but for one value, and 2^63 is asked for by `negative`.
std::optional<std::uint64_t> round_digits(const Digits& digits, bool negative, bool& rounded) {
  const std::uint64_t most =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
  if (digits.whole > 19) return std::nullopt;
  unsigned __int128 value = 0;
  std::int64_t index = 0;
  int first_after = 0;      // the first digit after the point
  bool more_after = false;  // whether a later one is not zero
  for (const char c : digits.text) {
    if (c == '.') continue;
    const int digit = c - '0';
    if (index < digits.whole) {
      value = value * 10 + static_cast<unsigned>(digit);
    } else if (index == digits.whole) {
      first_after = digit;
    } else if (digit != 0) {
      more_after = true;
    }
    ++index;
  }
  for (; index < digits.whole; ++index) value *= 10;
  rounded = first_after != 0 || more_after;
  if (first_after > 5 || (first_after == 5 && (more_after || (value & 1) != 0))) ++value;
  if (value > most) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

}  // namespace

std::optional<Unit> unit_of(std::string_view name) {
  for (const auto& [known, unit] : kUnits) {
    if (known == name) return unit;
  }
  return std::nullopt;
}

std::string_view name_of(Unit unit) {
  for (const auto& [name, known] : kUnits) {
    if (known == unit) return name;
  }
  return "";
}

std::optional<Unit> unit_suffix(std::string_view column) {
  const auto underscore = column.find_last_of('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  return unit_of(column.substr(underscore + 1));
}

Decimal read_decimal(std::string_view text, Unit unit) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  for (const std::string_view word : {"nan", "inf", "infinity"}) {
    if (is_word(text, word)) return {DecimalStatus::not_finite, 0};
  }
  std::size_t length = 0;
  std::size_t count = 0;
  std::int64_t before_point = -1;
  for (; length < text.size(); ++length) {
    if (is_digit(text[length])) {
      ++count;
    } else if (text[length] == '.' && before_point < 0) {
      before_point = static_cast<std::int64_t>(count);
    } else {
      break;
    }
  }
  if (count == 0) return {};
  std::int64_t exponent = 0;
  if (length < text.size()) {
    if (lower(text[length]) != 'e') return {};
    const std::optional<int> read = read_exponent(text.substr(length + 1));
    if (!read) return {};
    exponent = *read;
  }
  Digits digits{text.substr(0, length),
                before_point < 0 ? static_cast<std::int64_t>(count) : before_point};
  digits.whole += exponent + unit.power;
  while (!digits.text.empty() && (digits.text.front() == '0' || digits.text.front() == '.')) {
    if (digits.text.front() == '0') --digits.whole;
    digits.text.remove_prefix(1);
  }
  if (digits.text.empty()) return {DecimalStatus::good, 0};
  bool rounded = false;
  const std::optional<std::uint64_t> ns = round_digits(digits, negative, rounded);
  if (!ns) return {DecimalStatus::too_large, 0};
  // In unsigned arithmetic the most negative value is well defined.
  return {DecimalStatus::good, static_cast<std::int64_t>(negative ? 0 - *ns : *ns), rounded};
}

NumberWithUnit split_unit(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && is_letter(text[end - 1])) --end;
  if (end == 0 || (!is_digit(text[end - 1]) && text[end - 1] != '.')) return {text, {}};
  return {text.substr(0, end), text.substr(end)};
}

std::string rounded_problem(std::string_view text) {
  return "\"" + shown(text) + "\" is no whole number of nanoseconds";
}

std::string decimal_problem(std::string_view text, DecimalStatus status) {
  const std::string field = "\"" + shown(text) + "\" ";
  switch (status) {
    case DecimalStatus::not_finite:
      return field + "is not a finite number";
    case DecimalStatus::too_large:
      return field + "is too large for 64 bits of nanoseconds";
    default:
      return field + "is not a number";
  }
}

std::string shown(std::string_view text) {
  std::string out(text.substr(0, 40));
  for (char& c : out) {
    if (c < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > 40 ? out + "..." : out;
}

}  // namespace flatline::trace
