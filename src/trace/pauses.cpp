#include "flatline/trace/pauses.hpp"

#include <algorithm>
#include <limits>

#include "decimal.hpp"
#include "pause_source.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

/// Stamps of one log are out of order where a concurrent collection is told of at its end.
constexpr Duration kLargestStepBack = seconds(60);
constexpr std::size_t kMostKinds = 40;
constexpr Unit kSeconds{9};

std::string kind_of(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length])) ++length;
  text = trimmed(text.substr(0, length));
  while (!text.empty() && (text.back() == ',' || text.back() == '-')) text.remove_suffix(1);
  return shown(trimmed(text));
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::gc_unified:
      return "a log of JVM unified logging";
    case Format::gc_hotspot:
      return "a garbage collection log of HotSpot";
    default:
      return "a garbage collection log of JRockit";
  }
}

std::unique_ptr<PauseParser> parser_of(Format format, const LineReader& lines,
                                       PauseCollector& out) {
  if (format == Format::gc_unified) return unified_parser(lines, out);
  if (format == Format::gc_hotspot) return hotspot_parser(lines, out);
  return jrockit_parser(lines, out);
}

Result<PauseLog> read_gc_log(LineReader& lines, Format format, Duration threshold) {
  PauseCollector out(lines);
  const std::unique_ptr<PauseParser> parser = parser_of(format, lines, out);
  while (true) {
    const Result<std::optional<std::string_view>> line = lines.next();
    if (!line) {
      if (!lines.cut_short() || out.empty()) return line.problems();
      out.repaired("last line cut off");
      break;
    }
    if (!line.value()) break;
    if (std::optional<Problem> problem = parser->take(*line.value())) {
      if (lines.ended() || out.empty()) return *std::move(problem);
      out.repaired("last line cut off");
      break;
    }
  }
  if (parser->unfinished()) out.repaired("last line cut off");
  PauseLog log = out.take(threshold);
  log.format = format_name(format);
  return log;
}

// Why nothing can be made of the pauses.
std::optional<Problem> too_little(const PauseLog& log) {
  Problem problem;
  const std::size_t count = log.pauses.size();
  if (count < 2) {
    problem.message =
        "the log tells of " + std::to_string(count) + (count == 1 ? " pause" : " pauses");
    if (log.threshold.ns > 0) problem.message += " longer than the threshold";
    problem.expected = "at least two, for their rate";
    return problem;
  }
  if (std::none_of(log.pauses.begin(), log.pauses.end(),
                   [](const Pause& p) { return p.length_ns > 0; })) {
    problem.message = "the log tells of " + std::to_string(count) + " pauses, all of length 0";
    problem.expected = "a log with digits enough to tell how long they are";
    return problem;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Problem> PauseCollector::check(std::int64_t at_ns, std::int64_t length_ns) {
  if (length_ns > kLongestTime.ns || at_ns > 2 * kLongestTime.ns || at_ns < -kLongestTime.ns) {
    return lines_.problem("", "the pause lies or lasts more than 36 years", "a pause of a process");
  }
  if (latest_ && *latest_ - at_ns > kLargestStepBack.ns) {
    return lines_.problem("stamp", "time goes backwards by more than a minute: a second log begins",
                          "one file for each");
  }
  latest_ = std::max(latest_.value_or(at_ns), at_ns);
  return std::nullopt;
}

std::optional<Problem> PauseCollector::add(std::optional<std::int64_t> at_ns,
                                           std::int64_t length_ns, std::string_view kind) {
  if (!at_ns) {
    return lines_.problem("stamp", "the pause has no time stamp",
                          "a log with times: decoration uptime or time, or -XX:+PrintGCTimeStamps");
  }
  if (std::optional<Problem> problem = check(*at_ns, length_ns)) return problem;
  pauses_.push_back({*at_ns, length_ns});
  const std::string name = kind_of(kind);
  const auto same = std::find_if(kinds_.begin(), kinds_.end(),
                                 [&](const PauseKind& one) { return one.name == name; });
  if (same != kinds_.end()) {
    ++same->count;
  } else if (kinds_.size() < kMostKinds) {
    kinds_.push_back({name, 1});
  }
  return std::nullopt;
}

std::optional<Problem> PauseCollector::add_stop(std::optional<std::int64_t> at_ns,
                                                std::int64_t length_ns) {
  if (!at_ns) {
    ++stops_without_stamp_;
    return std::nullopt;
  }
  if (std::optional<Problem> problem = check(*at_ns, length_ns)) return problem;
  stops_.push_back({*at_ns, length_ns});
  return std::nullopt;
}

void PauseCollector::repaired(std::string_view what) {
  const auto same = std::find_if(repairs_.begin(), repairs_.end(),
                                 [&](const Repair& repair) { return repair.what == what; });
  if (same != repairs_.end()) {
    ++same->count;
  } else {
    repairs_.push_back({std::string(what), 1, lines_.line()});
  }
}

PauseLog PauseCollector::take(Duration threshold) {
  PauseLog log;
  log.collections = static_cast<std::int64_t>(pauses_.size());
  const bool safepoints = stops_without_stamp_ == 0 && stops_.size() >= pauses_.size();
  if (safepoints) log.safepoints = static_cast<std::int64_t>(stops_.size());
  log.pauses = std::move(safepoints ? stops_ : pauses_);
  log.kinds = std::move(kinds_);
  log.repairs = std::move(repairs_);
  log.passed_over = passed_over_;
  log.threshold = threshold;
  std::stable_sort(log.pauses.begin(), log.pauses.end(),
                   [](const Pause& a, const Pause& b) { return a.at_ns < b.at_ns; });
  if (log.pauses.empty()) return log;
  std::int64_t end = log.pauses.front().at_ns;
  for (const Pause& pause : log.pauses) end = std::max(end, pause.at_ns + pause.length_ns);
  log.watched = Duration{end - log.pauses.front().at_ns};
  if (threshold.ns > 0) {
    std::erase_if(log.pauses, [&](const Pause& p) { return p.length_ns <= threshold.ns; });
    log.ends_at_pauses = false;
  }
  return log;
}

std::optional<std::int64_t> stopped_for(std::string_view line) {
  static constexpr std::string_view kStopped =
      "Total time for which application threads were stopped: ";
  const auto at = line.find(kStopped);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + kStopped.size());
  const Decimal length = read_decimal(take_decimal(line), kSeconds);
  if (length.status != DecimalStatus::good || !line.starts_with(" seconds")) return std::nullopt;
  return length.ns;
}

Result<PauseLog> read_pauses(const std::string& path, const PauseOptions& options) {
  Result<Opened> opened = open_trace(path);
  if (!opened) return opened.problems();
  const Format format = opened.value().format;
  LineReader lines = std::move(opened.value().lines);
  if (!is_pause_log(format))
    return problem_at_next(lines, "this is no log of pauses",
                           "a garbage collection or histogram log");
  Result<PauseLog> log = format == Format::histogram_log
                             ? read_histogram_log(std::move(lines), options)
                             : read_gc_log(lines, format, options.threshold);
  if (!log) return log;
  if (std::optional<Problem> problem = too_little(log.value())) {
    problem->file = path;
    return *std::move(problem);
  }
  return log;
}

}  // namespace flatline::trace
