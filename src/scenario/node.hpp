#pragma once
// One JSON value of a scenario file, and JSON pointers into a tree of them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/scenario/document.hpp"

namespace flatline::scenario {

enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, object };

struct Member;

/// A value as written: numbers keep their text, so that no digit is lost before their type is
/// known.
struct Node {
  Kind kind = Kind::null;
  int line = 0;
  std::string text;             ///< A text's characters, a number's digits, "true" or "false".
  std::vector<Member> members;  ///< Of an object in file order, or of a list (names empty).
  std::shared_ptr<const std::string>
      origin;  ///< Who wrote it, if it is not from the file: "--set".

  [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
  /// The member of that name, or nullptr.
  [[nodiscard]] const Node* find(std::string_view name) const;
  [[nodiscard]] Node* find(std::string_view name);
};

struct Member {
  std::string name;
  int line = 0;
  Node value;
};

/// Parses one JSON value with comments; `file` names it in problems. All limits of Document::parse
/// hold.
Result<Node> parse_node(std::string_view text, const std::string& file);

/// "the number 5", "\"abc\"", "a list": a value as a problem names it.
std::string describe(const Node& node);

/// The value as compact JSON.
std::string json_of(const Node& node);

/// The value as --set would write it: plain text where that is not mistaken for JSON, else JSON.
std::string setting_of(const Node& node);

/// The text in double quotes, escaped for JSON.
std::string in_quotes(std::string_view text);

/// `pointer` with one more segment, escaped.
std::string child(std::string_view pointer, std::string_view segment);
std::string child(std::string_view pointer, std::size_t index);

/// The segments of a JSON pointer, unescaped; nothing if it is not one or is empty.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

/// A list index as a pointer writes it, if `segment` is one.
std::optional<std::size_t> index_of(std::string_view segment);

}  // namespace flatline::scenario
