#include "scenario/node.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace flatline::scenario {

const Node* Node::find(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view name) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(name));
}

std::string describe(const Node& node) {
  constexpr std::size_t kShown = 60;
  switch (node.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return node.text;
    case Kind::integer:
    case Kind::real:
      return "the number " + node.text;
    case Kind::text:
      return node.text.size() > kShown ? "a text of " + std::to_string(node.text.size()) + " bytes"
                                       : in_quotes(node.text);
    case Kind::list:
      return "a list";
    case Kind::object:
      break;
  }
  return "an object";
}

std::string in_quotes(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_of(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
    case Kind::integer:
    case Kind::real:
      return node.text;
    case Kind::text:
      return in_quotes(node.text);
    case Kind::list:
    case Kind::object:
      break;
  }
  const bool is_object = node.kind == Kind::object;
  std::string out(1, is_object ? '{' : '[');
  for (const Member& member : node.members) {
    if (out.size() > 1) out += ",";
    if (is_object) out += in_quotes(member.name) + ":";
    out += json_of(member.value);
  }
  return out + (is_object ? '}' : ']');
}

std::string setting_of(const Node& node) {
  if (node.kind != Kind::text) return json_of(node);
  return parse_node(node.text, "") ? in_quotes(node.text) : node.text;
}

std::string child(std::string_view pointer, std::string_view segment) {
  std::string out(pointer);
  out += '/';
  for (const char c : segment) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string child(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  if (pointer.empty() || pointer.front() != '/') return std::nullopt;
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      segments.emplace_back();
    } else if (c == '~') {
      const char escaped = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
      if (escaped != '0' && escaped != '1') return std::nullopt;
      segments.back() += escaped == '0' ? '~' : '/';
      ++i;
    } else {
      segments.back() += c;
    }
  }
  return segments;
}

std::optional<std::size_t> index_of(std::string_view segment) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
  if (error != std::errc() || end != segment.data() + segment.size()) return std::nullopt;
  if (segment.size() > 1 && segment.front() == '0') return std::nullopt;
  return index;
}

}  // namespace flatline::scenario
