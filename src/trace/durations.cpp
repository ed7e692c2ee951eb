#include "flatline/trace/durations.hpp"

#include <algorithm>
#include <limits>

#include "flatline/base/time.hpp"
#include "rows.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

Result<std::int64_t> read_duration(const RowReader& rows, std::size_t column,
                                   std::string_view field, std::optional<Unit> unit) {
  const NumberWithUnit parts = split_unit(field);
  // "1e5" is a number; "1e5s" and "12ms" have a unit.
  if (!parts.unit.empty()) {
    unit = unit_of(parts.unit);
    if (!unit && read_decimal(parts.number, Unit{}).status == DecimalStatus::good) {
      return rows.problem(column, "unknown unit \"" + shown(parts.unit) + "\"",
                          std::string(kUnitsExpected));
    }
  }
  const Decimal decimal = read_decimal(parts.number, unit.value_or(Unit{}));
  if (decimal.status != DecimalStatus::good) {
    return rows.problem(column, decimal_problem(field, decimal.status),
                        "a duration such as 12.3ms, or a bare number");
  }
  if (!unit) {
    return rows.problem(
        column, "\"" + shown(field) + "\" has no unit",
        std::string(kUnitsExpected) +
            " behind it, at the end of the column's name (\"delay_ms\") or as an option");
  }
  if (decimal.ns < 0) {
    return rows.problem(column, "\"" + shown(field) + "\" is negative", "a duration from 0 on");
  }
  if (decimal.ns > kLongestTime.ns) {
    return rows.problem(column, "\"" + shown(field) + "\" is longer than 36 years",
                        "durations in " + std::string(name_of(*unit)));
  }
  return decimal.ns;
}

Result<std::vector<std::int64_t>> from_table(LineReader lines, const DurationOptions& options) {
  Result<RowReader> opened = RowReader::open(std::move(lines), "durations");
  if (!opened) return opened.problems();
  RowReader rows = std::move(opened).value();
  const Result<std::size_t> column = options.column.empty()
                                         ? rows.guess({"delay", "gap", "rtt", "latency", "duration",
                                                       "pause", "interval", "length"})
                                         : rows.find(options.column);
  if (!column) return column.problems();
  const Result<std::optional<Unit>> unit = choose_unit(rows, column.value(), options.unit);
  if (!unit) return unit.problems();
  std::vector<std::int64_t> durations;
  while (true) {
    const Result<std::span<const std::string_view>> row = rows.next_row();
    if (!row) return row.problems();
    if (const std::int64_t header = rows.header_above(); header > 0) {
      return rows.problem(column.value(),
                          "the header stands again at line " + std::to_string(header),
                          "one file for each");
    }
    if (row.value().empty()) return durations;
    const Result<std::int64_t> ns =
        read_duration(rows, column.value(), row.value()[column.value()], unit.value());
    if (!ns) return ns.problems();
    durations.push_back(ns.value());
  }
}

// Sent to received, of each row.
Result<std::vector<std::int64_t>> from_recording(LineReader lines, const std::string& path) {
  Result<std::unique_ptr<Source>> opened = open_recording(std::move(lines));
  if (!opened) return opened.problems();
  Source& source = *opened.value();
  Problem problem;
  problem.file = path;
  if (source.facts().clocks != Clocks::one) {
    problem.message = "the recording is of two clocks, so that it holds no delays";
    problem.expected = "a law that \"flatline fit\" has made of it";
    return problem;
  }
  std::vector<std::int64_t> durations;
  while (true) {
    const Result<std::optional<Arrival>> arrival = source.next();
    if (!arrival) return arrival.problems();
    if (!arrival.value()) return durations;
    const std::int64_t ns = (arrival.value()->at - *arrival.value()->sent).ns;
    if (ns < 0) {
      problem.line =
          static_cast<int>(std::min<std::int64_t>(source.line(), std::numeric_limits<int>::max()));
      problem.pointer = "received_ns";
      problem.message = "received before it was sent, by one clock";
      return problem;
    }
    durations.push_back(ns);
  }
}

}  // namespace

Result<std::vector<std::int64_t>> read_durations(const std::string& path,
                                                 const DurationOptions& options) {
  Result<Opened> opened = open_trace(path);
  if (!opened) return opened.problems();
  LineReader lines = std::move(opened.value().lines);
  const Format format = opened.value().format;
  if (format == Format::table || format == Format::matrix)
    return from_table(std::move(lines), options);
  if (is_pause_log(format)) {
    return problem_at_next(lines, "this is a log of pauses, not a table of durations",
                           "a law that \"flatline fit\" has made of it");
  }
  if (!options.column.empty() || !options.unit.empty()) {
    return lines.problem("", "a column or unit is named, but the columns of this file are known",
                         "no options for columns and units");
  }
  if (format == Format::recording) return from_recording(std::move(lines), path);
  return lines.problem("", "these are round trips of ping, not one-way delays",
                       "a law that \"flatline fit\" has made of them");
}

}  // namespace flatline::trace
