#pragma once
// Rows of the tables of parameters, in one expression each.

#include <string>
#include <utility>
#include <vector>

#include "flatline/detect/registry.hpp"

namespace flatline::detect {

/// A parameter under construction: Parameter::duration("timeout", "...").above(0).by_default(...).
class Parameter {
 public:
  static Parameter duration(std::string name, std::string help) {
    return {ParameterType::duration, std::move(name), std::move(help)};
  }
  static Parameter number(std::string name, std::string help) {
    return {ParameterType::number, std::move(name), std::move(help)};
  }
  static Parameter count(std::string name, std::string help) {
    return {ParameterType::count, std::move(name), std::move(help)};
  }
  static Parameter choice(std::string name, std::vector<std::string> words, std::string help) {
    Parameter parameter(ParameterType::choice, std::move(name), std::move(help));
    parameter.info_.choices = std::move(words);
    return parameter;
  }

  /// Limits, in seconds for durations.
  Parameter&& above(double limit) && {
    info_.min = limit;
    info_.min_exclusive = true;
    return std::move(*this);
  }
  Parameter&& from(double limit) && {
    info_.min = limit;
    return std::move(*this);
  }
  Parameter&& to(double limit) && {
    info_.max = limit;
    return std::move(*this);
  }
  Parameter&& by_default(Value value) && {
    info_.default_value = std::move(value);
    return std::move(*this);
  }
  Parameter&& may_be_absent() && {
    info_.optional = true;
    return std::move(*this);
  }

  // Implicit, so that a table of parameters is a list of these.
  operator ParameterInfo() && { return std::move(info_); }  // NOLINT(google-explicit-constructor)

 private:
  Parameter(ParameterType type, std::string name, std::string help) {
    info_.name = std::move(name);
    info_.type = type;
    info_.help = std::move(help);
  }

  ParameterInfo info_;
};

/// The names of all parameters: for detectors that keep a whole state per setting, so that any
/// settings can share a family.
inline std::vector<std::string> names_of(const std::vector<ParameterInfo>& parameters) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const ParameterInfo& parameter : parameters) names.push_back(parameter.name);
  return names;
}

}  // namespace flatline::detect
