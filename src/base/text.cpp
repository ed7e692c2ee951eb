#include "flatline/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace flatline {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ns;
};

// Largest first: a compound such as "1m30s" must go down this list.
constexpr std::array<Unit, 7> kUnits{{{"d", 86'400'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

Problem bad_duration(std::string_view text, std::string why) {
  Problem problem;
  problem.message = "\"" + std::string(text) + "\" " + std::move(why);
  problem.expected = "a duration with a unit (ns us ms s m h d), such as \"250ms\" or \"1m30s\"";
  return problem;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// One "12.5ms" of a compound. Exact: digits are collected as an integer over a power of ten.
struct Part {
  __int128 numerator = 0;
  __int128 denominator = 1;
  std::size_t length = 0;
  bool too_long = false;
};

Part read_decimal(std::string_view text) {
  Part part;
  bool point = false;
  std::size_t digits = 0;
  for (; part.length < text.size(); ++part.length) {
    const char c = text[part.length];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c)) break;
    ++digits;
    if (digits > 18) {
      part.too_long = true;
      continue;
    }
    part.numerator = part.numerator * 10 + (c - '0');
    if (point) part.denominator *= 10;
  }
  if (digits == 0) part.length = 0;
  return part;
}

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  if (rest.empty()) return bad_duration(text, "is empty");
  if (rest.front() == '-') return bad_duration(text, "is negative");
  const Unit* previous = nullptr;
  __int128 total = 0;
  while (!rest.empty()) {
    const Part part = read_decimal(rest);
    if (part.length == 0) return bad_duration(text, "is not a duration");
    if (part.too_long) return bad_duration(text, "has too many digits");
    rest.remove_prefix(part.length);
    std::size_t end = 0;
    while (end < rest.size() && !is_digit(rest[end]) && rest[end] != '.') ++end;
    if (end == 0) return bad_duration(text, "has no unit");
    const Unit* unit = find_unit(rest.substr(0, end));
    if (unit == nullptr) {
      return bad_duration(text,
                          "has the unknown unit \"" + std::string(rest.substr(0, end)) + "\"");
    }
    if (previous != nullptr && unit->ns >= previous->ns) {
      return bad_duration(text, "must name larger units first, each once");
    }
    previous = unit;
    rest.remove_prefix(end);
    if (part.numerator > part.denominator * kLongestTime.ns) {
      return bad_duration(text, "is longer than 36 years");
    }
    const __int128 scaled = part.numerator * unit->ns;
    if (scaled % part.denominator != 0) {
      return bad_duration(text, "is not a whole number of nanoseconds");
    }
    total += scaled / part.denominator;
    if (total > kLongestTime.ns) return bad_duration(text, "is longer than 36 years");
  }
  return Duration{static_cast<std::int64_t>(total)};
}

std::string format_duration(Duration d) {
  if (d.ns == 0) return "0s";
  std::string out = d.ns < 0 ? "-" : "";
  // Negating in unsigned arithmetic keeps the most negative value well defined.
  std::uint64_t rest =
      d.ns < 0 ? 0 - static_cast<std::uint64_t>(d.ns) : static_cast<std::uint64_t>(d.ns);
  for (const Unit& unit : kUnits) {
    const auto size = static_cast<std::uint64_t>(unit.ns);
    if (rest < size) continue;
    // From a second down one decimal number reads better than a compound: 1.25s, not 1s250ms.
    if (unit.ns <= 1'000'000'000) {
      std::string digits = std::to_string(rest / size);
      std::string fraction = std::to_string(size + rest % size).substr(1);
      while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
      if (unit.ns == 1) fraction.clear();
      out += digits + (fraction.empty() ? "" : "." + fraction) + std::string(unit.name);
      return out;
    }
    out += std::to_string(rest / size) + std::string(unit.name);
    rest %= size;
    if (rest == 0) return out;
  }
  return out;
}

Result<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    Problem problem;
    problem.message = "\"" + std::string(text) + "\" is not a finite number";
    problem.expected = "a number such as 0.05";
    return problem;
  }
  return value;
}

Result<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    Problem problem;
    problem.message = "\"" + std::string(text) + "\" is not a whole number";
    problem.expected = "a whole number from 0 on";
    return problem;
  }
  return value;
}

std::string nearest_name(std::string_view name, std::span<const std::string> known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  std::vector<std::size_t> row;
  for (const std::string& candidate : known) {
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t replace = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string format_number(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::general, digits);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 64 characters");
  return {buffer.data(), end};
}

}  // namespace flatline
