#include "units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"

namespace flatline::report {
namespace {

constexpr std::array<TimeUnit, 7> kUnits{{{"d", 86400.0},
                                          {"h", 3600.0},
                                          {"min", 60.0},
                                          {"s", 1.0},
                                          {"ms", 1e-3},
                                          {"us", 1e-6},
                                          {"ns", 1e-9}}};

// Digits after the point that leave `significant` digits of `value`.
int decimals_for(double value, int significant) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const int magnitude = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  return std::max(0, significant - 1 - magnitude);
}

// Two digits of the interval's width, yet three to five of the mean.
int decimals_of_interval(const Estimate& e) {
  const int least = decimals_for(e.mean, 3);
  if (!e.has_lo() || !e.has_hi() || e.hi <= e.lo) return least;
  const int width = decimals_for(e.hi - e.lo, 2);
  return std::clamp(width, least, std::max(least, decimals_for(e.mean, 5)));
}

std::string with_commas(std::string digits) {
  std::size_t end = digits.find('.');
  if (end == std::string::npos) end = digits.size();
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = end; at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

// "1.2e-7" from 1.2e-07.
std::string short_exponent(const std::string& text) {
  const std::size_t at = text.find('e');
  if (at == std::string::npos) return text;
  const bool negative = text[at + 1] == '-';
  std::size_t digits = at + 2;
  while (digits + 1 < text.size() && text[digits] == '0') ++digits;
  return text.substr(0, at) + (negative ? "e-" : "e") + text.substr(digits);
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// The half of an interval that an estimate without a mean still has.
std::string one_sided(const Estimate& e, std::string (*write)(double)) {
  if (e.has_hi()) return "< " + write(e.hi);
  if (e.has_lo()) return "> " + write(e.lo);
  return "-";
}

}  // namespace

TimeUnit time_unit(double seconds) {
  const double size = std::fabs(seconds);
  if (size == 0) return kUnits[3];
  for (const TimeUnit& unit : kUnits) {
    const double least = unit.seconds >= 60 ? 2 : 1;
    // The margin keeps 0.9999996 s, which prints as 1.00, out of "1000 ms".
    if (size >= least * unit.seconds * (1 - 1e-6)) return unit;
  }
  return kUnits.back();
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 400> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, decimals);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 400 characters");
  std::string text(buffer.data(), end);
  // "-0.00" is not a number that anyone writes.
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string plain_number(double value) {
  if (std::isnan(value)) return "-";
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e9)) return short_exponent(format_number(value, 2));
  if (size >= 1000) return with_commas(fixed(value, 0));
  return without_trailing_zeros(fixed(value, decimals_for(value, 3)));
}

std::string short_number(double value) {
  const double size = std::fabs(value);
  if (std::isnan(value) || size == 0 || size >= 0.01) return plain_number(value);
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific, 1);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 64 characters");
  return short_exponent({buffer.data(), end});
}

std::string readable_time(double seconds) {
  if (std::isnan(seconds)) return "-";
  if (std::isinf(seconds)) return "never";
  const TimeUnit unit = time_unit(seconds);
  const double value = seconds / unit.seconds;
  return with_commas(without_trailing_zeros(fixed(value, decimals_for(value, 3)))) + " " +
         std::string(unit.name);
}

std::string exact_time(double seconds, int digits) {
  if (std::isnan(seconds)) return "-";
  const TimeUnit unit = time_unit(seconds);
  return format_number(seconds / unit.seconds, digits) + " " + std::string(unit.name);
}

std::string readable_time(const Estimate& e) {
  if (!e.has_mean()) return one_sided(e, [](double v) { return readable_time(v); });
  if (!e.has_lo() || !e.has_hi()) return readable_time(e.mean);
  const TimeUnit unit = time_unit(e.mean);
  const Estimate scaled{e.mean / unit.seconds, e.lo / unit.seconds, e.hi / unit.seconds};
  const int decimals = decimals_of_interval(scaled);
  return fixed(scaled.mean, decimals) + " " + std::string(unit.name) + " [" +
         fixed(scaled.lo, decimals) + ", " + fixed(scaled.hi, decimals) + "]";
}

std::string readable_number(const Estimate& e) {
  if (!e.has_mean()) return one_sided(e, plain_number);
  if (!e.has_lo() || !e.has_hi()) return plain_number(e.mean);
  const double size = std::fabs(e.mean);
  if (size != 0 && size < 1e-4) {
    return plain_number(e.mean) + " [" + plain_number(e.lo) + ", " + plain_number(e.hi) + "]";
  }
  const int decimals = decimals_of_interval(e);
  return with_commas(fixed(e.mean, decimals)) + " [" + with_commas(fixed(e.lo, decimals)) + ", " +
         with_commas(fixed(e.hi, decimals)) + "]";
}

std::string readable_rate(const Estimate& rate, double count) {
  if (count > 0 || (rate.has_mean() && rate.mean > 0)) return readable_number(rate);
  if (rate.has_hi()) return "none seen, < " + plain_number(rate.hi);
  return count == 0 ? "none seen" : "-";
}

std::string readable_share(double share) {
  if (std::isnan(share)) return "-";
  if (share >= 1) return "1";
  if (share < 0.9) return fixed(share, 3);
  // Three digits of what is missing: 0.999923 rather than 1.000.
  return without_trailing_zeros(fixed(share, std::min(12, decimals_for(1 - share, 2))));
}

std::string readable_count(double count) {
  return std::isnan(count) ? "-" : with_commas(fixed(count, 0));
}

}  // namespace flatline::report
