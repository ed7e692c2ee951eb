#pragma once
// Comparison with a value as it was printed: it must agree to half a unit of the last digit shown.

#include <cmath>
#include <cstdlib>
#include <string>

namespace flatline::oracle {

/// Half a unit of the last digit of `text` ("1.50e-3" -> 5e-6).
inline double half_unit(const std::string& text) {
  const std::size_t exponent_at = text.find('e');
  const std::string digits = text.substr(0, exponent_at);
  int power = exponent_at == std::string::npos ? 0 : std::atoi(text.c_str() + exponent_at + 1);
  const std::size_t point = digits.find('.');
  if (point != std::string::npos) power -= static_cast<int>(digits.size() - point - 1);
  return 0.5 * std::pow(10.0, power);
}

/// A part in 1e4 of the half unit is left for values that end in a 5 one digit further.
inline bool agrees(double value, const std::string& printed) {
  return std::abs(value - std::strtod(printed.c_str(), nullptr)) <= 1.0001 * half_unit(printed);
}

}  // namespace flatline::oracle

/// Checks that `value` rounds to the digits of the string literal `printed`.
#define CHECK_PRINTED(value, printed)                                  \
  do {                                                                 \
    const double printed_value = (value);                              \
    INFO(#value " = " << printed_value << ", expected " << (printed)); \
    CHECK(::flatline::oracle::agrees(printed_value, printed));         \
  } while (false)
