#include "cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "cli/command.hpp"
#include "flatline/base/text.hpp"
#include "flatline/report/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr std::array<const char*, 4> kFormats{"table", "json", "ndjson", "csv"};
constexpr auto kBarEvery = std::chrono::milliseconds(100);
constexpr auto kLineEvery = std::chrono::seconds(10);
constexpr int kBarWidth = 30;
constexpr std::size_t kLot = 1000;  // rows of a file in memory

}  // namespace

void add_format(po::options_description& options) {
  options.add_options()("format", po::value<std::string>()->default_value("table"),
                        "how rows are printed: table, json, ndjson or csv");
}

std::string format_of(const po::variables_map& values) {
  const auto format = values["format"].as<std::string>();
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end()) {
    const std::vector<std::string> known(kFormats.begin(), kFormats.end());
    const std::string nearest = nearest_name(format, known);
    fail(kUsage, "--format " + format + " is not table, json, ndjson or csv" +
                     (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  return format;
}

void print_rows(const results::Table& table, const std::string& format) {
  if (format == "json") {
    std::cout << results::to_json(table);
  } else if (format == "ndjson") {
    std::cout << results::to_ndjson(table);
  } else if (format == "csv") {
    std::cout << results::write_csv(table);
  } else {
    std::cout << value_or_fail(report::text_table(table), kFailed);
  }
}

void print_file(const std::string& path, const std::string& format) {
  using results::Table;
  const auto in_lots = [&](const std::function<void(const Table&)>& use) {
    return results::read_csv_lots(path, kLot, [&](const Table& lot) {
      use(lot);
      return Result<std::monostate>(std::monostate{});
    });
  };
  Result<std::monostate> done = std::monostate{};
  if (format == "csv") {
    done = results::read_pieces(path, [](std::string_view piece) { std::cout << piece; });
  } else if (format == "ndjson") {
    done = in_lots([](const Table& lot) { std::cout << results::to_ndjson(lot); });
  } else if (format == "json") {
    results::JsonArray array;
    done = in_lots([&](const Table& lot) { std::cout << array.add(lot); });
    if (done.ok()) std::cout << array.end();
  } else {
    const report::TableLots lots = [&](const report::UseLot& use) {
      return results::read_csv_lots(path, kLot, use);
    };
    done = report::print_text_table(lots, [](std::string_view text) { std::cout << text; });
  }
  value_or_fail(std::move(done), kInputOutput);
}

ProgressMeter::ProgressMeter(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), begin_(Clock::now()), last_(begin_) {}

// Heartbeats per second and the time left, as soon as they mean something.
std::string ProgressMeter::pace(const sweep::Progress& progress) const {
  const double worked = progress.done - done_at_begin_;
  const std::chrono::duration<double> elapsed = Clock::now() - begin_;
  if (worked <= 0.001 || elapsed.count() <= 0) return "";
  const double left = elapsed.count() * (1 - progress.done) / worked;
  return ", " + format_number(progress.heartbeats / elapsed.count(), 2) + " heartbeats/s, " +
         format_duration(seconds(static_cast<std::int64_t>(std::ceil(left)))) + " left";
}

void ProgressMeter::operator()(const sweep::Progress& progress) {
  if (quiet_) return;
  if (done_at_begin_ < 0) {
    done_at_begin_ = progress.done;
    if (progress.resumed) {
      std::cerr << "resuming: " << progress.worlds_done << " of " << progress.worlds
                << " worlds are done\n";
    }
  }
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? Clock::duration(kBarEvery) : Clock::duration(kLineEvery))) return;
  last_ = now;
  const int percent = static_cast<int>(progress.done * 100);
  const std::string counts = std::to_string(progress.worlds_done) + "/" +
                             std::to_string(progress.worlds) +
                             (progress.worlds == 1 ? " world" : " worlds") + pace(progress);
  if (!terminal_) {
    std::cerr << percent << " %, " << counts << "\n";
    return;
  }
  const int filled = static_cast<int>(progress.done * kBarWidth);
  std::cerr << "\r\033[K[" << std::string(static_cast<std::size_t>(filled), '#')
            << std::string(static_cast<std::size_t>(kBarWidth - filled), '.') << "] " << percent
            << " % " << counts << std::flush;
  shown_ = true;
}

void ProgressMeter::finish() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
  shown_ = false;
}

}  // namespace flatline::cli
