#include "flatline/trace/arrivals.hpp"

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "rows.hpp"

namespace flatline::trace {
namespace {

struct TimeColumn {
  std::size_t index = 0;
  Unit unit;
};

Problem no_unit(const RowReader& rows, std::size_t column) {
  return rows.problem(column, "the unit of the times is not known",
                      std::string(kUnitsExpected) +
                          ", given as an option or at the end of the column's name (\"rx_ms\")");
}

// The column of the arrivals, by option or by its name, and its unit.
Result<TimeColumn> arrival_column(const RowReader& rows, const ArrivalOptions& options) {
  const Result<std::size_t> index =
      options.column.empty()
          ? rows.guess({"arrival", "arrival_time", "arrived", "arrived_at", "received",
                        "received_at", "receive", "receive_time", "recv", "recv_time", "rx",
                        "rx_time", "t_recv", "timestamp", "time", "ts", "t"})
          : rows.find(options.column);
  if (!index) return index.problems();
  const Result<std::optional<Unit>> unit = choose_unit(rows, index.value(), options.unit);
  if (!unit) return unit.problems();
  if (!unit.value()) return no_unit(rows, index.value());
  return TimeColumn{index.value(), *unit.value()};
}

Result<std::int64_t> read_time(const RowReader& rows, std::span<const std::string_view> row,
                               const TimeColumn& column) {
  const std::string_view field = row[column.index];
  const Decimal decimal = read_decimal(field, column.unit);
  if (decimal.status == DecimalStatus::good) return decimal.ns;
  return rows.problem(column.index, decimal_problem(field, decimal.status), "a time in decimal");
}

}  // namespace

struct ArrivalReader::State {
  explicit State(RowReader reader) : rows(std::move(reader)) {}

  Result<std::optional<Arrival>> next();
  [[nodiscard]] std::optional<Problem> check_order(std::int64_t ns) const;

  RowReader rows;
  TimeColumn at;
  std::optional<TimeColumn> sent;
  std::optional<std::size_t> seq;
  std::optional<std::int64_t> first_ns;
  std::int64_t last_ns = 0;
  bool failed = false;
};

std::optional<Problem> ArrivalReader::State::check_order(std::int64_t ns) const {
  if (!first_ns) return std::nullopt;
  if (ns < last_ns) {
    return rows.problem(
        at.index, "time goes backwards",
        "no time before the one of the row above, by the receiver's monotonic clock");
  }
  // Unsigned: from the most negative to the largest time is more than 63 bits.
  const std::uint64_t span = static_cast<std::uint64_t>(ns) - static_cast<std::uint64_t>(*first_ns);
  if (span > static_cast<std::uint64_t>(kLongestTime.ns)) {
    return rows.problem(at.index, "this is more than 36 years after the first arrival",
                        "times in " + std::string(name_of(at.unit)));
  }
  return std::nullopt;
}

Result<std::optional<Arrival>> ArrivalReader::State::next() {
  const Result<std::span<const std::string_view>> row = rows.next_row();
  if (!row) return row.problems();
  if (row.value().empty()) return std::optional<Arrival>();
  Arrival arrival;
  const Result<std::int64_t> ns = read_time(rows, row.value(), at);
  if (!ns) return ns.problems();
  arrival.at = LocalInstant{ns.value()};
  if (std::optional<Problem> problem = check_order(ns.value())) return *std::move(problem);
  if (!first_ns) first_ns = ns.value();
  last_ns = ns.value();
  if (seq) {
    const Result<std::int64_t> number = parse_count(row.value()[*seq]);
    if (!number) {
      return rows.problem(*seq, "\"" + shown(row.value()[*seq]) + "\" is not a sequence number",
                          "a whole number from 0 on");
    }
    arrival.seq = number.value();
  }
  if (sent) {
    const Result<std::int64_t> sent_ns = read_time(rows, row.value(), *sent);
    if (!sent_ns) return sent_ns.problems();
    arrival.sent = LocalInstant{sent_ns.value()};
  }
  return std::optional<Arrival>(arrival);
}

ArrivalReader::ArrivalReader(std::unique_ptr<State> state) : x_(std::move(state)) {}
ArrivalReader::ArrivalReader(ArrivalReader&&) noexcept = default;
ArrivalReader& ArrivalReader::operator=(ArrivalReader&&) noexcept = default;
ArrivalReader::~ArrivalReader() = default;

Result<ArrivalReader> ArrivalReader::open(const std::string& path, const ArrivalOptions& options) {
  Result<RowReader> rows = RowReader::open(path, "arrivals");
  if (!rows) return rows.problems();
  auto state = std::make_unique<State>(std::move(rows).value());
  const Result<TimeColumn> at = arrival_column(state->rows, options);
  if (!at) return at.problems();
  state->at = at.value();
  if (!options.seq_column.empty()) {
    const Result<std::size_t> seq = state->rows.find(options.seq_column);
    if (!seq) return seq.problems();
    state->seq = seq.value();
  }
  if (!options.send_column.empty()) {
    const Result<std::size_t> sent = state->rows.find(options.send_column);
    if (!sent) return sent.problems();
    const Result<std::optional<Unit>> unit = choose_unit(state->rows, sent.value(), "");
    if (!unit) return unit.problems();
    state->sent = TimeColumn{sent.value(), unit.value().value_or(state->at.unit)};
  }
  return ArrivalReader(std::move(state));
}

Result<std::optional<Arrival>> ArrivalReader::next() {
  FLATLINE_CHECK(!x_->failed, "next() after a failure");
  Result<std::optional<Arrival>> arrival = x_->next();
  x_->failed = !arrival;
  return arrival;
}

std::int64_t ArrivalReader::line() const {
  return x_->rows.line();
}

}  // namespace flatline::trace
