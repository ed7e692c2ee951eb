// From a plug-in's description to a row of the table of detectors.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "detect/entry.hpp"
#include "detect/plugin_family.hpp"
#include "flatline/detect/plugin.hpp"

namespace flatline::detect {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::uint32_t kMostParameters = 64;

// Keys that stand beside a detector's parameters, or that --set knows.
const std::vector<std::string>& names_of_settings() {
  static const std::vector<std::string> kNames{"label", "dead_after", "check_every", "interval"};
  return kNames;
}

bool contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name(const char* name) {
  if (name == nullptr || name[0] < 'a' || name[0] > 'z') return false;
  const std::string text(name);
  return text.size() <= kLongestName &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

std::string text_or(const char* text, const char* otherwise) {
  return text != nullptr ? text : otherwise;
}

// Reads a description; the first thing that is wrong with it ends the reading.
class Description {
 public:
  Description(const flatline_plugin* plugin, std::string from)
      : given_(plugin), from_(std::move(from)) {}

  // The size and the version before anything else is looked at.
  Result<Plugin> head() {
    if (given_ == nullptr) return wrong("it gives no description");
    if (given_->abi_version != FLATLINE_PLUGIN_ABI) {
      return wrong("it is built for version " + std::to_string(given_->abi_version) +
                       " of the plug-in interface",
                   "version " + std::to_string(FLATLINE_PLUGIN_ABI));
    }
    if (given_->struct_size < sizeof(flatline_plugin)) {
      return wrong("its description has " + std::to_string(given_->struct_size) + " bytes",
                   std::to_string(sizeof(flatline_plugin)) + " or more");
    }
    Plugin plugin;
    plugin.functions = *given_;
    if (!is_name(given_->name)) {
      return wrong("its name \"" + text_or(given_->name, "") + "\" is not a name",
                   "lower-case letters, digits and _, a letter first, at most 64");
    }
    plugin.name = std::string(given_->name) + " (" + from_ + ")";
    if (const char* missing = missing_function())
      return wrong(std::string("it has no function ") + missing);
    return plugin;
  }

  Result<DetectorInfo> info() {
    DetectorInfo info;
    info.name = given_->name;
    info.summary = text_or(given_->summary, "");
    info.source =
        text_or(given_->source, "") + (given_->source != nullptr ? ", " : "") + "plug-in " + from_;
    if ((given_->flags & FLATLINE_STARTS_SUSPECTED) != 0) info.initial = InitialOutput::suspect;
    info.needs_interval = (given_->flags & FLATLINE_NEEDS_INTERVAL) != 0;
    info.needs_sent_at = (given_->flags & FLATLINE_NEEDS_SENT_AT) != 0;
    const std::uint32_t count = given_->parameter_count;
    if (count > kMostParameters)
      return wrong("it has " + std::to_string(count) + " parameters", "at most 64");
    if (count > 0 && given_->parameters == nullptr) return wrong("it does not list its parameters");
    if (count > 0 && given_->parameter_size < sizeof(flatline_parameter)) {
      return wrong("its parameters have " + std::to_string(given_->parameter_size) + " bytes each",
                   std::to_string(sizeof(flatline_parameter)) + " or more");
    }
    // The size is the plug-in's own: a later version of the struct may be longer.
    const char* place = static_cast<const char*>(static_cast<const void*>(given_->parameters));
    for (std::uint32_t i = 0; i < count; ++i, place += given_->parameter_size) {
      flatline_parameter parameter{};
      std::memcpy(&parameter, place, sizeof(parameter));
      auto read = parameter_of(parameter, info);
      if (!read.ok()) return read.problems();
      info.parameters.push_back(std::move(read).value());
    }
    return info;
  }

  [[nodiscard]] Problem wrong(std::string message, std::string expected = {}) const {
    Problem problem;
    problem.message = from_ + ": " + std::move(message);
    problem.expected = std::move(expected);
    return problem;
  }

 private:
  [[nodiscard]] const char* missing_function() const {
    if (given_->create == nullptr) return "create";
    if (given_->clone == nullptr) return "clone";
    if (given_->destroy == nullptr) return "destroy";
    if (given_->observe == nullptr) return "observe";
    if (given_->deadline == nullptr) return "deadline";
    if (given_->suspicion == nullptr) return "suspicion";
    return nullptr;
  }

  Result<ParameterInfo> parameter_of(const flatline_parameter& given, const DetectorInfo& info) {
    if (!is_name(given.name)) {
      return wrong("its parameter \"" + text_or(given.name, "") + "\" is not a name",
                   "lower-case letters, digits and _, a letter first, at most 64");
    }
    ParameterInfo made;
    made.name = given.name;
    const std::string what = "its parameter " + made.name;
    if (contains(names_of_settings(), made.name)) {
      return wrong(what + " has a name that every detector has a setting of", "another name");
    }
    for (const ParameterInfo& other : info.parameters) {
      if (other.name == made.name) return wrong(what + " is listed twice");
    }
    if (given.type < FLATLINE_DURATION || given.type > FLATLINE_CHOICE)
      return wrong(what + " has the type " + std::to_string(given.type), "0, 1, 2 or 3");
    made.type = static_cast<ParameterType>(given.type);
    made.help = text_or(given.help, "");
    made.optional = (given.flags & FLATLINE_OPTIONAL) != 0;
    made.min_exclusive = (given.flags & FLATLINE_MIN_EXCLUSIVE) != 0;
    made.min = given.min;
    made.max = given.max;
    const bool signless = made.type == ParameterType::duration || made.type == ParameterType::count;
    if (!std::isfinite(made.min) || !std::isfinite(made.max) || (signless && made.min < 0) ||
        made.max < 0 || (made.max > 0 && made.max < made.min)) {
      return wrong(what + " has no range of values");
    }
    if (auto problem = add_choices(given, made)) return *std::move(problem);
    if (given.default_value == nullptr) return made;
    auto value = parse_value(made, given.default_value);
    if (!value.ok()) {
      return wrong(what + " has a default that is wrong: " + value.problems().front().message,
                   value.problems().front().expected);
    }
    made.default_value = std::move(value).value();
    return made;
  }

  std::optional<Problem> add_choices(const flatline_parameter& given, ParameterInfo& made) const {
    if (made.type != ParameterType::choice) return std::nullopt;
    for (const char* const* word = given.choices; word != nullptr && *word != nullptr; ++word) {
      if (!is_name(*word)) {
        return wrong("its parameter " + made.name + " has the choice \"" + *word + "\"",
                     "words of lower-case letters, digits and _");
      }
      made.choices.emplace_back(*word);
    }
    if (!made.choices.empty()) return std::nullopt;
    return wrong("its parameter " + made.name + " has no choices");
  }

  const flatline_plugin* given_;
  std::string from_;
};

// {"timeout":3000000000,"restart_on":"any"}: names and words need no escapes.
std::string json_of(const DetectorInfo& info, const Setting& setting) {
  std::string text;
  for (std::size_t i = 0; i < setting.size(); ++i) {
    if (!setting[i]) continue;
    const auto* duration = std::get_if<Duration>(&*setting[i]);
    std::string value =
        duration != nullptr ? std::to_string(duration->ns) : format_value(*setting[i]);
    if (std::holds_alternative<std::string>(*setting[i])) value = '"' + value + '"';
    text += (text.empty() ? "\"" : ",\"") + info.parameters[i].name + "\":" + value;
  }
  return "{" + text + "}";
}

Entry entry_for(const std::shared_ptr<const Plugin>& plugin, DetectorInfo info) {
  Entry entry;
  entry.info = std::move(info);
  entry.make = [plugin](const DetectorInfo& of, std::span<const Setting> settings,
                        const Surroundings& surroundings) -> std::unique_ptr<Family> {
    auto order = std::make_shared<const PluginOrder>(
        PluginOrder{plugin, json_of(of, settings.front()), surroundings});
    return std::make_unique<PluginFamily>(std::move(order), settings.size());
  };
  entry.check = [plugin](const DetectorInfo& of, const Setting& setting,
                         const Surroundings& surroundings) -> std::optional<Problem> {
    const PluginOrder order{plugin, json_of(of, setting), surroundings};
    std::string error;
    if (create_detector(order, error) != nullptr) return std::nullopt;
    Problem problem;
    problem.message = "plug-in " + plugin->name + " refuses these parameters: " + error;
    return problem;
  };
  return entry;
}

}  // namespace

Result<const DetectorInfo*> add_plugin(const flatline_plugin* plugin, const std::string& from,
                                       std::span<const std::string> reserved) {
  Description description(plugin, from);
  auto head = description.head();
  if (!head.ok()) return head.problems();
  auto info = description.info();
  if (!info.ok()) return info.problems();
  const std::string name = info.value().name;
  if (contains(names_of_settings(), name) || contains(reserved, name)) {
    return description.wrong("scenarios have another meaning for its name \"" + name + "\"",
                             "another name");
  }
  auto added = add_entry(
      entry_for(std::make_shared<const Plugin>(std::move(head).value()), std::move(info).value()));
  if (!added.ok()) return description.wrong(added.problems().front().message, "another name");
  return added;
}

}  // namespace flatline::detect
