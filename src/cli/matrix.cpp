#include "cli/matrix.hpp"

#include <string_view>
#include <vector>

#include "flatline/base/text.hpp"
#include "flatline/trace/line_reader.hpp"

namespace flatline::cli {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Tabs and commas each end a field, which may be empty; else fields stand between runs of blanks.
std::vector<std::string_view> fields_of(std::string_view line) {
  const char mark = line.find('\t') != std::string_view::npos  ? '\t'
                    : line.find(',') != std::string_view::npos ? ','
                                                               : ' ';
  std::vector<std::string_view> fields;
  if (mark == ' ') line = trimmed(line);
  while (true) {
    const auto end = line.find(mark);
    const std::string_view field = trimmed(line.substr(0, end));
    if (mark != ' ' || !field.empty()) fields.push_back(field);
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

Result<std::vector<double>> row_of(const trace::LineReader& lines, std::string_view line) {
  std::vector<double> row;
  for (const std::string_view field : fields_of(line)) {
    const std::string column = "column " + std::to_string(row.size() + 1);
    if (field.empty()) return lines.problem(column, "the field is empty", "a round trip");
    const auto number = parse_number(field);
    if (!number.ok()) {
      const std::string shown(field.substr(0, 40));
      return lines.problem(column, "\"" + shown + "\" is not a finite number", "a round trip");
    }
    if (number.value() < 0) {
      return lines.problem(column, "the round trip is negative", "a number from 0 on");
    }
    row.push_back(number.value());
  }
  return row;
}

}  // namespace

Result<scenario::Matrix> read_matrix(const std::string& path) {
  auto opened = trace::LineReader::open(path);
  if (!opened.ok()) return opened.problems();
  trace::LineReader lines = std::move(opened).value();
  scenario::Matrix matrix;
  while (true) {
    const auto line = lines.next();
    if (!line.ok()) return line.problems();
    if (!line.value()) break;
    const std::string_view text = trimmed(*line.value());
    if (text.empty() || text.front() == '#') continue;
    auto row = row_of(lines, *line.value());
    if (!row.ok()) return row.problems();
    if (!matrix.empty() && row.value().size() != matrix.front().size()) {
      return lines.problem("", "the row has " + std::to_string(row.value().size()) + " fields",
                           std::to_string(matrix.front().size()) + " as in the first");
    }
    matrix.push_back(std::move(row).value());
  }
  if (matrix.empty()) return lines.problem("", "there are no numbers", "a matrix of round trips");
  if (matrix.size() != matrix.front().size()) {
    return lines.problem("",
                         "the matrix has " + std::to_string(matrix.size()) + " rows and " +
                             std::to_string(matrix.front().size()) + " columns",
                         "as many rows as columns");
  }
  return matrix;
}

}  // namespace flatline::cli
