#pragma once
// Small scenarios to break, and the one place where a problem should be.

#include <string>
#include <string_view>

#include "flatline/scenario/scenario.hpp"
#include "support/catch.hpp"

namespace flatline::scenario::test {

/// A recorded law without a file.
inline ReadOptions with_durations() {
  ReadOptions options;
  options.read_matrix = [](const std::string& path) -> Result<Matrix> {
    if (path == "folder/two.tsv") return Matrix{{0.5, 80}, {81, 1}};
    if (path == "folder/three.tsv") return Matrix{{0, 1, 2}, {3, 0, 4}, {5, 6, 0}};
    if (path == "folder/negative.tsv") return Matrix{{0, 1}, {-1, 0}};
    if (path == "folder/ragged.tsv") return Matrix{{0, 1}, {1}};
    Problem problem;
    problem.file = path;
    problem.line = 2;
    problem.pointer = "column 3";
    problem.message = "\"x\" is not a finite number";
    return problem;
  };
  options.read_durations = [](const std::string& path) -> Result<std::vector<std::int64_t>> {
    if (path.find("missing") == std::string::npos)
      return std::vector<std::int64_t>{1'000'000, 3'000'000};
    Problem problem;
    problem.file = path;
    problem.message = "no such file";
    return problem;
  };
  return options;
}

inline Result<Scenario> read(std::string_view text) {
  const auto document = Document::parse(text, "test.json");
  if (!document) return document.problems();
  return read_scenario(document.value(), "folder", with_durations());
}

inline Document document_of(std::string_view text) {
  auto document = Document::parse(text, "test.json");
  if (!document) INFO(text_of(document.problems()));
  REQUIRE(document.ok());
  return std::move(document).value();
}

inline Scenario scenario_of(std::string_view text) {
  auto scenario = read(text);
  INFO((scenario.ok() ? std::string() : text_of(scenario.problems())));
  REQUIRE(scenario.ok());
  return std::move(scenario).value();
}

inline Problems problems_of(std::string_view text) {
  const auto scenario = read(text);
  REQUIRE_FALSE(scenario.ok());
  return scenario.problems();
}

/// The document's value at a pointer replaced, as --set does.
inline std::string const kSmall = R"({
  "name": "small",
  "nodes": {"worker": 3, "monitor": 1},
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s"}},
  "detectors": [{"fixed_timeout": {"timeout": "3s"}}],
  "duration": "1h"
}
)";

/// kSmall with one more member at its end, on line 7.
inline std::string with_member(const std::string& member) {
  std::string text = kSmall;
  const auto end = text.rfind("\n}");
  return text.substr(0, end) + ",\n  " + member + "\n}\n";
}

/// kSmall with one part of its text replaced.
inline std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kSmall;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// Exactly one problem, there, with these words in its message.
inline void check_one(const std::string& text, int line, const std::string& pointer,
                      const std::string& words, const std::string& suggestion = "") {
  const Problems problems = problems_of(text);
  INFO(text_of(problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].file == "test.json");
  CHECK(problems[0].line == line);
  CHECK(problems[0].pointer == pointer);
  CHECK(problems[0].message.find(words) != std::string::npos);
  CHECK(problems[0].suggestion == suggestion);
}

}  // namespace flatline::scenario::test
