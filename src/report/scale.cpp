#include "scale.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/check.hpp"
#include "units.hpp"

namespace flatline::report {
namespace {

// A step of 1, 2 or 5 times a power of ten, as mantissa and exponent: multiples stay exact in
// decimal.
struct Step {
  int mantissa;
  int exponent;
  [[nodiscard]] double times(double k) const {
    const double whole = k * mantissa;
    return exponent >= 0 ? whole * std::pow(10.0, exponent) : whole / std::pow(10.0, -exponent);
  }
};

Step round_step(double rough) {
  int exponent = static_cast<int>(std::floor(std::log10(rough)));
  const double share = rough / std::pow(10.0, exponent);
  if (share <= 1.0001) return {1, exponent};
  if (share <= 2.0001) return {2, exponent};
  if (share <= 5.0001) return {5, exponent};
  return {1, exponent + 1};
}

std::string scaled_seconds(double seconds) {
  if (seconds == 0) return "0 s";
  const double size = std::fabs(seconds);
  // Ticks stay in seconds up to a day: a row of "2 min, 5 min, 16.7 min" is harder to read.
  if (size >= 1) return plain_number(seconds) + " s";
  if (size >= 1e-3) return plain_number(seconds * 1e3) + " ms";
  if (size >= 1e-6) return plain_number(seconds * 1e6) + " us";
  return plain_number(seconds * 1e9) + " ns";
}

}  // namespace

std::string tick_label(double value, TickText text) {
  switch (text) {
    case TickText::seconds:
      return scaled_seconds(value);
    case TickText::percent:
      return plain_number(value * 100) + " %";
    case TickText::number:
      break;
  }
  return plain_number(value);
}

std::vector<double> linear_ticks(double lo, double hi, int target) {
  FLATLINE_CHECK(lo < hi && target >= 1, "an axis has a length");
  const Step step = round_step((hi - lo) / target);
  std::vector<double> out;
  const double slack = (hi - lo) * 1e-9;
  for (double k = std::ceil((lo - slack) / step.times(1)); step.times(k) <= hi + slack; k += 1) {
    out.push_back(step.times(k));
  }
  return out;
}

std::vector<Tick> log_ticks(double lo, double hi, TickText text) {
  FLATLINE_CHECK(lo > 0 && lo < hi, "a logarithmic axis is positive");
  std::vector<Tick> out;
  const double decades = std::log10(hi / lo);
  if (decades < 1) {
    for (const double v : linear_ticks(lo, hi, 6)) out.push_back({v, tick_label(v, text)});
    return out;
  }
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 9)));
  const int first = static_cast<int>(std::floor(std::log10(lo)));
  const int last = static_cast<int>(std::ceil(std::log10(hi)));
  for (int e = first; e <= last; ++e) {
    for (int m = 1; m <= 9; ++m) {
      const double v = Step{m, e}.times(1);
      if (v < lo * (1 - 1e-9) || v > hi * (1 + 1e-9)) continue;
      const bool decade = m == 1 && ((e % every) + every) % every == 0;
      const bool between = (m == 2 || m == 5) && decades <= 2.5;
      if (!decade && !between && decades > 6) continue;
      out.push_back({v, decade || between ? tick_label(v, text) : std::string()});
    }
  }
  return out;
}

Scale::Scale(bool logarithmic, double lo, double hi, double from, double to)
    : logarithmic_(logarithmic), lo_(lo), hi_(hi), from_(from), to_(to) {
  FLATLINE_CHECK(lo < hi && (!logarithmic || lo > 0), "an axis has a length");
}

double Scale::at(double value) const {
  const double inside = std::clamp(value, lo_, hi_);
  const double share =
      logarithmic_ ? std::log(inside / lo_) / std::log(hi_ / lo_) : (inside - lo_) / (hi_ - lo_);
  return from_ + share * (to_ - from_);
}

std::vector<Tick> Scale::ticks(TickText text) const {
  if (logarithmic_) return log_ticks(lo_, hi_, text);
  std::vector<Tick> out;
  for (const double v : linear_ticks(lo_, hi_, 7)) out.push_back({v, tick_label(v, text)});
  return out;
}

Scale log_scale_over(const std::vector<double>& values, double from, double to) {
  double lo = 0;
  double hi = 0;
  for (const double v : values) {
    if (!(v > 0) || std::isinf(v)) continue;
    lo = lo == 0 ? v : std::min(lo, v);
    hi = std::max(hi, v);
  }
  if (lo == 0) return {true, 0.1, 10, from, to};
  // At least a third of a decade, so that one lone point is not drawn on an axis without length.
  const double room = std::max(std::pow(hi / lo, 0.05), 1.08);
  lo /= room;
  hi *= room;
  const double widen = std::sqrt(std::max(1.0, 2.0 / (hi / lo)));
  return {true, lo / widen, hi * widen, from, to};
}

}  // namespace flatline::report
