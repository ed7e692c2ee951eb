#include "flatline/detect/registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "detect/akka.hpp"
#include "detect/bertier.hpp"
#include "detect/cassandra.hpp"
#include "detect/chitchat.hpp"
#include "detect/ed.hpp"
#include "detect/election_timer.hpp"
#include "detect/entry.hpp"
#include "detect/fixed_timeout.hpp"
#include "detect/hazelcast.hpp"
#include "detect/health_check.hpp"
#include "detect/kappa.hpp"
#include "detect/nfd_e.hpp"
#include "detect/nfd_s.hpp"
#include "detect/nfd_u.hpp"
#include "detect/phi_exponential.hpp"
#include "detect/phi_logistic.hpp"
#include "detect/phi_normal.hpp"
#include "detect/satzger_histogram.hpp"
#include "detect/session.hpp"
#include "detect/sfd.hpp"
#include "detect/two_window.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"

namespace flatline::detect {
namespace {

/// The rows, and their public halves side by side, as detectors() hands them out.
struct Table {
  std::vector<Entry> entries;
  std::vector<DetectorInfo> infos;
};

/// Room for plug-ins: what detectors() hands out stays where it is.
constexpr std::size_t kMostAdded = 64;

Table& table() {
  static Table the_table = [] {
    Table made;
    // One a line, in the order in which they are listed.
    made.entries = {
        fixed_timeout_entry(),      //
        missed_beats_entry(),       //
        nfd_s_entry(),              //
        nfd_u_entry(),              //
        nfd_e_entry(),              //
        bertier_entry(),            //
        two_window_entry(),         //
        sfd_entry(),                //
        phi_normal_entry(),         //
        phi_exponential_entry(),    //
        phi_logistic_entry(),       //
        ed_entry(),                 //
        satzger_histogram_entry(),  //
        kappa_entry(),              //
        akka_entry(),               //
        akka_deadline_entry(),      //
        cassandra_entry(),          //
        hazelcast_entry(),          //
        chitchat_entry(),           //
        session_entry(),            //
        election_timer_entry(),     //
        health_check_entry(),       //
    };
    made.infos.reserve(made.entries.size() + kMostAdded);
    for (const Entry& entry : made.entries) made.infos.push_back(entry.info);
    return made;
  }();
  return the_table;
}

const Entry& entry_of(const DetectorInfo& info) {
  const auto& entries = table().entries;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.info.name == info.name; });
  FLATLINE_CHECK(found != entries.end(), "the detector is one of detectors()");
  return *found;
}

std::string kind_text(const ParameterInfo& parameter) {
  switch (parameter.type) {
    case ParameterType::duration:
      return "a duration";
    case ParameterType::number:
      return "a number";
    case ParameterType::count:
      return "a whole number";
    case ParameterType::choice:
      break;
  }
  return "a word";
}

/// A limit in the parameter's own unit.
std::string limit_text(const ParameterInfo& parameter, double limit) {
  if (parameter.type != ParameterType::duration) return format_number(limit);
  return format_duration(Duration{std::llround(limit * 1e9)});
}

/// "a duration above 0s", "a whole number from 1 to 1000000", "\"any\" or \"newest\"".
std::string expectation(const ParameterInfo& parameter) {
  if (parameter.type == ParameterType::choice) {
    std::string out;
    for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
      if (i > 0) out += i + 1 == parameter.choices.size() ? " or " : ", ";
      out += "\"" + parameter.choices[i] + "\"";
    }
    return out;
  }
  std::string out = kind_text(parameter);
  if (parameter.min_exclusive) {
    out += " above " + limit_text(parameter, parameter.min);
    if (parameter.max > 0) out += " and at most " + limit_text(parameter, parameter.max);
    return out;
  }
  out += " from " + limit_text(parameter, parameter.min);
  out += parameter.max > 0 ? " to " + limit_text(parameter, parameter.max) : " on";
  return out;
}

Problem bad_value(const ParameterInfo& parameter, std::string message) {
  Problem problem;
  problem.message = std::move(message);
  problem.expected = expectation(parameter);
  return problem;
}

bool has_type(ParameterType type, const Value& value) {
  switch (type) {
    case ParameterType::duration:
      return std::holds_alternative<Duration>(value);
    case ParameterType::number:
      return std::holds_alternative<double>(value);
    case ParameterType::count:
      return std::holds_alternative<std::int64_t>(value);
    case ParameterType::choice:
      return std::holds_alternative<std::string>(value);
  }
  return false;
}

/// Seconds, or the number itself. REQUIRES: not a choice.
double magnitude(const Value& value) {
  if (const auto* d = std::get_if<Duration>(&value)) return d->seconds();
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  return std::get<double>(value);
}

std::optional<Problem> check_choice(const ParameterInfo& parameter, const std::string& word) {
  const auto& choices = parameter.choices;
  if (std::find(choices.begin(), choices.end(), word) != choices.end()) return std::nullopt;
  Problem problem = bad_value(parameter, "unknown " + parameter.name + " \"" + word + "\"");
  problem.suggestion = nearest_name(word, choices);
  return problem;
}

}  // namespace

const std::optional<Value>& SettingReader::find(std::string_view name) const {
  FLATLINE_CHECK(setting_.size() == info_.parameters.size(), "a setting has a place per parameter");
  for (std::size_t i = 0; i < setting_.size(); ++i) {
    if (info_.parameters[i].name == name) return setting_[i];
  }
  FLATLINE_CHECK(false, "a detector reads only parameters that it lists");
  return setting_.front();
}

const Value& SettingReader::required(std::string_view name) const {
  const auto& value = find(name);
  FLATLINE_CHECK(value.has_value(), "a parameter that is not optional has a value");
  return *value;
}

std::span<const DetectorInfo> detectors() {
  return table().infos;
}

const DetectorInfo* find_detector(std::string_view name) {
  for (const DetectorInfo& info : table().infos) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

bool has_level(const DetectorInfo& info, const Setting& setting) {
  if (!info.has_level || info.level_with.empty()) return info.has_level;
  const std::size_t equals = info.level_with.find('=');
  return SettingReader(info, setting).choice(info.level_with.substr(0, equals)) ==
         info.level_with.substr(equals + 1);
}

Result<const DetectorInfo*> add_entry(Entry entry) {
  Table& all = table();
  Problem problem;
  if (find_detector(entry.info.name) != nullptr) {
    problem.message = "there is a detector \"" + entry.info.name + "\" already";
    return problem;
  }
  if (all.infos.size() == all.infos.capacity()) {
    problem.message = "there is room for " + std::to_string(kMostAdded) + " more detectors only";
    return problem;
  }
  all.infos.push_back(entry.info);
  all.entries.push_back(std::move(entry));
  return &all.infos.back();
}

std::optional<Problem> check_value(const ParameterInfo& parameter, const Value& value) {
  const std::string shown = parameter.name + " is " + format_value(value);
  if (!has_type(parameter.type, value)) {
    return bad_value(parameter, shown + ", not " + kind_text(parameter));
  }
  if (parameter.type == ParameterType::choice) {
    return check_choice(parameter, std::get<std::string>(value));
  }
  const double size = magnitude(value);
  if (!std::isfinite(size)) return bad_value(parameter, shown + ", not a finite number");
  if (size < parameter.min || (parameter.min_exclusive && size <= parameter.min)) {
    return bad_value(parameter, shown + ", too small");
  }
  if (parameter.max > 0 && size > parameter.max) return bad_value(parameter, shown + ", too large");
  if (parameter.type == ParameterType::duration && std::get<Duration>(value) > kLongestTime) {
    return bad_value(parameter, shown + ", longer than 36 years");
  }
  return std::nullopt;
}

Result<Value> parse_value(const ParameterInfo& parameter, std::string_view text) {
  Value value;
  switch (parameter.type) {
    case ParameterType::duration: {
      const auto parsed = parse_duration(text);
      if (!parsed) return parsed.problems();
      value = parsed.value();
      break;
    }
    case ParameterType::number: {
      const auto parsed = parse_number(text);
      if (!parsed) return parsed.problems();
      value = parsed.value();
      break;
    }
    case ParameterType::count: {
      const auto parsed = parse_count(text);
      if (!parsed) return parsed.problems();
      value = parsed.value();
      break;
    }
    case ParameterType::choice:
      value = std::string(text);
      break;
  }
  if (auto problem = check_value(parameter, value)) return *std::move(problem);
  return value;
}

std::string format_value(const Value& value) {
  if (const auto* d = std::get_if<Duration>(&value)) return format_duration(*d);
  if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  const double number = std::get<double>(value);
  if (!std::isfinite(number)) return format_number(number);
  // The shortest digits that read back as the same double.
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 32 characters");
  return {buffer.data(), end};
}

Result<Setting> read_setting(
    const DetectorInfo& info,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  Setting setting;
  std::vector<std::string> names;
  for (const ParameterInfo& parameter : info.parameters) {
    setting.push_back(parameter.default_value);
    names.push_back(parameter.name);
  }
  Problems problems;
  const auto add = [&](std::string_view name, Problem problem) {
    problem.pointer = info.name + "." + std::string(name);
    problems.push_back(std::move(problem));
  };
  std::vector<bool> tried(names.size());
  for (const auto& [name, text] : values) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      Problem problem;
      problem.message = "unknown parameter";
      problem.suggestion = nearest_name(name, names);
      add(name, std::move(problem));
      continue;
    }
    const auto i = static_cast<std::size_t>(found - names.begin());
    tried[i] = true;
    auto value = parse_value(info.parameters[i], text);
    if (value.ok()) {
      setting[i] = std::move(value).value();
    } else {
      add(name, value.problems().front());
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (setting[i] || tried[i] || info.parameters[i].optional) continue;
    Problem problem;
    problem.message = "a value is missing";
    problem.expected = expectation(info.parameters[i]);
    add(names[i], std::move(problem));
  }
  if (!problems.empty()) return problems;
  return setting;
}

bool share_family(const DetectorInfo& info, const Setting& a, const Setting& b) {
  const Entry& entry = entry_of(info);
  const std::size_t size = info.parameters.size();
  FLATLINE_CHECK(a.size() == size && b.size() == size, "a setting has a place per parameter");
  for (std::size_t i = 0; i < size; ++i) {
    const auto& outside = entry.outside_estimator;
    const bool is_outside =
        std::find(outside.begin(), outside.end(), info.parameters[i].name) != outside.end();
    if (!is_outside && a[i] != b[i]) return false;
  }
  return true;
}

std::optional<Problem> check_setting(const DetectorInfo& info, const Setting& setting,
                                     const Surroundings& surroundings) {
  const Entry& entry = entry_of(info);
  if (!entry.check) return std::nullopt;
  return entry.check(entry.info, setting, surroundings);
}

std::unique_ptr<Family> make_family(const DetectorInfo& info, std::span<const Setting> settings,
                                    const Surroundings& surroundings) {
  FLATLINE_CHECK(!settings.empty(), "a family has at least one setting");
  const Entry& entry = entry_of(info);
  for (const Setting& setting : settings) {
    FLATLINE_CHECK(share_family(info, settings.front(), setting), "a family's settings share");
  }
  FLATLINE_CHECK(!info.needs_interval || surroundings.heartbeat_interval.ns > 0,
                 "this detector needs the heartbeat interval");
  return entry.make(entry.info, settings, surroundings);
}

}  // namespace flatline::detect
