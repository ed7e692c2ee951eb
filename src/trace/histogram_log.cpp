// Interval logs of HdrHistogram (format 1.2 and 1.3), as jHiccup writes them:
//
//   #[Histogram log format version 1.2]
//   "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
//   0.126,1.007,1.933,HISTFAAAAEB42p...
//
// Times are in seconds. Interval_Max is the largest value over 10^6: ms if the values are ns.

#include <algorithm>
#include <cmath>
#include <map>

#include "decimal.hpp"
#include "hdr_histogram.hpp"
#include "hiccups.hpp"
#include "pause_source.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kSeconds{9};
constexpr std::string_view kLegend = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\"";
constexpr Duration kUsualResolution = milliseconds(1);
constexpr Duration kMostThreshold = milliseconds(20);
constexpr std::int64_t kMostPauses = 5'000'000;
constexpr std::size_t kMostCells = 20'000'000;
constexpr std::int64_t kMaxRatio = 1'000'000;

struct Row {
  std::string tag;
  std::int64_t start_ns = 0, length_ns = 0;
  double max = 0;
  std::vector<HdrCell> cells;
};

class HistogramLog {
 public:
  HistogramLog(LineReader lines, const PauseOptions& options)
      : lines_(std::move(lines)), options_(options), resolution_(options.resolution.ns) {}

  Result<PauseLog> run();

 private:
  std::optional<Problem> take(std::string_view line);
  Result<Row> parse(std::string_view line) const;
  std::optional<Problem> check_unit(const Row& row) const;
  std::optional<Problem> in_nanoseconds(Row& row) const;
  void take_cells(const Row& row);
  Result<PauseLog> finish();
  [[nodiscard]] std::int64_t threshold() const;

  // What is above the floor of an interval, where nothing is taken back.
  struct Held {
    std::int64_t at_ns;
    HdrCell cell;
  };

  LineReader lines_;
  const PauseOptions& options_;
  std::int64_t resolution_;
  std::int64_t scale_ = 1;  // ns per unit of the values
  bool jhiccup_ = false;
  std::optional<std::string> tag_;
  std::optional<std::int64_t> last_start_;
  std::map<std::int64_t, std::int64_t> counts_;  // of values, by the middle of their cell
  std::int64_t total_ = 0;
  std::vector<Pause> pauses_;
  std::vector<Held> held_;
  PauseLog out_;
};

Result<PauseLog> HistogramLog::run() {
  if (!options_.unit.empty()) {
    const auto unit = unit_of(options_.unit);
    if (!unit) {
      return lines_.problem("", "unknown unit \"" + shown(options_.unit) + "\"",
                            std::string(kUnitsExpected));
    }
    for (int i = 0; i < unit->power; ++i) scale_ *= 10;
  }
  while (true) {
    const Result<std::optional<std::string_view>> line = lines_.next();
    if (!line && (!lines_.cut_short() || total_ == 0)) return line.problems();
    if (!line || !line.value()) {
      if (!line) out_.repairs.push_back({"last line cut off", 1, lines_.line()});
      return finish();
    }
    if (std::optional<Problem> problem = take(trimmed(*line.value()))) {
      if (lines_.ended() || total_ == 0) return *std::move(problem);
      out_.repairs.push_back({"last line cut off", 1, lines_.line()});
      return finish();
    }
  }
}

std::optional<Problem> HistogramLog::take(std::string_view line) {
  if (line.starts_with("#[Logged with jHiccup")) {
    jhiccup_ = true;
    if (resolution_ == 0) resolution_ = kUsualResolution.ns;
  }
  if (line.empty() || line.front() == '#' || line.starts_with(kLegend)) return std::nullopt;
  Result<Row> parsed = parse(line);
  if (!parsed) return parsed.problems().front();
  Row& row = parsed.value();
  if (!tag_) tag_ = options_.tag.empty() ? row.tag : options_.tag;
  if (row.tag != *tag_) {
    if (!options_.tag.empty()) return std::nullopt;
    return lines_.problem(
        "Tag", "a second tag, \"" + shown(row.tag) + "\", beside \"" + shown(*tag_) + "\"",
        "one of them, named as an option (--target)");
  }
  if (last_start_ && row.start_ns < *last_start_)
    return lines_.problem("StartTimestamp", "time goes backwards", "one log in each file");
  last_start_ = row.start_ns;
  if (std::optional<Problem> problem = check_unit(row)) return problem;
  if (std::optional<Problem> problem = in_nanoseconds(row)) return problem;
  take_cells(row);
  if (static_cast<std::int64_t>(pauses_.size()) > kMostPauses || held_.size() > kMostCells)
    return lines_.problem("", "the log holds too many values", "a part of it");
  return std::nullopt;
}

Result<Row> HistogramLog::parse(std::string_view line) const {
  Row row;
  if (line.starts_with("Tag=")) {
    const auto comma = line.find(',');
    row.tag = line.substr(4, comma == std::string_view::npos ? comma : comma - 4);
    line.remove_prefix(std::min(comma, line.size() - 1) + 1);
  }
  const auto number = [&](const char* name, std::int64_t& out) -> std::optional<Problem> {
    const auto comma = line.find(',');
    const std::string_view field = line.substr(0, comma);
    const Decimal value = read_decimal(field, kSeconds);
    if (value.status != DecimalStatus::good || value.ns < 0 || value.ns > 2 * kLongestTime.ns ||
        comma == std::string_view::npos) {
      return lines_.problem(name, decimal_problem(field, value.status),
                            "start, length, largest value and histogram, set apart by commas");
    }
    out = value.ns;
    line.remove_prefix(comma + 1);
    return std::nullopt;
  };
  std::int64_t max = 0;
  if (auto problem = number("StartTimestamp", row.start_ns)) return *std::move(problem);
  if (auto problem = number("Interval_Length", row.length_ns)) return *std::move(problem);
  if (auto problem = number("Interval_Max", max)) return *std::move(problem);
  row.max = static_cast<double>(max) * 1e-9;
  Result<std::vector<HdrCell>> cells = decode_hdr_histogram(trimmed(line));
  if (!cells) {
    const Problem& problem = cells.problems().front();
    return lines_.problem("Interval_Compressed_Histogram", problem.message, problem.expected);
  }
  row.cells = std::move(cells).value();
  return row;
}

// Interval_Max is the largest value over 10^6, to three digits behind the point.
std::optional<Problem> HistogramLog::check_unit(const Row& row) const {
  if (!options_.unit.empty() || row.cells.empty()) return std::nullopt;
  const HdrCell& top = row.cells.back();
  const double low = static_cast<double>(top.low) / kMaxRatio;
  const double high = static_cast<double>(top.low + top.width) / kMaxRatio;
  if (row.max >= low - 0.001 && row.max <= high + 0.001) return std::nullopt;
  return lines_.problem("Interval_Max",
                        "the largest value is " + std::to_string(top.low + top.width - 1) +
                            ", which is not 10^6 times Interval_Max, so that the values may not "
                            "be ns",
                        "the unit of the values as an option (--unit)");
}

std::optional<Problem> HistogramLog::in_nanoseconds(Row& row) const {
  for (HdrCell& cell : row.cells) {
    if (cell.low > kLongestTime.ns / scale_ - cell.width) {
      return lines_.problem("Interval_Compressed_Histogram", "a value is longer than 36 years",
                            "times in the unit of --unit, or in ns");
    }
    cell.low *= scale_;
    cell.width *= scale_;
  }
  return std::nullopt;
}

void HistogramLog::take_cells(const Row& row) {
  out_.watched += Duration{row.length_ns};
  for (const HdrCell& cell : row.cells) {
    counts_[cell.middle()] += cell.count;
    total_ += cell.count;
    if (resolution_ == 0 && cell.middle() > options_.threshold.ns)
      held_.push_back({row.start_ns, cell});
  }
  if (resolution_ == 0) return;
  const std::int64_t floor = std::max(options_.threshold.ns, 2 * resolution_);
  for (const std::int64_t length : true_hiccups(row.cells, resolution_, floor))
    pauses_.push_back({row.start_ns, length});
}

// Ten times what 90 % of the values stay below.
std::int64_t HistogramLog::threshold() const {
  const std::int64_t least = 2 * resolution_;
  if (options_.threshold.ns > 0) return std::max(least, options_.threshold.ns);
  std::int64_t seen = 0;
  for (const auto& [value, count] : counts_) {
    seen += count;
    if (seen >= total_ - total_ / 10)
      return std::max(least, std::min(10 * std::min(value, kMostThreshold.ns), kMostThreshold.ns));
  }
  return least;
}

Result<PauseLog> HistogramLog::finish() {
  out_.format = jhiccup_ ? "a log of jHiccup" : "a log of histograms";
  out_.ends_at_pauses = false;
  out_.exact_times = false;
  out_.resolution = Duration{resolution_};
  const auto samples = static_cast<double>(total_) * static_cast<double>(resolution_);
  if (samples > 1.1 * static_cast<double>(out_.watched.ns) + 1e9) {
    return lines_.problem("",
                          "the log holds " + std::to_string(total_) +
                              " values, more than one "
                              "each resolution",
                          "the recorder's resolution as an option (--resolution)");
  }
  out_.threshold = Duration{threshold()};
  for (const Held& held : held_) {
    if (held.cell.middle() <= out_.threshold.ns) continue;
    if (held.cell.count > kMostPauses - static_cast<std::int64_t>(pauses_.size()))
      return lines_.problem("", "the log holds too many values", "a larger threshold (--stall)");
    pauses_.insert(pauses_.end(), static_cast<std::size_t>(held.cell.count),
                   Pause{held.at_ns, held.cell.middle()});
  }
  std::erase_if(pauses_, [&](const Pause& p) { return p.length_ns <= out_.threshold.ns; });
  out_.pauses = std::move(pauses_);
  return std::move(out_);
}

}  // namespace

bool is_histogram_log(std::string_view line) {
  return line.starts_with("#[Logged with jHiccup") ||
         line.starts_with("#[Histogram log format version") || line.starts_with(kLegend);
}

Result<PauseLog> read_histogram_log(LineReader lines, const PauseOptions& options) {
  return HistogramLog(std::move(lines), options).run();
}

}  // namespace flatline::trace
