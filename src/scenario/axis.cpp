#include "scenario/axis.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "flatline/base/text.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {
namespace {

constexpr std::int64_t kMostDigits = 17;

Problem bad(std::string message, std::string expected) {
  Problem problem;
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

/// A value of an axis: `units` times 10^-scale, or nanoseconds. Exact, so that steps of 0.1 stay
/// tenths.
struct Quantity {
  bool is_duration = false;
  __int128 units = 0;
  int scale = 0;
};

__int128 power_of_ten(int exponent) {
  __int128 out = 1;
  for (int i = 0; i < exponent; ++i) out *= 10;
  return out;
}

std::optional<Quantity> read_decimal(std::string_view text) {
  Quantity out;
  const bool is_negative = !text.empty() && text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  int exponent = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    std::string_view digits = text.substr(mark + 1);
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    text = text.substr(0, mark);
  }
  std::int64_t count = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || ++count > kMostDigits) return std::nullopt;
    out.units = out.units * 10 + (c - '0');
    if (point) ++out.scale;
  }
  if (count == 0 || exponent < -kMostDigits || exponent > kMostDigits) return std::nullopt;
  out.scale -= exponent;
  if (out.scale < 0) {
    if (count - out.scale > kMostDigits) return std::nullopt;
    out.units *= power_of_ten(-out.scale);
    out.scale = 0;
  }
  if (out.scale > kMostDigits) return std::nullopt;
  if (is_negative) out.units = -out.units;
  return out;
}

Result<Quantity> read_quantity(const std::string& text) {
  if (parse_number(text)) {
    if (const auto decimal = read_decimal(text)) return *decimal;
    return bad("the number " + text + " has too many digits for an axis", "at most 17 digits");
  }
  const auto duration = parse_duration(text);
  if (!duration) return duration.problems();
  Quantity out;
  out.is_duration = true;
  out.units = duration.value().ns;
  return out;
}

std::string digits_of(__int128 value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value > 0);
  return out;
}

std::string write(const Quantity& quantity) {
  if (quantity.is_duration)
    return format_duration(Duration{static_cast<std::int64_t>(quantity.units)});
  const bool is_negative = quantity.units < 0;
  std::string digits = digits_of(is_negative ? -quantity.units : quantity.units);
  if (quantity.scale > 0) {
    const auto scale = static_cast<std::size_t>(quantity.scale);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, ".");
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  return (is_negative ? "-" : "") + digits;
}

double as_double(const Quantity& quantity) {
  return static_cast<double>(quantity.units) / static_cast<double>(power_of_ten(quantity.scale));
}

std::string shortest(double value) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 64 characters");
  return {buffer.data(), end};
}

Result<std::vector<std::string>> by_step(const Range& range, Quantity from, Quantity to,
                                         bool whole) {
  const auto read = read_quantity(range.step);
  if (!read) return read.problems();
  Quantity step = read.value();
  if (step.is_duration != from.is_duration) {
    return bad("the step " + in_quotes(range.step) + " is of another kind than the ends",
               from.is_duration ? "a duration" : "a number");
  }
  if (step.units <= 0) return bad("the step is " + range.step, "a step above 0");
  const int scale = std::max({from.scale, to.scale, step.scale});
  for (Quantity* quantity : {&from, &to, &step}) {
    quantity->units *= power_of_ten(scale - quantity->scale);
    quantity->scale = scale;
  }
  const __int128 count = (to.units - from.units) / step.units + 1;
  if (count > kMostAxisValues) {
    return bad("the axis has " + digits_of(count) + " values",
               "at most " + std::to_string(kMostAxisValues));
  }
  std::vector<std::string> values;
  for (__int128 i = 0; i < count; ++i) {
    Quantity value = from;
    value.units += i * step.units;
    std::string text = write(value);
    if (whole && text.find('.') != std::string::npos) {
      return bad("the axis has the value " + text + ", and its parameter is a whole number",
                 "a whole step");
    }
    values.push_back(std::move(text));
  }
  return values;
}

/// The value at `i` of `last`, spaced evenly or geometrically, as a number.
double between(const Quantity& from, const Quantity& to, const Range& range, std::int64_t i) {
  const std::int64_t last = range.points - 1;
  if (range.log) {
    const double share = static_cast<double>(i) / static_cast<double>(last);
    return four_digits(geometric_between(as_double(from), as_double(to), share));
  }
  const double a = as_double(from);
  return a + (as_double(to) - a) * static_cast<double>(i) / static_cast<double>(last);
}

Result<std::vector<std::string>> by_points(const Range& range, const Quantity& from,
                                           const Quantity& to, bool whole) {
  if (range.points < 2 || range.points > kMostAxisValues) {
    return bad("the axis has " + std::to_string(range.points) + " points",
               "from 2 to " + std::to_string(kMostAxisValues));
  }
  if (range.log && from.units <= 0) {
    return bad("a log scale starts at " + range.from, "a start above 0");
  }
  std::vector<std::string> values{write(from)};
  double previous = as_double(from);
  const double end = as_double(to);
  for (std::int64_t i = 1; i + 1 < range.points; ++i) {
    double value = between(from, to, range, i);
    if (from.is_duration || whole) value = std::nearbyint(value);
    // Twelve digits hide the last rounding of the division.
    if (!range.log && !from.is_duration && !whole)
      value = parse_number(format_number(value, 12)).value();
    if (value <= previous || value >= end) continue;
    previous = value;
    if (from.is_duration || whole) {
      values.push_back(write({from.is_duration, static_cast<__int128>(value), 0}));
    } else {
      values.push_back(shortest(value));
    }
  }
  if (end > as_double(from)) values.push_back(write(to));
  return values;
}

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && (i == 0 || text[i - 1] != '\\')) in_text = !in_text;
    if (!in_text && (c == '{' || c == '[')) ++depth;
    if (!in_text && (c == '}' || c == ']')) --depth;
    if (c == mark && depth == 0 && !in_text) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

double geometric_between(double a, double b, double share) {
  constexpr double kLn2 = 0.693147180559945309417232;
  const auto log = [](double x) {
    int exponent = 0;
    const double m = std::frexp(x, &exponent);  // [0.5, 1)
    const double z = (m - 0.75) / (m + 0.75);   // ln(m / 0.75) = 2 artanh(z), |z| <= 0.2
    double sum = 0;
    double power = z;
    for (int k = 1; k < 30; k += 2) {
      sum += power / k;
      power *= z * z;
    }
    constexpr double kLn075 = -0.287682072451780927439219;
    return 2 * sum + kLn075 + exponent * kLn2;
  };
  const double low = log(a);
  const double y = low + share * (log(b) - low);
  const double whole = std::floor(y / kLn2 + 0.5);
  const double rest = y - whole * kLn2;
  double sum = 1;
  double term = 1;
  for (int k = 1; k < 25; ++k) {
    term *= rest / k;
    sum += term;
  }
  return std::ldexp(sum, static_cast<int>(whole));
}

double four_digits(double value) {
  return parse_number(format_number(value, 4)).value();
}

Result<std::vector<std::string>> expand(const Range& range, bool whole) {
  const auto from = read_quantity(range.from);
  if (!from) return from.problems();
  const auto to = read_quantity(range.to);
  if (!to) return to.problems();
  if (from.value().is_duration != to.value().is_duration) {
    return bad(in_quotes(range.from) + " and " + in_quotes(range.to) + " are not of one kind",
               "two durations or two numbers");
  }
  const int scale = std::max(from.value().scale, to.value().scale);
  const auto scaled = [&](const Quantity& q) { return q.units * power_of_ten(scale - q.scale); };
  if (scaled(from.value()) > scaled(to.value())) {
    return bad("the axis runs from " + range.from + " down to " + range.to,
               "the smaller end first");
  }
  if (!range.step.empty()) return by_step(range, from.value(), to.value(), whole);
  return by_points(range, from.value(), to.value(), whole);
}

Result<AxisText> read_axis_text(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
    return bad(in_quotes(text) + " is not an axis",
               "NAME=a,b,c or NAME=from:to:step or NAME=log:from:to:points");
  }
  AxisText axis;
  axis.name = std::string(text.substr(0, equals));
  const std::string_view rest = text.substr(equals + 1);
  const auto parts = split(rest, ':');
  if (parts.size() == 1) {
    axis.values = split(rest, ',');
    for (const std::string& value : axis.values) {
      if (value.empty())
        return bad("the axis " + in_quotes(axis.name) + " has an empty value",
                   "a value between commas");
    }
    return axis;
  }
  if (parts.size() == 3) {
    axis.range = {parts[0], parts[1], parts[2], 0, false};
    return axis;
  }
  const bool is_log = parts[0] == "log";
  if (parts.size() != 4 || (!is_log && parts[0] != "linear")) {
    return bad(in_quotes(rest) + " is not a range",
               "from:to:step, log:from:to:points or linear:from:to:points");
  }
  const auto points = parse_count(parts[3]);
  if (!points) return points.problems();
  axis.range = {parts[1], parts[2], "", points.value(), is_log};
  return axis;
}

}  // namespace flatline::scenario
