#include "flatline/trace/rtt_matrix.hpp"

#include "decimal.hpp"
#include "flatline/base/time.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

bool is_missing(std::string_view field) {
  for (const std::string_view word : {"", "-", "nan", "NaN", "NAN", "na", "NA", "N/A", "null"}) {
    if (field == word) return true;
  }
  return false;
}

// The next field off the front of a row; nothing after the last.
std::optional<std::string_view> take_field(std::optional<std::string_view>& row) {
  if (!row) return std::nullopt;
  const auto tab = row->find('\t');
  const std::string_view field = trimmed(row->substr(0, tab));
  row = tab == std::string_view::npos ? std::nullopt : std::optional(row->substr(tab + 1));
  return field;
}

std::string column_name(std::int64_t index) {
  return "column " + std::to_string(index + 1);
}

class MatrixReader {
 public:
  MatrixReader(LineReader lines, Unit unit) : lines_(std::move(lines)), unit_(unit) {}

  Result<RttMatrix> run() {
    std::int64_t row = 0;
    while (true) {
      const Result<std::optional<std::string_view>> line = lines_.next();
      if (!line) return line.problems();
      if (!line.value()) break;
      const std::string_view text = trimmed(*line.value());
      if (text.empty() || (text.front() == '#' && row == 0)) {
        blank_ = blank_ || (text.empty() && row > 0);
        continue;
      }
      if (blank_) return lines_.problem("", "a blank line stands before this row", "one matrix");
      if (row > 0 && row == out_.nodes) {
        return lines_.problem("", "the matrix has more rows than columns",
                              std::to_string(out_.nodes) + " rows, as many as columns");
      }
      if (std::optional<Problem> problem = take_row(*line.value(), row)) return *std::move(problem);
      ++row;
    }
    if (row + 1 == out_.nodes && last_empty_) drop_last_column();
    if (row != out_.nodes) {
      return lines_.problem("",
                            "the matrix has " + std::to_string(row) + " rows and " +
                                std::to_string(out_.nodes) + " columns",
                            "as many rows as columns, or the column of a table as an option");
    }
    if (out_.missing + out_.zeros == row * (row - 1))
      return lines_.problem("", "no round trip was measured", "a number beside the diagonal");
    return std::move(out_);
  }

 private:
  std::optional<Problem> take_row(std::string_view line, std::int64_t row) {
    std::optional<std::string_view> rest = line;
    std::int64_t column = 0;
    while (rest && (row == 0 || column < out_.nodes)) {
      const std::optional<std::string_view> field = take_field(rest);
      if (column == RttMatrix::kMostNodes) {
        return lines_.problem(
            "", "the matrix has more than " + std::to_string(RttMatrix::kMostNodes) + " columns",
            "fewer nodes");
      }
      if (std::optional<Problem> problem = take_entry(*field, row, column)) return problem;
      if (++column == out_.nodes || (row == 0 && !rest)) last_empty_ &= field->empty();
    }
    if (row == 0) out_.nodes = column;
    if (column != out_.nodes || rest) {
      return lines_.problem("", std::string("the row has ") + (rest ? "more" : "fewer") + " fields",
                            std::to_string(out_.nodes) + " fields, as in the first line");
    }
    return std::nullopt;
  }

  // A tab at the end of every row is harmless.
  void drop_last_column() {
    const std::int64_t nodes = out_.nodes - 1;
    std::vector<std::int64_t> kept;
    for (std::int64_t row = 0; row < nodes; ++row) {
      for (std::int64_t column = 0; column < nodes; ++column) kept.push_back(out_.at(row, column));
    }
    out_.ns = std::move(kept);
    out_.missing -= nodes;
    out_.nodes = nodes;
  }

  std::optional<Problem> take_entry(std::string_view field, std::int64_t row, std::int64_t column) {
    std::int64_t value = RttMatrix::kNotMeasured;
    if (is_missing(field)) {
      if (row != column) ++out_.missing;
    } else {
      const Decimal time = read_decimal(field, unit_);
      if (time.status != DecimalStatus::good) {
        return lines_.problem(column_name(column), decimal_problem(field, time.status),
                              "a round trip, or an empty field where none was measured");
      }
      if (time.ns > days(1).ns) {
        return lines_.problem(column_name(column),
                              "a round trip of \"" + shown(field) + "\" is longer than a day",
                              "round trips in " + std::string(name_of(unit_)));
      }
      if (row != column && time.ns < 0) ++out_.missing;
      if (row != column && time.ns == 0) ++out_.zeros;
      if (row != column && time.ns > 0) value = time.ns;
    }
    out_.ns.push_back(value);
    return std::nullopt;
  }

  LineReader lines_;
  Unit unit_;
  RttMatrix out_;
  bool blank_ = false;
  bool last_empty_ = true;  // the last field of every row so far
};

}  // namespace

bool is_matrix_row(std::string_view line) {
  std::optional<std::string_view> rest = line;
  int fields = 0, numbers = 0;
  while (const std::optional<std::string_view> field = take_field(rest)) {
    const bool number = read_decimal(*field, Unit{6}).status == DecimalStatus::good;
    if (!number && !is_missing(*field)) return false;
    ++fields;
    numbers += number ? 1 : 0;
  }
  return fields >= 3 && numbers >= 1;
}

Result<RttMatrix> read_rtt_matrix(const std::string& path, const std::string& unit) {
  Result<LineReader> lines = LineReader::open(path);
  if (!lines) return lines.problems();
  const std::optional<Unit> known = unit_of(unit);
  if (!known) {
    return lines.value().problem("",
                                 unit.empty() ? "the unit of the round trips is not known"
                                              : "unknown unit \"" + shown(unit) + "\"",
                                 std::string(kUnitsExpected) + " as an option (--unit)");
  }
  return MatrixReader(std::move(lines).value(), *known).run();
}

}  // namespace flatline::trace
