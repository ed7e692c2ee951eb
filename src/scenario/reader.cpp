#include "scenario/reader.hpp"

#include <algorithm>

#include "flatline/base/text.hpp"

namespace flatline::scenario {
namespace {

const char* const kDurationText = "a duration with a unit, such as \"3s\"";

std::string expectation(const Key& key) {
  switch (key.takes) {
    case Takes::text:
      return "a text in quotes";
    case Takes::boolean:
      return "true or false";
    case Takes::duration:
      return kDurationText;
    case Takes::duration_or_auto:
      return "a duration such as \"30s\", or \"auto\"";
    case Takes::ratio:
      return "a number from 0 to 1";
    case Takes::number:
      return "a number";
    case Takes::count:
      return "a whole number";
    case Takes::word:
      return list_of(words_of(key));
    case Takes::node:
      return "the name of a node";
    case Takes::nodes:
      return "the name of a group or node, or a list of them";
    case Takes::law:
      return "a duration or a distribution";
    case Takes::loss:
      return "a number from 0 to 1, gilbert_elliott or alternating";
    case Takes::scalar:
      return "a duration or a number";
    case Takes::object:
    case Takes::groups:
    case Takes::places:
    case Takes::axes:
      return "an object";
    case Takes::list:
    case Takes::laws:
      break;
  }
  return "a list";
}

}  // namespace

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += in_quotes(words[i]);
  }
  return out;
}

Problem Context::placed(const Node& node, int line, std::string pointer) const {
  Problem problem;
  problem.file = node.origin ? *node.origin : document_.file();
  problem.line = node.origin ? 0 : line;
  problem.pointer = std::move(pointer);
  return problem;
}

void Context::add(const Spot& spot, std::string message, std::string expected,
                  std::string suggestion) {
  Problem problem = placed(*spot.node, spot.node->line, spot.pointer);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  problem.suggestion = std::move(suggestion);
  problems_.push_back(std::move(problem));
}

void Context::add(const Spot& spot, const Problem& problem) {
  add(spot, problem.message, problem.expected, problem.suggestion);
}

std::optional<std::string> text_at(Context& context, const Spot& spot) {
  if (spot.node->kind == Kind::text) return spot.node->text;
  context.add(spot, describe(*spot.node) + " is not a text", "a text in quotes");
  return std::nullopt;
}

std::optional<Duration> duration_at(Context& context, const Spot& spot, bool above_zero) {
  if (spot.node->is_number()) {
    context.add(spot, describe(*spot.node) + " has no unit", kDurationText);
    return std::nullopt;
  }
  if (spot.node->kind != Kind::text) {
    context.add(spot, describe(*spot.node) + " is not a duration", kDurationText);
    return std::nullopt;
  }
  const auto parsed = parse_duration(spot.node->text);
  if (!parsed) {
    context.add(spot, parsed.problems().front());
    return std::nullopt;
  }
  if (above_zero && parsed.value().ns == 0) {
    context.add(spot, in_quotes(spot.node->text) + " is zero", "a duration above 0s");
    return std::nullopt;
  }
  return parsed.value();
}

std::optional<double> number_at(Context& context, const Spot& spot) {
  if (!spot.node->is_number()) {
    context.add(spot, describe(*spot.node) + " is not a number", "a number without quotes");
    return std::nullopt;
  }
  const auto parsed = parse_number(spot.node->text);
  if (parsed) return parsed.value();
  context.add(spot, parsed.problems().front());
  return std::nullopt;
}

std::optional<std::int64_t> count_at(Context& context, const Spot& spot, std::int64_t min,
                                     std::int64_t max) {
  const std::string expected =
      "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  if (spot.node->kind == Kind::real) {
    context.add(spot, describe(*spot.node) + " is not a whole number", expected);
    return std::nullopt;
  }
  if (spot.node->kind != Kind::integer) {
    context.add(spot, describe(*spot.node) + " is not a number", expected);
    return std::nullopt;
  }
  const auto parsed = parse_count(spot.node->text);
  if (!parsed || parsed.value() < min || parsed.value() > max) {
    const bool is_small = spot.node->text.front() == '-' || (parsed && parsed.value() < min);
    context.add(spot, describe(*spot.node) + " is too " + (is_small ? "small" : "large"), expected);
    return std::nullopt;
  }
  return parsed.value();
}

std::optional<std::size_t> word_at(Context& context, const Spot& spot,
                                   const std::vector<std::string>& words) {
  if (spot.node->kind == Kind::text) {
    const auto found = std::find(words.begin(), words.end(), spot.node->text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    context.add(spot, "unknown word " + describe(*spot.node), list_of(words),
                nearest_name(spot.node->text, words));
    return std::nullopt;
  }
  context.add(spot, describe(*spot.node) + " is not a word", list_of(words));
  return std::nullopt;
}

bool is_list(Context& context, const Spot& spot, std::size_t least) {
  if (spot.node->kind != Kind::list) {
    context.add(spot, describe(*spot.node) + " is not a list", "a list in brackets");
    return false;
  }
  if (spot.node->members.size() < least) {
    context.add(spot, "the list is empty", "at least one entry");
    return false;
  }
  return true;
}

Fields::Fields(Context& context, const Spot& spot, std::string shape)
    : context_(context), spot_(spot), shape_(std::move(shape)) {
  if (!spot.node) return;
  const auto known = key_names(shape_);
  if (spot.node->kind != Kind::object) {
    context.add(spot, describe(*spot.node) + " is not an object", "an object in braces");
    return;
  }
  valid_ = true;
  for (const Member& member : spot.node->members) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    Problem problem = context.placed(member.value, member.line, child(spot.pointer, member.name));
    problem.message = "unknown key " + in_quotes(member.name);
    problem.suggestion = nearest_name(member.name, known);
    if (problem.suggestion.empty()) problem.expected = list_of(known);
    context.add(std::move(problem));
    all_known_ = false;
  }
}

Spot Fields::get(std::string_view key) {
  if (context_.session().asked != nullptr) context_.session().asked->emplace(shape_, key);
  if (!valid_) return {};
  if (const Node* found = spot_.node->find(key)) return {found, child(spot_.pointer, key)};
  const Key* entry = find_key(shape_, key);
  if (entry != nullptr && entry->required) missing(key, expectation(*entry));
  return {};
}

void Fields::missing(std::string_view key, std::string expected) {
  context_.add(spot_, "missing key " + in_quotes(key), std::move(expected));
}

std::optional<std::string> Fields::text(std::string_view key) {
  const Spot spot = get(key);
  return spot ? text_at(context_, spot) : std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view key) {
  const Spot spot = get(key);
  if (!spot) return std::nullopt;
  if (spot.node->kind == Kind::boolean) return spot.node->text == "true";
  context_.add(spot, describe(*spot.node) + " is neither true nor false", "true or false");
  return std::nullopt;
}

std::optional<Duration> Fields::duration(std::string_view key) {
  const Spot spot = get(key);
  const Key* entry = find_key(shape_, key);
  return spot ? duration_at(context_, spot, entry->above_min) : std::nullopt;
}

std::optional<double> Fields::number(std::string_view key) {
  const Spot spot = get(key);
  if (!spot) return std::nullopt;
  const Key* entry = find_key(shape_, key);
  const auto value = number_at(context_, spot);
  if (!value) return std::nullopt;
  const bool is_low = *value < entry->min || (entry->above_min && *value <= entry->min);
  if (!is_low && (entry->max == 0 || *value <= entry->max)) return value;
  std::string expected = "a number " + std::string(entry->above_min ? "above " : "from ") +
                         format_number(entry->min) + (entry->max == 0 ? " on" : "");
  if (entry->above_min) expected = "a number above " + format_number(entry->min);
  if (entry->max != 0) expected += " to " + format_number(entry->max);
  context_.add(spot, describe(*spot.node) + " is too " + (is_low ? "small" : "large"), expected);
  return std::nullopt;
}

std::optional<std::int64_t> Fields::count(std::string_view key) {
  const Spot spot = get(key);
  if (!spot) return std::nullopt;
  const Key* entry = find_key(shape_, key);
  const std::int64_t max =
      entry->max == 0 ? Duration::max().ns : static_cast<std::int64_t>(entry->max);
  return count_at(context_, spot, static_cast<std::int64_t>(entry->min), max);
}

std::optional<std::size_t> Fields::word(std::string_view key) {
  const Spot spot = get(key);
  return spot ? word_at(context_, spot, words_of(*find_key(shape_, key))) : std::nullopt;
}

}  // namespace flatline::scenario
