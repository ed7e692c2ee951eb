#include "axis.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/text.hpp"
#include "units.hpp"

namespace flatline::report {
namespace {

constexpr int kTicks = 7;
constexpr double kLargest = 1e140;

bool is_decade(double v) {
  const double e = std::log10(v);
  return std::fabs(e - std::round(e)) < 1e-9;
}

// The decade just beyond `v` (at most 8 % away) if there is one, else `otherwise`.
double near_decade(double v, double otherwise, bool above) {
  const double e = std::log10(v);
  const double decade = std::pow(10.0, above ? std::ceil(e - 1e-9) : std::floor(e + 1e-9));
  return std::fabs(decade / v - 1) < 0.08 ? decade : otherwise;
}

Scale log_axis(double lo, double hi, double from, double to) {
  const bool wide = hi / lo >= 100;
  const double room = std::max(std::pow(hi / lo, 0.03), 1.08);
  // The bounds hold the values even if the decade comes out a rounding error short.
  const double bottom = wide ? std::min(lo, near_decade(lo, lo / room, false)) : lo / room;
  const double top = wide ? std::max(hi, near_decade(hi, hi * room, true)) : hi * room;
  const double widen = std::sqrt(std::max(1.0, 2.0 / (top / bottom)));
  return {true, bottom / widen, top * widen, from, to};
}

// The largest unit of which a linear axis holds many: "2 min, 4 min" reads better than "120 s".
TimeUnit unit_of_axis(double longest) {
  if (longest < 1) return time_unit(longest);
  constexpr double kMany = 10;
  for (const TimeUnit& unit : {TimeUnit{"d", 86400}, TimeUnit{"h", 3600}, TimeUnit{"min", 60}}) {
    if (longest >= kMany * unit.seconds) return unit;
  }
  return {"s", 1};
}

// The first of `ticks` in [from, to], else `otherwise`.
double tick_within(const std::vector<double>& ticks, double from, double to, double otherwise) {
  for (const double tick : ticks) {
    if (tick >= from && tick <= to) return tick;
  }
  return otherwise;
}

Scale linear_axis(bool seconds, double lo, double hi, double from, double to) {
  if (lo > 0 && lo < 0.4 * hi) lo = 0;
  if (hi < 0 && hi > 0.4 * lo) hi = 0;
  // A length that the ticks can divide, also around one lone value.
  const double size = std::max(std::fabs(lo), std::fabs(hi));
  if (size == 0) return {false, 0, 1, from, to};
  const double least = std::max(size * 1e-6, 1e-150);
  if (hi - lo < least) {
    const double half = size > 1e-140 ? size * 0.05 : 0.5;
    return {false, lo - half, hi + half, from, to};
  }
  const double room = (hi - lo) * 0.04;
  const double unit = seconds ? unit_of_axis(size).seconds : 1;
  std::vector<double> ticks = linear_ticks((lo - room) / unit, (hi + room) / unit, kTicks);
  for (double& tick : ticks) tick *= unit;
  const double slack = 1e-9 * (hi - lo);
  const double below = lo == 0 ? lo : tick_within(ticks, lo - room, lo + slack, lo - room);
  const double above = hi == 0 ? hi : tick_within(ticks, hi - slack, hi + room, hi + room);
  const double bottom = std::min(lo, below);
  const double top = std::max(hi, above);
  return {false, bottom, top, from, to};
}

// `value` so that neighbours a `step` apart differ.
std::string number_on_axis(double value, double step, double largest) {
  if (value == 0) return "0";
  const int decimals = static_cast<int>(-std::floor(std::log10(step) + 1e-9));
  if (decimals <= 4 && largest < 1e6) {
    if (decimals <= 0) return readable_count(value);
    return std::fabs(value) < 1000 ? fixed(value, decimals) : format_number(value, 4 + decimals);
  }
  const int digits = static_cast<int>(std::ceil(std::log10(largest / step) + 1e-9)) + 1;
  return digits <= 3 ? plain_number(value) : format_number(value, digits);
}

std::vector<Tick> ticks_of_linear_axis(const ChartAxis& axis, const Scale& scale) {
  const double longest = std::max(std::fabs(scale.lo()), std::fabs(scale.hi()));
  const TimeUnit unit = axis.seconds ? unit_of_axis(longest) : TimeUnit{"", 1};
  const std::vector<double> values =
      linear_ticks(scale.lo() / unit.seconds, scale.hi() / unit.seconds, kTicks);
  const double step = values.size() > 1 ? values[1] - values[0] : 1;
  std::vector<Tick> out;
  for (const double v : values) {
    std::string label = number_on_axis(v, step, longest / unit.seconds);
    if (axis.seconds && v != 0) label += " " + std::string(unit.name);
    out.push_back({v * unit.seconds, std::move(label)});
  }
  return out;
}

}  // namespace

bool can_show(const ChartAxis& axis, double value) {
  if (axis.log) return value >= 1 / kLargest && value <= kLargest;
  return std::fabs(value) <= kLargest;
}

Scale axis_over(const ChartAxis& axis, double lo, double hi, double from, double to) {
  return axis.log ? log_axis(lo, hi, from, to) : linear_axis(axis.seconds, lo, hi, from, to);
}

std::vector<Tick> axis_ticks(const ChartAxis& axis, const Scale& scale) {
  if (!axis.log || scale.hi() / scale.lo() < 10) return ticks_of_linear_axis(axis, scale);
  std::vector<Tick> out =
      log_ticks(scale.lo(), scale.hi(), axis.seconds ? TickText::seconds : TickText::number);
  if (axis.seconds || scale.lo() > 0.5e-3) return out;
  // A column of 0.1, 0.01, 0.001, 0.0001, 1e-5 is read by counting zeros.
  for (Tick& tick : out) {
    if (!tick.label.empty() && tick.value < 0.9e-2 && is_decade(tick.value)) {
      tick.label = "1e" + std::to_string(static_cast<int>(std::round(std::log10(tick.value))));
    }
  }
  return out;
}

}  // namespace flatline::report
