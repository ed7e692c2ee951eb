#include "flatline/trace/arrivals.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"
#include "recording_text.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

// Recordings and pings have one layout only.
std::optional<Problem> refuse_options(const LineReader& lines, const ArrivalOptions& options,
                                      std::string_view what) {
  const std::string* given = nullptr;
  for (const std::string* option :
       {&options.column, &options.unit, &options.seq_column, &options.send_column}) {
    if (given == nullptr && !option->empty()) given = option;
  }
  if (given == nullptr) return std::nullopt;
  return lines.problem("",
                       "a column or unit is named (\"" + *given + "\"), but this is " +
                           std::string(what) + ", whose columns are known",
                       "no options for columns and units");
}

Result<std::unique_ptr<Source>> open_source(Opened opened, const ArrivalOptions& options) {
  if (opened.format == Format::table) return open_table(std::move(opened.lines), options);
  const bool recording = opened.format == Format::recording;
  if (std::optional<Problem> problem = refuse_options(
          opened.lines, options, recording ? "a recording of flatline" : "the output of ping")) {
    return *std::move(problem);
  }
  return recording ? open_recording(std::move(opened.lines)) : open_ping(std::move(opened.lines));
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

Result<Opened> open_trace(const std::string& path) {
  Result<LineReader> opened = LineReader::open(path);
  if (!opened) return opened.problems();
  Opened out{std::move(opened).value(), Format::table};
  while (true) {
    const Result<std::optional<std::string_view>> line = out.lines.next();
    if (!line) return line.problems();
    if (!line.value()) return out;
    const std::string_view text = trimmed(*line.value());
    if (text.starts_with(kRecordingMark)) {
      out.format = Format::recording;
    } else if (text.empty() || text.front() == '#') {
      continue;
    } else if (is_ping(text)) {
      out.format = Format::ping;
    }
    out.lines.put_back();
    return out;
  }
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
