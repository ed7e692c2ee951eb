#pragma once
// A scenario file as text made tree: JSON with comments, every value knowing its line, duplicate
// keys and deep nesting refused. Settings (--set, sweep axes) are written into the tree before it
// is read as a Scenario.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::scenario {

struct Node;  // one JSON value; defined in src/scenario

/// An immutable parsed document; copies share the tree.
class Document {
 public:
  /// Parses `text`; `file` names it in problems. Nesting is limited to 64 levels, size to 64 MiB.
  static Result<Document> parse(std::string_view text, std::string file);

  /// A copy with the value at JSON pointer `pointer` replaced (or, in an object that exists,
  /// added). `value` is JSON if it parses as JSON ("8", "0.05", "{...}"), else a string ("3s").
  /// Problems name `source` ("--set").
  [[nodiscard]] Result<Document> with(std::string_view pointer, std::string_view value,
                                      const std::string& source) const;

  /// A copy without the member at `pointer`; the same if there is none.
  [[nodiscard]] Document without(std::string_view pointer) const;

  /// Every place that `name` addresses: a JSON pointer ("/watch/push/interval"), a label and
  /// parameter
  /// ("3x.timeout"), or a short name: every detector that has such a parameter ("threshold"), else
  /// every place of the world that has the key ("interval", "loss", "duration"). Parameters left at
  /// their default count as places. Nothing found is a problem that names the nearest known name.
  [[nodiscard]] Result<std::vector<std::string>> places(std::string_view name) const;

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const Node& root() const { return *root_; }

 private:
  std::string file_;
  std::shared_ptr<const Node> root_;
};

}  // namespace flatline::scenario
