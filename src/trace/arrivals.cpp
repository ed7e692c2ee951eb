#include "flatline/trace/arrivals.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"
#include "pause_source.hpp"
#include "recording_text.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

std::string_view name_of(Format format) {
  switch (format) {
    case Format::recording:
      return "a recording of flatline";
    case Format::ping:
      return "the output of ping";
    case Format::fping:
      return "the output of fping";
    case Format::matrix:
      return "a matrix of round trips";
    case Format::histogram_log:
      return "a log of histograms";
    default:
      return "a garbage collection log";
  }
}

// All formats but tables have one layout only.
std::optional<Problem> refuse_options(const LineReader& lines, const ArrivalOptions& options,
                                      Format format) {
  const std::string* given = nullptr;
  for (const std::string* option :
       {&options.column, &options.unit, &options.seq_column, &options.send_column}) {
    if (given == nullptr && !option->empty()) given = option;
  }
  if (given == nullptr) return std::nullopt;
  return lines.problem("",
                       "a column or unit is named (\"" + *given + "\"), but this is " +
                           std::string(name_of(format)) + ", whose columns are known",
                       "no options for columns and units");
}

Result<std::unique_ptr<Source>> open_source(Opened opened, const ArrivalOptions& options) {
  const Format format = opened.format;
  if (!options.target.empty() && format != Format::fping) {
    return opened.lines.problem(
        "", "a target is named (\"" + options.target + "\"), but this is no output of fping",
        "no target");
  }
  const bool columns = !options.column.empty() || !options.send_column.empty();
  if (format == Format::table || (format == Format::matrix && columns))
    return open_table(std::move(opened.lines), options);
  if (format == Format::matrix || is_pause_log(format)) {
    return problem_at_next(
        opened.lines,
        "this is " + std::string(name_of(format)) + ", which holds no arrivals of heartbeats",
        format == Format::matrix ? "for a table the column of arrivals as an option; a matrix is "
                                   "read by \"flatline fit\" alone"
                                 : "\"flatline fit\" to read it");
  }
  if (std::optional<Problem> problem = refuse_options(opened.lines, options, format))
    return *std::move(problem);
  if (format == Format::fping) return open_fping(std::move(opened.lines), options.target);
  return format == Format::recording ? open_recording(std::move(opened.lines))
                                     : open_ping(std::move(opened.lines));
}

Format format_of_line(std::string_view text) {
  if (text.starts_with(kRecordingMark)) return Format::recording;
  if (is_histogram_log(text)) return Format::histogram_log;
  if (is_ping(text)) return Format::ping;
  if (is_fping(text)) return Format::fping;
  if (is_unified(text)) return Format::gc_unified;
  if (is_hotspot(text)) return Format::gc_hotspot;
  if (is_jrockit(text)) return Format::gc_jrockit;
  return Format::table;
}

}  // namespace

void Source::repaired(std::string_view what, std::int64_t line) {
  const auto same = std::find_if(facts_.repairs.begin(), facts_.repairs.end(),
                                 [&](const Repair& repair) { return repair.what == what; });
  if (same != facts_.repairs.end()) {
    ++same->count;
  } else {
    facts_.repairs.push_back({std::string(what), 1, line});
  }
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Problem problem_at_next(const LineReader& lines, std::string message, std::string expected) {
  Problem problem = lines.problem("", std::move(message), std::move(expected));
  ++problem.line;
  return problem;
}

Result<Opened> open_trace(const std::string& path) {
  Result<LineReader> opened = LineReader::open(path);
  if (!opened) return opened.problems();
  Opened out{std::move(opened).value(), Format::table};
  while (true) {
    const Result<std::optional<std::string_view>> line = out.lines.next();
    if (!line) return line.problems();
    if (!line.value()) return out;
    const std::string_view text = trimmed(*line.value());
    out.format = format_of_line(text);
    if (out.format == Format::table) {
      if (text.empty() || text.front() == '#') continue;
      if (is_matrix_row(*line.value())) out.format = Format::matrix;
    }
    out.lines.put_back();
    return out;
  }
}

Result<Format> format_of(const std::string& path) {
  const Result<Opened> opened = open_trace(path);
  if (!opened) return opened.problems();
  return opened.value().format;
}

bool is_pause_log(Format format) {
  return format >= Format::gc_unified;
}

struct ArrivalReader::State {
  explicit State(std::unique_ptr<Source> from) : source(std::move(from)) {}

  std::unique_ptr<Source> source;
  std::int64_t line = 0;
  bool failed = false;
};

ArrivalReader::ArrivalReader(std::unique_ptr<State> state) : x_(std::move(state)) {}
ArrivalReader::ArrivalReader(ArrivalReader&&) noexcept = default;
ArrivalReader& ArrivalReader::operator=(ArrivalReader&&) noexcept = default;
ArrivalReader::~ArrivalReader() = default;

Result<ArrivalReader> ArrivalReader::open(const std::string& path, const ArrivalOptions& options) {
  Result<Opened> opened = open_trace(path);
  if (!opened) return opened.problems();
  Result<std::unique_ptr<Source>> source = open_source(std::move(opened).value(), options);
  if (!source) return source.problems();
  return ArrivalReader(std::make_unique<State>(std::move(source).value()));
}

Result<std::optional<Arrival>> ArrivalReader::next() {
  FLATLINE_CHECK(!x_->failed, "next() after a failure");
  Result<std::optional<Arrival>> arrival = x_->source->next();
  x_->failed = !arrival;
  if (arrival && arrival.value()) x_->line = x_->source->line();
  return arrival;
}

const TraceFacts& ArrivalReader::facts() const {
  return x_->source->facts();
}

std::int64_t ArrivalReader::line() const {
  return x_->line;
}

}  // namespace flatline::trace
