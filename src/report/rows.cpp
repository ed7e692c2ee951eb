#include "rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "flatline/base/text.hpp"

namespace flatline::report {
namespace {

constexpr std::array<std::string_view, 4> kLeading{{"cell", "kind", "label", "state"}};
// Axes of the world that an operator sets. Every other one (loss, delay, faults, nodes) is a
// condition.
constexpr std::array<std::string_view, 7> kKnobs{
    {"interval", "jitter", "phase", "bytes", "check_every", "dead_after", "watch"}};

Problem bad_cells(int line, std::string column, std::string message, std::string expected) {
  Problem problem;
  problem.file = "cells.csv";
  problem.line = line;
  problem.pointer = std::move(column);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

bool is_knob(std::string_view name) {
  return std::any_of(kKnobs.begin(), kKnobs.end(), [&](std::string_view knob) {
    const std::size_t at = name.find(knob);
    if (at == std::string_view::npos) return false;
    const bool starts = at == 0 || name[at - 1] == '/' || name[at - 1] == '.';
    const std::size_t after = at + knob.size();
    return starts && (after == name.size() || name[after] == '/' || name[after] == '.');
  });
}

Parameter parameter_of(const std::string& column, const std::set<std::string>& labels) {
  Parameter p;
  p.column = column;
  p.name = column;
  for (const std::string& label : labels) {
    if (label.size() > p.label.size() && column.size() > label.size() + 1 &&
        column.compare(0, label.size(), label) == 0 && column[label.size()] == '.') {
      p.label = label;
    }
  }
  if (!p.label.empty()) p.name = column.substr(p.label.size() + 1);
  if (p.name.size() > 2 && p.name.ends_with("_s")) {
    p.is_time = true;
    p.name.resize(p.name.size() - 2);
  }
  p.is_condition = p.label.empty() && !is_knob(p.name);
  return p;
}

// Where each measure and its bounds stand in the file; -1 where they do not.
struct MeasurePlace {
  int mean = -1;
  int lo = -1;
  int hi = -1;
};

int index_of(const std::vector<std::string>& columns, const std::string& name) {
  const auto at = std::find(columns.begin(), columns.end(), name);
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

Problems check_header(const std::vector<std::string>& columns) {
  Problems problems;
  for (std::size_t i = 0; i < kLeading.size(); ++i) {
    if (columns.size() <= i || columns[i] != kLeading[i]) {
      problems.push_back(bad_cells(1, std::string(kLeading[i]),
                                   "the column is missing or misplaced",
                                   "the columns cell,kind,label,state first"));
      return problems;
    }
  }
  if (index_of(columns, std::string(kMeasureColumns[0])) < 0) {
    problems.push_back(bad_cells(1, std::string(kMeasureColumns[0]), "the column is missing",
                                 "the measures that follow the parameters"));
  }
  return problems;
}

double read_measure(const std::vector<results::Cell>& fields, int column, int line,
                    const std::vector<std::string>& columns, Problems& problems) {
  if (column < 0) return kAbsent;
  const results::Cell& cell = fields[static_cast<std::size_t>(column)];
  if (std::holds_alternative<std::monostate>(cell)) return kAbsent;
  const std::optional<double> value = results::cell_number(cell);
  if (value) return *value;
  problems.push_back(bad_cells(line, columns[static_cast<std::size_t>(column)],
                               "\"" + results::cell_text(cell) + "\" is not a number", "a number"));
  return kAbsent;
}

void add_once(std::vector<std::string>& list, const std::string& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

void mark_varying(Rows& rows) {
  for (std::size_t i = 0; i < rows.parameters.size(); ++i) {
    const std::string* first = nullptr;
    for (const Row& row : rows.rows) {
      const std::string& value = row.parameters[i];
      if (value.empty()) continue;
      if (first == nullptr) first = &value;
      if (value != *first) {
        rows.parameters[i].varies = true;
        break;
      }
    }
  }
}

using WriteValue = std::string (*)(const Parameter&, const std::string&);

template <typename Wanted>
std::string join_parameters(const Rows& rows, const Row& row, WriteValue write, Wanted wanted) {
  std::string out;
  for (std::size_t i = 0; i < rows.parameters.size(); ++i) {
    const Parameter& p = rows.parameters[i];
    if (row.parameters[i].empty() || !wanted(p)) continue;
    if (!out.empty()) out += ", ";
    out += p.name + " " + write(p, row.parameters[i]);
  }
  return out;
}

Result<Row> read_row(const results::Table& table, std::size_t at, std::size_t first_measure,
                     const std::array<MeasurePlace, kMeasureColumns.size()>& places) {
  const std::vector<results::Cell>& fields = table.rows[at];
  const int line = static_cast<int>(at) + 2;
  if (fields.size() != table.columns.size()) {
    return bad_cells(line, "", "the row has " + std::to_string(fields.size()) + " fields",
                     std::to_string(table.columns.size()) + " fields");
  }
  Problems problems;
  Row row;
  const auto* const cell = std::get_if<std::int64_t>(&fields[0]);
  if (cell != nullptr) {
    row.cell = *cell;
  } else {
    problems.push_back(bad_cells(
        line, "cell", "\"" + results::cell_text(fields[0]) + "\" is not a cell", "a whole number"));
  }
  row.kind = results::cell_text(fields[1]);
  row.label = results::cell_text(fields[2]);
  row.state = results::cell_text(fields[3]);
  for (std::size_t i = kLeading.size(); i < first_measure; ++i) {
    row.parameters.push_back(results::cell_text(fields[i]));
  }
  for (std::size_t m = 0; m < places.size(); ++m) {
    row.measures[m] = {read_measure(fields, places[m].mean, line, table.columns, problems),
                       read_measure(fields, places[m].lo, line, table.columns, problems),
                       read_measure(fields, places[m].hi, line, table.columns, problems)};
  }
  if (!problems.empty()) return problems;
  return row;
}

}  // namespace

Result<Rows> read_rows(const results::Table& table) {
  Problems problems = check_header(table.columns);
  if (!problems.empty()) return problems;
  const auto first_measure =
      static_cast<std::size_t>(index_of(table.columns, std::string(kMeasureColumns[0])));
  std::array<MeasurePlace, kMeasureColumns.size()> places;
  for (std::size_t m = 0; m < places.size(); ++m) {
    const std::string name(kMeasureColumns[m]);
    places[m] = {index_of(table.columns, name), index_of(table.columns, name + "_lo"),
                 index_of(table.columns, name + "_hi")};
  }
  Rows out;
  std::set<std::string> labels;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    Result<Row> row = read_row(table, i, first_measure, places);
    if (!row) {
      problems.insert(problems.end(), row.problems().begin(), row.problems().end());
      if (problems.size() > 20) return problems;
      continue;
    }
    labels.insert(row.value().label);
    add_once(out.labels, row.value().label);
    add_once(out.states, row.value().state);
    out.rows.push_back(std::move(row).value());
  }
  if (!problems.empty()) return problems;
  for (std::size_t i = kLeading.size(); i < first_measure; ++i) {
    out.parameters.push_back(parameter_of(table.columns[i], labels));
  }
  mark_varying(out);
  return out;
}

std::string parameter_value(const Parameter& parameter, const std::string& text) {
  if (!parameter.is_time) return text;
  const Result<double> seconds = parse_number(text);
  return seconds ? exact_time(seconds.value()) : text;
}

std::string short_parameter_value(const Parameter& parameter, const std::string& text) {
  const Result<double> value = parse_number(text);
  if (!value) return text;
  if (parameter.is_time) return exact_time(value.value(), 4);
  // A whole number is a count: 12345 is not 1.235e+04.
  return text.find_first_not_of("0123456789") == std::string::npos
             ? text
             : format_number(value.value(), 4);
}

std::string setting_text(const Rows& rows, const Row& row) {
  return join_parameters(rows, row, short_parameter_value,
                         [](const Parameter& p) { return p.varies; });
}

std::string knob_text(const Rows& rows, const Row& row) {
  return join_parameters(rows, row, short_parameter_value,
                         [](const Parameter& p) { return p.varies && !p.is_condition; });
}

std::string full_setting_text(const Rows& rows, const Row& row) {
  return join_parameters(rows, row, parameter_value, [](const Parameter&) { return true; });
}

std::string condition_text(const Rows& rows, const Row& row) {
  return join_parameters(rows, row, short_parameter_value,
                         [](const Parameter& p) { return p.varies && p.is_condition; });
}

}  // namespace flatline::report
