// Arrivals from the columns of a table.

#include "flatline/base/text.hpp"
#include "rows.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

class Table : public Source {
 public:
  explicit Table(RowReader reader) : rows_(std::move(reader)) {}

  std::optional<Problems> choose_columns(const ArrivalOptions& options);
  Result<std::optional<Arrival>> next() override;
  [[nodiscard]] std::int64_t line() const override { return rows_.line(); }

 private:
  [[nodiscard]] std::optional<Problem> check_order(std::int64_t ns) const;
  Result<std::optional<std::int64_t>> number_of(std::span<const std::string_view> row);

  RowReader rows_;
  TimeColumn at_;
  std::optional<TimeColumn> sent_;
  std::optional<std::size_t> seq_;
  bool whole_ = false;
  std::optional<std::int64_t> first_ns_;
  std::int64_t last_ns_ = 0;
  std::int64_t row_ = 0;
  std::int64_t highest_ = -1;  // number, of lost ones too
};

// What stands for an arrival that never was.
bool is_missing(std::string_view field) {
  std::string lower;
  for (const char c : field.substr(0, 9))
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const std::string_view word :
       {"", "-", "*", "nan", "na", "n/a", "null", "none", "lost", "timeout"}) {
    if (lower == word) return true;
  }
  return false;
}

std::optional<Problems> Table::choose_columns(const ArrivalOptions& options) {
  whole_ = options.whole_nanoseconds;
  const Result<TimeColumn> at =
      time_column(rows_,
                  {"arrival", "arrival_time", "arrived", "arrived_at", "received", "received_at",
                   "receive", "receive_time", "recv", "recv_time", "rx", "rx_time", "t_recv",
                   "timestamp", "time", "ts", "t"},
                  options.column, options.unit);
  if (!at) return at.problems();
  at_ = at.value();
  if (!options.seq_column.empty()) {
    const Result<std::size_t> seq = rows_.find(options.seq_column);
    if (!seq) return seq.problems();
    seq_ = seq.value();
  }
  if (!options.send_column.empty()) {
    const Result<std::size_t> sent = rows_.find(options.send_column);
    if (!sent) return sent.problems();
    const Result<std::optional<Unit>> unit = choose_unit(rows_, sent.value(), "");
    if (!unit) return unit.problems();
    sent_ = TimeColumn{sent.value(), unit.value().value_or(at_.unit)};
    facts_.numbered_by_rows = !seq_;
  }
  return std::nullopt;
}

std::optional<Problem> Table::check_order(std::int64_t ns) const {
  if (!first_ns_) return std::nullopt;
  if (ns < last_ns_) {
    if (const std::int64_t header = rows_.header_above(); header > 0) {
      return rows_.problem(at_.index,
                           "time goes backwards: the header stands again at line " +
                               std::to_string(header) + ", where a second file seems to begin",
                           "one file for each");
    }
    return rows_.problem(
        at_.index, "time goes backwards",
        "no time before the one of the row above, by the receiver's monotonic clock");
  }
  // Unsigned: from the most negative to the largest time is more than 63 bits.
  const std::uint64_t span =
      static_cast<std::uint64_t>(ns) - static_cast<std::uint64_t>(*first_ns_);
  if (span > static_cast<std::uint64_t>(kLongestTime.ns)) {
    return rows_.problem(at_.index, "this is more than 36 years after the first arrival",
                         "times in " + std::string(name_of(at_.unit)));
  }
  return std::nullopt;
}

// The number of a row: its column's, or with send times its place.
Result<std::optional<std::int64_t>> Table::number_of(std::span<const std::string_view> row) {
  std::optional<std::int64_t> out;
  if (seq_) {
    const std::string_view field = row[*seq_];
    const Result<std::int64_t> number = parse_count(field);
    if (!number) {
      return rows_.problem(*seq_, "\"" + shown(field) + "\" is not a sequence number",
                           "a whole number from 0 on");
    }
    out = number.value();
  } else if (sent_) {
    out = row_;
  }
  ++row_;
  if (out && *out > highest_) highest_ = *out;
  return out;
}

Result<std::optional<Arrival>> Table::next() {
  while (true) {
    const Result<std::span<const std::string_view>> row = rows_.next_row();
    if (!row) return row.problems();
    if (const std::int64_t header = rows_.header_above(); header > 0) {
      repaired("repeated header", header);
    }
    if (row.value().empty()) {
      if (facts_.lost_rows > 0) facts_.sent_total = highest_ + 1;
      return std::optional<Arrival>();
    }
    Result<std::optional<std::int64_t>> number = number_of(row.value());
    if (!number) return number.problems();
    Arrival arrival;
    arrival.seq = number.value();
    if (sent_) {
      const Result<std::int64_t> sent_ns = read_time(rows_, row.value(), *sent_, whole_);
      if (!sent_ns) return sent_ns.problems();
      arrival.sent = LocalInstant{sent_ns.value()};
      if (is_missing(row.value()[at_.index])) {
        ++facts_.lost_rows;
        continue;
      }
    }
    const Result<std::int64_t> ns = read_time(rows_, row.value(), at_, whole_);
    if (!ns) return ns.problems();
    arrival.at = LocalInstant{ns.value()};
    if (std::optional<Problem> problem = check_order(ns.value())) return *std::move(problem);
    if (!first_ns_) first_ns_ = ns.value();
    last_ns_ = ns.value();
    return std::optional<Arrival>(arrival);
  }
}

}  // namespace

Result<std::unique_ptr<Source>> open_table(LineReader lines, const ArrivalOptions& options) {
  Result<RowReader> rows = RowReader::open(std::move(lines), "arrivals");
  if (!rows) return rows.problems();
  auto table = std::make_unique<Table>(std::move(rows).value());
  if (std::optional<Problems> problems = table->choose_columns(options)) {
    return *std::move(problems);
  }
  return std::unique_ptr<Source>(std::move(table));
}

}  // namespace flatline::trace
