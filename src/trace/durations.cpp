#include "flatline/trace/durations.hpp"

#include "flatline/base/time.hpp"
#include "rows.hpp"

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

}  // namespace

Result<std::vector<std::int64_t>> read_durations(const std::string& path,
                                                 const DurationOptions& options) {
  Result<RowReader> opened = RowReader::open(path, "durations");
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
    if (row.value().empty()) return durations;
    const Result<std::int64_t> ns =
        read_duration(rows, column.value(), row.value()[column.value()], unit.value());
    if (!ns) return ns.problems();
    durations.push_back(ns.value());
  }
}

}  // namespace flatline::trace
