#include "scenario/write.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "flatline/base/text.hpp"

namespace flatline::scenario {
namespace {

constexpr std::size_t kWidth = 100;

Node leaf(Kind kind, std::string text) {
  Node node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

/// On one line, with a space after commas and colons.
std::string inline_of(const Node& node) {
  if (node.kind != Kind::object && node.kind != Kind::list) return json_of(node);
  const bool is_object = node.kind == Kind::object;
  std::string out(1, is_object ? '{' : '[');
  for (const Member& member : node.members) {
    if (out.size() > 1) out += ", ";
    if (is_object) out += in_quotes(member.name) + ": ";
    out += inline_of(member.value);
  }
  return out + (is_object ? '}' : ']');
}

/// A list of plain values, filled line by line.
void write_filled(const Node& list, std::size_t indent, std::string& out) {
  const std::string margin(indent + 2, ' ');
  std::string line = margin;
  out += "[\n";
  for (std::size_t i = 0; i < list.members.size(); ++i) {
    std::string item = json_of(list.members[i].value);
    if (i + 1 < list.members.size()) item += ",";
    if (line.size() > margin.size() && line.size() + 1 + item.size() > kWidth) {
      out += line + "\n";
      line = margin;
    }
    line += (line.size() > margin.size() ? " " : "") + item;
  }
  out += line + "\n" + std::string(indent, ' ') + "]";
}

bool is_plain_list(const Node& node) {
  return node.kind == Kind::list &&
         std::all_of(node.members.begin(), node.members.end(), [](const Member& member) {
           return member.value.kind != Kind::list && member.value.kind != Kind::object;
         });
}

/// `used` columns are taken on the line where the value starts, and `indent` on the lines below.
void write(const Node& node, std::size_t indent, std::size_t used, std::string& out) {
  std::string line = inline_of(node);
  if (node.members.empty() || used + line.size() < kWidth) {
    out += line;
    return;
  }
  if (is_plain_list(node)) {
    write_filled(node, indent, out);
    return;
  }
  const bool is_object = node.kind == Kind::object;
  out += is_object ? "{" : "[";
  bool is_first = true;
  for (const Member& member : node.members) {
    out += is_first ? "\n" : ",\n";
    is_first = false;
    const std::string start =
        std::string(indent + 2, ' ') + (is_object ? in_quotes(member.name) + ": " : "");
    out += start;
    write(member.value, indent + 2, start.size(), out);
  }
  out += "\n" + std::string(indent, ' ') + (is_object ? "}" : "]");
}

}  // namespace

Node text_node(std::string_view text) {
  return leaf(Kind::text, std::string(text));
}

Node duration_node(Duration d) {
  return text_node(format_duration(d));
}

Node number_node(double value) {
  FLATLINE_CHECK(std::isfinite(value), "JSON has finite numbers only");
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  FLATLINE_CHECK(error == std::errc(), "a number fits in 64 characters");
  return leaf(Kind::real, {buffer.data(), end});
}

Node count_node(std::int64_t value) {
  return leaf(Kind::integer, std::to_string(value));
}

Node boolean_node(bool value) {
  return leaf(Kind::boolean, value ? "true" : "false");
}

Node list_node(std::vector<Node> items) {
  Node list = leaf(Kind::list, "");
  for (Node& item : items) list.members.push_back({"", 0, std::move(item)});
  return list;
}

Node object_node() {
  return leaf(Kind::object, "");
}

Node& add(Node& parent, std::string_view name, Node value) {
  parent.members.push_back({std::string(name), 0, std::move(value)});
  return parent;
}

Node setting_node(std::string_view text) {
  auto parsed = parse_node(text, "");
  return parsed ? std::move(parsed).value() : text_node(text);
}

std::string pretty(const Node& node) {
  std::string out;
  write(node, 0, 0, out);
  return out + "\n";
}

}  // namespace flatline::scenario
