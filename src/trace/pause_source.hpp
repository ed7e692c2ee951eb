#pragma once
// What the readers of pause logs share.

#include <memory>
#include <optional>
#include <string_view>

#include "flatline/trace/line_reader.hpp"
#include "flatline/trace/pauses.hpp"

namespace flatline::trace {

/// Where a reader of one format puts what it finds.
class PauseCollector {
 public:
  explicit PauseCollector(const LineReader& lines) : lines_(lines) {}

  /// A pause, or why it cannot be one: its stamp is missing or far before another one. `kind` is
  /// cut at its first number.
  std::optional<Problem> add(std::optional<std::int64_t> at_ns, std::int64_t length_ns,
                             std::string_view kind);
  /// The same of a stop at a safepoint, which may be without a stamp.
  std::optional<Problem> add_stop(std::optional<std::int64_t> at_ns, std::int64_t length_ns);
  void passed_over() { ++passed_over_; }
  void repaired(std::string_view what);

  [[nodiscard]] bool empty() const { return pauses_.empty() && stops_.empty(); }
  /// What was found, in order; stops at safepoints instead of collections if they cover these.
  PauseLog take(Duration threshold);

 private:
  std::optional<Problem> check(std::int64_t at_ns, std::int64_t length_ns);

  const LineReader& lines_;
  std::vector<Pause> pauses_, stops_;
  std::int64_t stops_without_stamp_ = 0, passed_over_ = 0;
  std::optional<std::int64_t> latest_;
  std::vector<PauseKind> kinds_;
  std::vector<Repair> repairs_;
};

/// Reads the lines of one format.
class PauseParser {
 public:
  PauseParser() = default;
  PauseParser(const PauseParser&) = delete;
  PauseParser& operator=(const PauseParser&) = delete;
  virtual ~PauseParser() = default;

  virtual std::optional<Problem> take(std::string_view line) = 0;
  /// Whether the text so far stops within a pause.
  [[nodiscard]] virtual bool unfinished() const { return false; }
};

std::unique_ptr<PauseParser> unified_parser(const LineReader& lines, PauseCollector& out);
std::unique_ptr<PauseParser> hotspot_parser(const LineReader& lines, PauseCollector& out);
std::unique_ptr<PauseParser> jrockit_parser(const LineReader& lines, PauseCollector& out);

/// Whether a line, without blanks at its ends, can be the first of a log in that format.
bool is_unified(std::string_view line);
bool is_hotspot(std::string_view line);
bool is_jrockit(std::string_view line);
bool is_histogram_log(std::string_view line);

/// "Total time for which application threads were stopped: 0.0123 seconds", which the HotSpot of
/// all ages writes: its length if the line has one.
std::optional<std::int64_t> stopped_for(std::string_view line);

/// Pauses of a log of histograms.
Result<PauseLog> read_histogram_log(LineReader lines, const PauseOptions& options);

}  // namespace flatline::trace
