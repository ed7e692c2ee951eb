// Explanations as plain text, Markdown and JSON.

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/explain.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

using detect::DetectorInfo;
using detect::ParameterInfo;
using detect::ParameterType;
using Json = nlohmann::ordered_json;

constexpr std::size_t kWidth = 100;

// To the millisecond from 1 s on, to the microsecond below.
std::string readable(Duration d) {
  const Duration step = d >= seconds(1) ? milliseconds(1) : microseconds(1);
  return format_duration({(d.ns + step.ns / 2) / step.ns * step.ns});
}

std::string silence_text(const Silence& silence) {
  if (silence.never) return "never";
  const std::string mean = readable(silence.mean);
  const std::string least = readable(silence.least);
  const std::string most = readable(silence.most);
  return least == most ? mean : mean + " (" + least + " to " + most + ")";
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string traits_text(const DetectorInfo& info) {
  std::string out =
      info.has_level
          ? (info.level_with.empty() ? "Has a level." : "Has a level with " + info.level_with + ".")
          : "Has no level, only a deadline.";
  out += info.initial == detect::InitialOutput::suspect
             ? " Suspects before the first heartbeat."
             : " Says nothing before the first heartbeat.";
  if (info.needs_interval) out += " Needs the sender's interval.";
  if (info.needs_sent_at) out += " Needs the sender's time stamps.";
  if (info.needs_draws) out += " Draws at random.";
  if (info.resolution > nanoseconds(1))
    out += " Reads its clock in steps of " + format_duration(info.resolution) + ".";
  return out;
}

std::string parameter_head(const ParameterInfo& parameter) {
  std::string out = kind_text(parameter);
  const std::string range = range_text(parameter);
  if (!range.empty()) out += (parameter.type == ParameterType::choice ? ": " : " ") + range;
  const std::string otherwise = default_text(parameter);
  return out + (parameter.default_value ? "; default " : "; ") + otherwise;
}

std::string link_sentence(const Link& link) {
  return "Measured with the detector itself on a simulated link: " + link.text +
         ". The silence counts from the last arrival: mean, and least to most where it varies.";
}

void print_plain(const Explanation& explained, const Link& link) {
  const DetectorInfo& info = *explained.info;
  std::cout << info.name << "\n\n" << wrapped(info.summary, 0);
  if (!info.notes.empty()) std::cout << wrapped(info.notes, 0);
  std::cout << wrapped(traits_text(info), 0) << wrapped("Source: " + info.source, 0)
            << "\nParameters\n";
  for (const ParameterInfo& parameter : info.parameters) {
    std::cout << "  " << parameter.name << " (" << parameter_head(parameter) << ")\n"
              << wrapped(parameter.help, 6);
  }
  std::cout << "\nIn time\n" << wrapped(link_sentence(link), 2);
  if (!explained.setting.empty()) std::cout << wrapped("Setting: " + explained.setting, 2);
  std::size_t width = 0;
  for (const Meaning& meaning : explained.meanings)
    width = std::max(width, meaning.setting.size() + 2);
  for (const Meaning& meaning : explained.meanings) {
    std::cout << "  " << (meaning.given ? "* " : "  ") << padded(meaning.setting, width)
              << "suspects after " << silence_text(meaning.silence) << "\n";
  }
  for (const Namesakes& group : explained.namesakes) {
    std::cout << "\nBeside others, on the same link\n" << wrapped(group.about, 2);
    std::size_t name = 0;
    std::size_t setting = 0;
    for (const Namesake& member : group.members) {
      name = std::max(name, member.detector.size() + 2);
      setting = std::max(setting, member.setting.size() + 2);
    }
    for (const Namesake& member : group.members) {
      std::cout << "  " << (member.detector == info.name ? "* " : "  ")
                << padded(member.detector, name) << padded(member.setting, setting)
                << silence_text(member.silence) << "\n";
    }
  }
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

void print_markdown(const Explanation& explained) {
  const DetectorInfo& info = *explained.info;
  std::cout << "\n## " << info.name << "\n\n" << wrapped(info.summary, 0);
  if (!info.notes.empty()) std::cout << wrapped(info.notes, 0);
  std::cout << wrapped(traits_text(info), 0) << "\n" << wrapped("Source: " + info.source + ".", 0);
  std::cout << "\n| parameter | value | meaning |\n|---|---|---|\n";
  for (const ParameterInfo& parameter : info.parameters) {
    std::cout << "| `" << parameter.name << "` | " << cell(parameter_head(parameter)) << " | "
              << cell(parameter.help) << " |\n";
  }
  if (!explained.setting.empty())
    std::cout << "\n" << wrapped("With " + explained.setting + ":", 0);
  std::cout << "\n| setting | suspects after a silence of |\n|---|---|\n";
  for (const Meaning& meaning : explained.meanings) {
    const std::string mark = meaning.given ? "**" : "";
    std::cout << "| " << mark << meaning.setting << mark << " | " << silence_text(meaning.silence)
              << " |\n";
  }
}

void print_groups_as_markdown(const std::vector<Explanation>& explanations) {
  std::cout << "\n## Namesakes\n";
  std::vector<std::string> done;
  for (const Explanation& explained : explanations) {
    for (const Namesakes& group : explained.namesakes) {
      if (std::find(done.begin(), done.end(), group.about) != done.end()) continue;
      done.push_back(group.about);
      std::cout << "\n" << wrapped(group.about, 0);
      std::cout << "\n| detector | setting | suspects after a silence of |\n|---|---|---|\n";
      for (const Namesake& member : group.members) {
        std::cout << "| `" << member.detector << "` | " << member.setting << " | "
                  << silence_text(member.silence) << " |\n";
      }
    }
  }
}

void print_all_as_markdown(const std::vector<Explanation>& explanations, const Link& link) {
  std::cout
      << "# Detectors\n\n"
         "Every detector with its parameters, and what they mean in time. This page is what\n"
         "`flatline explain detectors --format markdown` prints; a test keeps it so. For "
         "another link use\n"
         "`flatline explain detector NAME --interval 5s --jitter 100ms`, or `--scenario FILE`."
         "\n\n"
      << wrapped(link_sentence(link), 0)
      << wrapped("Bold is the default, or what stands above the table.", 0);
  print_groups_as_markdown(explanations);
  for (const Explanation& explained : explanations) print_markdown(explained);
}

Json silence_json(const Silence& silence) {
  if (silence.never) return nullptr;
  // Division rounds once, so that 3 s is 3.
  const auto seconds_of = [](Duration d) { return static_cast<double>(d.ns) / 1e9; };
  return {{"mean_s", seconds_of(silence.mean)},
          {"least_s", seconds_of(silence.least)},
          {"most_s", seconds_of(silence.most)}};
}

Json parameter_json(const ParameterInfo& parameter) {
  Json out{{"name", parameter.name}, {"type", kind_text(parameter)}};
  out["unit"] = parameter.type == ParameterType::duration ? Json("s") : Json(nullptr);
  out["default"] = parameter.default_value ? Json(detect::format_value(*parameter.default_value))
                                           : Json(nullptr);
  out["required"] = !parameter.default_value && !parameter.optional;
  if (parameter.type == ParameterType::choice) {
    out["choices"] = parameter.choices;
  } else {
    out["min"] = parameter.min;
    out["min_exclusive"] = parameter.min_exclusive;
    out["max"] = parameter.max > 0 ? Json(parameter.max) : Json(nullptr);
  }
  out["help"] = parameter.help;
  return out;
}

Json detector_json(const DetectorInfo& info) {
  return {{"name", info.name}, {"summary", info.summary}, {"source", info.source}};
}

Json explanation_json(const Explanation& explained, const Link& link) {
  const DetectorInfo& info = *explained.info;
  Json out = detector_json(info);
  out["notes"] = info.notes;
  out["has_level"] = info.has_level;
  out["level_with"] = info.level_with.empty() ? Json(nullptr) : Json(info.level_with);
  out["suspects_before_first_heartbeat"] = info.initial == detect::InitialOutput::suspect;
  out["needs_interval"] = info.needs_interval;
  out["needs_sent_at"] = info.needs_sent_at;
  out["resolution_s"] = static_cast<double>(info.resolution.ns) / 1e9;
  out["parameters"] = Json::array();
  for (const ParameterInfo& parameter : info.parameters)
    out["parameters"].push_back(parameter_json(parameter));
  out["link"] = {{"text", link.text}, {"interval_s", static_cast<double>(link.interval.ns) / 1e9}};
  out["setting"] = explained.setting;
  out["silence"] = Json::array();
  for (const Meaning& meaning : explained.meanings) {
    out["silence"].push_back({{"setting", meaning.setting},
                              {"given", meaning.given},
                              {"silence", silence_json(meaning.silence)}});
  }
  out["namesakes"] = Json::array();
  for (const Namesakes& group : explained.namesakes) {
    Json members = Json::array();
    for (const Namesake& member : group.members) {
      members.push_back({{"detector", member.detector},
                         {"setting", member.setting},
                         {"silence", silence_json(member.silence)}});
    }
    out["namesakes"].push_back({{"about", group.about}, {"members", std::move(members)}});
  }
  return out;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::string line;
  std::size_t at = 0;
  const std::string space(indent, ' ');
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) {
      out += space + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return line.empty() ? out : out + space + line + "\n";
}

std::string kind_text(const ParameterInfo& parameter) {
  switch (parameter.type) {
    case ParameterType::duration:
      return "duration";
    case ParameterType::number:
      return "number";
    case ParameterType::count:
      return "whole number";
    case ParameterType::choice:
      break;
  }
  return "word";
}

std::string range_text(const ParameterInfo& parameter) {
  if (parameter.type == ParameterType::choice) {
    std::string out;
    for (const std::string& choice : parameter.choices) out += (out.empty() ? "" : " | ") + choice;
    return out;
  }
  const std::string unit = parameter.type == ParameterType::duration ? " s" : "";
  std::string out = (parameter.min_exclusive ? "> " : ">= ") + format_number(parameter.min) + unit;
  if (parameter.max > 0) out += ", at most " + format_number(parameter.max) + unit;
  return out;
}

std::string default_text(const ParameterInfo& parameter) {
  if (parameter.default_value) return detect::format_value(*parameter.default_value);
  return parameter.optional ? "optional" : "required";
}

void print_explanations(const std::vector<Explanation>& explanations, const Link& link,
                        const std::string& format) {
  if (format == "json") {
    Json all = Json::array();
    for (const Explanation& explained : explanations)
      all.push_back(explanation_json(explained, link));
    std::cout << (all.size() == 1 ? all.front() : all).dump(2) << "\n";
  } else if (format == "markdown") {
    print_all_as_markdown(explanations, link);
  } else {
    for (std::size_t i = 0; i < explanations.size(); ++i) {
      if (i > 0) std::cout << "\n" << std::string(kWidth, '-') << "\n\n";
      print_plain(explanations[i], link);
    }
  }
}

void print_detectors(const std::string& format) {
  if (format == "json") {
    Json all = Json::array();
    for (const DetectorInfo& info : detect::detectors()) all.push_back(detector_json(info));
    std::cout << all.dump(2) << "\n";
    return;
  }
  std::size_t width = 0;
  for (const DetectorInfo& info : detect::detectors())
    width = std::max(width, info.name.size() + 2);
  for (const DetectorInfo& info : detect::detectors()) {
    std::string text = wrapped(info.summary, width) + wrapped("Source: " + info.source, width);
    std::cout << text.replace(0, info.name.size(), info.name);
  }
  std::cout << "\nflatline explain detector NAME tells parameters and what they mean in time.\n";
}

}  // namespace flatline::cli
