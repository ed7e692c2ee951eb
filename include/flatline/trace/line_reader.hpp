#pragma once
// Lines of a text file, plain or compressed with gzip (told apart by content, not by name), one at
// a time. The one buffer is made when the file is opened and never grows, whatever the size of the
// file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flatline/base/result.hpp"

namespace flatline::trace {

/// Reads a file line by line. Not for several threads at once.
class LineReader {
 public:
  /// A longer line (in bytes, without its end) is a problem: the file is not text.
  static constexpr std::size_t kLongestLine = std::size_t{1} << 20;

  /// Fails, with what the system says, if the file cannot be opened.
  static Result<LineReader> open(const std::string& path);

  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  ~LineReader();

  /// The next line without its end ("\n" or "\r\n"; the last line may have none), or nothing after
  /// the last. The view holds until the next call. A byte order mark at the start of the file is
  /// dropped. Fails, with file and line, on: a read error, a gzip stream that is cut or damaged
  /// (the line that the cut leaves unfinished is not given), a line longer than kLongestLine.
  /// REQUIRES: no earlier call failed.
  Result<std::optional<std::string_view>> next();

  /// Makes next() give the line that it gave last once more. REQUIRES: it gave one.
  void put_back();

  /// Whether the line that next() gave last had an end; only the last of a file may have none.
  [[nodiscard]] bool ended() const;
  /// Whether next() failed because a gzip stream stops before its end.
  [[nodiscard]] bool cut_short() const;

  /// The number of the line that next() gave last, from 1; 0 before the first call.
  [[nodiscard]] std::int64_t line() const;
  [[nodiscard]] const std::string& path() const;

  /// A problem in this file, at the line that next() gave last.
  [[nodiscard]] Problem problem(std::string column, std::string message,
                                std::string expected = {}) const;

 private:
  struct State;
  explicit LineReader(std::unique_ptr<State> state);
  std::unique_ptr<State> x_;
};

}  // namespace flatline::trace
