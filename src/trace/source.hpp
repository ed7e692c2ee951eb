#pragma once
// What the formats share: one reader of arrivals for each, and how the format is told.

#include <memory>
#include <string_view>

#include "flatline/trace/arrivals.hpp"
#include "flatline/trace/line_reader.hpp"

namespace flatline::trace {

/// The arrivals of a file in one format.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// As ArrivalReader::next().
  virtual Result<std::optional<Arrival>> next() = 0;
  /// The line of the arrival that next() gave last, if called right after it.
  [[nodiscard]] virtual std::int64_t line() const = 0;
  [[nodiscard]] const TraceFacts& facts() const { return facts_; }

 protected:
  /// Counts a repair.
  void repaired(std::string_view what, std::int64_t line);

  TraceFacts facts_;
};

/// A file whose format is known. The next line is the first that is neither blank nor a comment, or
/// the first of a recording.
struct Opened {
  LineReader lines;
  Format format = Format::table;
};

/// A problem at the next line of a file that has just been opened.
Problem problem_at_next(const LineReader& lines, std::string message, std::string expected);

/// Opens the file and tells its format. Each byte is read once, so a pipe will do.
Result<Opened> open_trace(const std::string& path);

Result<std::unique_ptr<Source>> open_table(LineReader lines, const ArrivalOptions& options);
Result<std::unique_ptr<Source>> open_recording(LineReader lines);
Result<std::unique_ptr<Source>> open_ping(LineReader lines);
/// `target`: see ArrivalOptions.
Result<std::unique_ptr<Source>> open_fping(LineReader lines, const std::string& target);

/// Whether a line that is not blank can be the first of a ping's output.
bool is_ping(std::string_view line);
bool is_fping(std::string_view line);
/// Whether it can be the first row of a matrix: three fields or more set apart by tabs, all of them
/// numbers or missing.
bool is_matrix_row(std::string_view line);

/// Text without blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace flatline::trace
