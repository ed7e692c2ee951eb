#include "rows.hpp"

#include <algorithm>
#include <array>

#include "flatline/base/text.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

// Stands for none; in a text file it does not occur.
constexpr char kNoDelimiter = '\0';

// Whether a first line with this field in it is a row, not a header. NaN counts: it is a row's
// error.
bool is_like_a_number(std::string_view field) {
  const NumberWithUnit parts = split_unit(field);
  return read_decimal(field, Unit{}).status != DecimalStatus::not_a_number ||
         (unit_of(parts.unit) &&
          read_decimal(parts.number, Unit{}).status != DecimalStatus::not_a_number);
}

// The delimiter that stands most often outside quotes; on a tie tab before semicolon before comma,
// since a decimal comma is found in files whose fields are set apart by the others.
char find_delimiter(std::string_view line) {
  static constexpr std::array<char, 3> kCandidates{'\t', ';', ','};
  std::array<std::size_t, 3> counts{};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    for (std::size_t i = 0; i < kCandidates.size(); ++i) {
      if (!quoted && c == kCandidates[i]) ++counts[i];
    }
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? ' ' : kCandidates[static_cast<std::size_t>(most - counts.begin())];
}

bool is_control(char c) {
  const auto code = static_cast<unsigned char>(c);
  return (code < ' ' && c != '\t') || code == 0x7f;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Why a field is no time, with what is likely meant.
std::string field_problem(std::string_view field, DecimalStatus status, Unit unit) {
  std::string message = decimal_problem(field, status);
  if (field.empty()) return message + ": the field is empty";
  const std::optional<Unit> own = unit_of(split_unit(field).unit);
  if (own && *own != unit) {
    message += ": mixed units, the column is in " + std::string(name_of(unit));
  }
  return message;
}

std::string without_unit(std::string_view column) {
  if (unit_suffix(column)) column = column.substr(0, column.find_last_of('_'));
  return lower_case(column);
}

}  // namespace

void RowReader::split(std::string_view line) {
  fields_.clear();
  if (delimiter_ == ' ') {
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
      const std::size_t length = std::min(line.find_first_of(" \t"), line.size());
      fields_.push_back(line.substr(0, length));
      line.remove_prefix(length);
    }
    return;
  }
  while (true) {
    // A quoted field may hold the delimiter. A quote left open runs to the end of the line.
    const std::size_t first = line.find_first_not_of(' ');
    std::size_t search = 0;
    if (first != std::string_view::npos && line[first] == '"') {
      search = std::min(line.find('"', first + 1), line.size());
    }
    const std::size_t length = std::min(line.find(delimiter_, search), line.size());
    std::string_view field = trimmed(line.substr(0, length));
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
      field = trimmed(field.substr(1, field.size() - 2));
    }
    fields_.push_back(field);
    if (length == line.size()) return;
    line.remove_prefix(length + 1);
  }
}

Result<RowReader> RowReader::open(LineReader lines, std::string_view what) {
  RowReader rows(std::move(lines));
  while (true) {
    const Result<std::optional<std::string_view>> line = rows.lines_.next();
    if (!line) return line.problems();
    if (!line.value()) {
      return rows.problem(std::nullopt, "the file holds no " + std::string(what),
                          "a row with a number");
    }
    const std::string_view text = trimmed(*line.value());
    if (text.empty() || (text.front() == '#' && rows.width_ == 0)) continue;
    if (text == rows.header_) {
      rows.header_above_ = rows.lines_.line();
      continue;
    }
    if (rows.width_ == 0) {
      if (std::any_of(text.begin(), text.end(), is_control)) {
        return rows.problem(std::nullopt, "this is not text", "rows of fields, plain or gzip");
      }
      rows.delimiter_ = find_delimiter(*line.value());
      rows.first_line_ = static_cast<int>(rows.lines_.line());
    }
    // After the header this is the first row, and checked like any other.
    rows.split(*line.value());
    if (rows.width_ == 0) {
      rows.width_ = rows.fields_.size();
      // In a list nothing sets fields apart: "5 ms" is one field, and not the number 5.
      if (rows.width_ == 1) rows.delimiter_ = kNoDelimiter;
      if (std::none_of(rows.fields_.begin(), rows.fields_.end(), is_like_a_number)) {
        rows.columns_.assign(rows.fields_.begin(), rows.fields_.end());
        rows.header_ = text;
        continue;
      }
    }
    rows.first_pending_ = true;
    return rows;
  }
}

Result<std::span<const std::string_view>> RowReader::next_row() {
  if (!first_pending_) {
    header_above_ = 0;
    std::int64_t blank_lines = 0;
    while (true) {
      const Result<std::optional<std::string_view>> line = lines_.next();
      if (!line) return line.problems();
      if (!line.value()) return std::span<const std::string_view>();
      const std::string_view text = trimmed(*line.value());
      if (!text.empty() && text == header_) {
        header_above_ = lines_.line();
      } else if (!text.empty()) {
        split(*line.value());
        break;
      } else {
        ++blank_lines;
      }
    }
    if (blank_lines > 0) {
      return problem(std::nullopt, "a blank line stands before this row", "rows without gaps");
    }
  }
  first_pending_ = false;
  // A delimiter at the end of the rows only is harmless.
  while (fields_.size() > width_ && fields_.back().empty()) fields_.pop_back();
  if (fields_.size() != width_) {
    return problem(std::nullopt,
                   "the row has " + std::to_string(fields_.size()) +
                       (fields_.size() == 1 ? " field" : " fields"),
                   std::to_string(width_) + " fields, as in the first line");
  }
  return std::span<const std::string_view>(fields_);
}

std::string RowReader::name_of(std::size_t column) const {
  return column < columns_.size() ? shown(columns_[column])
                                  : "column " + std::to_string(column + 1);
}

Problem RowReader::problem(std::optional<std::size_t> column, std::string message,
                           std::string expected) const {
  return lines_.problem(column ? name_of(*column) : "", std::move(message), std::move(expected));
}

Problem RowReader::header_problem(std::optional<std::size_t> column, std::string message,
                                  std::string expected) const {
  Problem p = problem(column, std::move(message), std::move(expected));
  p.line = first_line_;
  return p;
}

std::string RowReader::columns_text() const {
  if (columns_.empty()) {
    return "a number from 1 to " + std::to_string(width_) + ", since the file has no header";
  }
  std::string out = "one of ";
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i == 20) return out + " ...";
    out += (i == 0 ? "" : ", ") + shown(columns_[i]);
  }
  return out;
}

Result<std::size_t> RowReader::find(const std::string& wanted) const {
  const auto named = std::find(columns_.begin(), columns_.end(), wanted);
  if (named != columns_.end()) {
    if (std::find(named + 1, columns_.end(), wanted) != columns_.end()) {
      return header_problem(std::nullopt, "several columns are called \"" + shown(wanted) + "\"",
                            "the number of one, from 1");
    }
    return static_cast<std::size_t>(named - columns_.begin());
  }
  const Result<std::int64_t> number = parse_count(wanted);
  if (number && number.value() >= 1 && static_cast<std::size_t>(number.value()) <= width_) {
    return static_cast<std::size_t>(number.value() - 1);
  }
  Problem p =
      header_problem(std::nullopt, "there is no column \"" + shown(wanted) + "\"", columns_text());
  p.suggestion = nearest_name(wanted, columns_);
  return p;
}

Result<std::size_t> RowReader::guess(std::initializer_list<std::string_view> names) const {
  if (width_ == 1) return std::size_t{0};
  for (const std::string_view name : names) {
    std::vector<std::size_t> called;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (without_unit(columns_[i]) == name) called.push_back(i);
    }
    if (called.size() == 1) return called.front();
    if (called.size() > 1) break;
  }
  return header_problem(std::nullopt, "which column to read is not clear", columns_text());
}

Result<std::optional<Unit>> choose_unit(const RowReader& rows, std::size_t column,
                                        const std::string& option) {
  const std::optional<Unit> by_name =
      column < rows.columns().size() ? unit_suffix(rows.columns()[column]) : std::nullopt;
  if (option.empty()) return by_name;
  const std::optional<Unit> by_option = unit_of(option);
  if (!by_option) {
    return rows.header_problem(column, "unknown unit \"" + shown(option) + "\"",
                               std::string(kUnitsExpected));
  }
  if (by_name && *by_name != *by_option) {
    return rows.header_problem(column,
                               "the unit is given as " + option +
                                   ", but the column's name ends in " +
                                   std::string(name_of(*by_name)),
                               "the same unit in both");
  }
  return by_option;
}

Result<TimeColumn> time_column(const RowReader& rows, std::initializer_list<std::string_view> names,
                               const std::string& wanted, const std::string& unit) {
  const Result<std::size_t> index = wanted.empty() ? rows.guess(names) : rows.find(wanted);
  if (!index) return index.problems();
  const Result<std::optional<Unit>> chosen = choose_unit(rows, index.value(), unit);
  if (!chosen) return chosen.problems();
  if (chosen.value()) return TimeColumn{index.value(), *chosen.value()};
  return rows.header_problem(
      index.value(), "the unit of the times is not known",
      std::string(kUnitsExpected) +
          ", given as an option or at the end of the column's name (\"rx_ms\")");
}

Result<std::int64_t> read_time(const RowReader& rows, std::span<const std::string_view> row,
                               const TimeColumn& column, bool whole) {
  const std::string_view field = row[column.index];
  const Decimal decimal = read_decimal(field, column.unit);
  if (decimal.status != DecimalStatus::good) {
    return rows.problem(column.index, field_problem(field, decimal.status, column.unit),
                        "a time in decimal");
  }
  if (whole && decimal.rounded) {
    return rows.problem(
        column.index, rounded_problem(field),
        "at most nanoseconds behind the point, in " + std::string(name_of(column.unit)));
  }
  return decimal.ns;
}

}  // namespace flatline::trace
