#pragma once
// Rows on stdout, progress on stderr.

#include <boost/program_options.hpp>
#include <chrono>
#include <string>

#include "flatline/results/table.hpp"
#include "flatline/sweep/execute.hpp"

namespace flatline::cli {

/// Adds --format.
void add_format(boost::program_options::options_description& options);
/// The format asked for; throws Failure(kUsage) if there is no such format. Called before any work
/// is done.
std::string format_of(const boost::program_options::variables_map& values);

/// Prints rows as table, json, ndjson or csv.
void print_rows(const results::Table& table, const std::string& format);
/// The same for the rows of a CSV file, of which only some are in memory at a time.
void print_file(const std::string& path, const std::string& format);

/// A bar with an estimate of the time left on a terminal, a line every ten seconds elsewhere,
/// nothing if quiet.
class ProgressMeter {
 public:
  explicit ProgressMeter(bool quiet);
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;
  ~ProgressMeter() { finish(); }  // an error is not printed behind a bar
  void operator()(const sweep::Progress& progress);
  /// Clears the bar.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string pace(const sweep::Progress& progress) const;

  bool quiet_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point begin_;
  Clock::time_point last_;
  double done_at_begin_ = -1;  // what a resumed run did not have to do again
};

}  // namespace flatline::cli
