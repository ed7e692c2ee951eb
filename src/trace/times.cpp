#include "flatline/trace/times.hpp"

#include "rows.hpp"

namespace flatline::trace {

Result<Times> read_times(const std::string& path, const std::string& unit) {
  Result<LineReader> lines = LineReader::open(path);
  if (!lines) return lines.problems();
  Result<RowReader> opened = RowReader::open(std::move(lines).value(), "times");
  if (!opened) return opened.problems();
  RowReader rows = std::move(opened).value();
  const Result<TimeColumn> column =
      time_column(rows, {"time", "query", "query_time", "at", "timestamp", "ts", "t"}, "", unit);
  if (!column) return column.problems();
  Times times;
  times.unit = name_of(column.value().unit);
  while (true) {
    const Result<std::span<const std::string_view>> row = rows.next_row();
    if (!row) return row.problems();
    if (row.value().empty()) return times;
    const Result<std::int64_t> ns = read_time(rows, row.value(), column.value(), true);
    if (!ns) return ns.problems();
    times.at.push_back({ns.value()});
  }
}

}  // namespace flatline::trace
