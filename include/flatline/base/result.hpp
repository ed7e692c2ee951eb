#pragma once
// Bad input is a value: a list of every problem found, each saying where it is, what stands there
// and what was expected. Nothing is thrown for bad input and nothing is printed here.

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "flatline/base/check.hpp"

namespace flatline {

/// One thing that is wrong with an input.
struct Problem {
  std::string file;  ///< File or source ("--set"); empty if the input has no name.
  int line = 0;      ///< 1-based line; 0 if it has none.
  std::string
      pointer;  ///< JSON pointer ("/detectors/0/fixed_timeout/timeout"), or column name of a trace.
  std::string
      message;  ///< What is wrong, one sentence without a full stop: "unknown key \"timeot\"".
  std::string expected;    ///< What would be right: "a duration such as \"3s\""; may be empty.
  std::string suggestion;  ///< The nearest valid name; may be empty.

  /// One line: `file:line: /pointer: message; expected ...; did you mean "..."?`
  [[nodiscard]] std::string text() const;
};

using Problems = std::vector<Problem>;

/// Every problem on a line of its own, in order.
std::string text_of(const Problems& problems);

/// Either a value or at least one problem.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT: a value converts to its result
  Result(Problems problems) : state_(std::move(problems)) {  // NOLINT
    FLATLINE_CHECK(!std::get<Problems>(state_).empty(), "a failed result names its problems");
  }
  Result(Problem problem) : state_(Problems{std::move(problem)}) {}  // NOLINT

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// REQUIRES: ok().
  [[nodiscard]] T& value() & {
    FLATLINE_CHECK(ok(), "value() of a failed result");
    return std::get<T>(state_);
  }
  [[nodiscard]] const T& value() const& {
    FLATLINE_CHECK(ok(), "value() of a failed result");
    return std::get<T>(state_);
  }
  [[nodiscard]] T&& value() && {
    FLATLINE_CHECK(ok(), "value() of a failed result");
    return std::get<T>(std::move(state_));
  }
  /// REQUIRES: !ok().
  [[nodiscard]] const Problems& problems() const {
    FLATLINE_CHECK(!ok(), "problems() of a good result");
    return std::get<Problems>(state_);
  }

 private:
  std::variant<T, Problems> state_;
};

}  // namespace flatline
