#pragma once
// What flatline record shows while it runs and when it is done.

#include <chrono>
#include <string>
#include <vector>

#include "flatline/live/record.hpp"
#include "flatline/results/table.hpp"

namespace flatline::cli {

/// One value of a summary: under `column` for programs, beside `label` for people.
struct SummaryLine {
  std::string column;
  std::string label;
  results::Cell cell;
  std::string text;
};
using Summary = std::vector<SummaryLine>;

Summary summary_of(const live::SendProgress& done, const live::StampError& stamps,
                   Duration interval);
Summary summary_of(const live::ReceiveProgress& done, const live::StampError& stamps,
                   const std::string& file);

/// On stdout; `format` as format_of gives it.
void print_summary(const Summary& summary, const std::string& format);

std::string status_of(const live::SendProgress& now);
std::string status_of(const live::ReceiveProgress& now);

/// A line that is rewritten on a terminal, a line every ten seconds elsewhere, nothing if quiet.
class StatusLine {
 public:
  explicit StatusLine(bool quiet);
  void show(const std::string& text);
  /// Clears it.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point last_;
};

}  // namespace flatline::cli
