#include "flatline/results/table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"

namespace flatline::results {
namespace {

void check_shape(const Table& table) {
  FLATLINE_CHECK(!table.columns.empty(), "a table has columns");
  for (const auto& row : table.rows) {
    FLATLINE_CHECK(row.size() == table.columns.size(), "a row is as long as the header");
  }
}

void append_field(std::string& out, const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

template <typename Fields, typename Text>
void append_line(std::string& out, const Fields& fields, Text text) {
  bool first = true;
  for (const auto& field : fields) {
    if (!first) out += ',';
    first = false;
    const std::string& words = text(field);
    if (words.empty() && fields.size() == 1) {
      out += "\"\"";
    } else {
      append_field(out, words);
    }
  }
  out += '\n';
}

Cell typed(std::string text) {
  if (text.empty()) return std::monostate{};
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(text.data(), end, whole);
      error == std::errc() && at == end && std::to_string(whole) == text) {
    return whole;
  }
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (const Result<double> number = parse_number(text);
      number && format_number(number.value()) == text) {
    return number.value();
  }
  return text;
}

struct Field {
  std::string text;
  bool quoted = false;
};

// Takes fields off a text, line by line.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] int line() const { return line_; }

  // The fields of the next row; line() is then the line it began on.
  Result<std::vector<Field>> row() {
    line_ = next_line_;
    std::vector<Field> fields;
    while (true) {
      Field field;
      if (!rest_.empty() && rest_.front() == '"') {
        field.quoted = true;
        if (!take_quoted(field.text)) return problem("a quote is left open");
      } else {
        const std::size_t length = std::min(rest_.find_first_of(",\n"), rest_.size());
        field.text = rest_.substr(0, length);
        rest_.remove_prefix(length);
        // The carriage return of a "\r\n" belongs to the line end.
        if (!rest_.starts_with(',') && field.text.ends_with('\r')) field.text.pop_back();
      }
      fields.push_back(std::move(field));
      if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
      if (rest_.empty()) return fields;
      const char next = rest_.front();
      if (next != ',' && next != '\n') return problem("text follows a closing quote");
      rest_.remove_prefix(1);
      if (next == '\n') {
        ++next_line_;
        return fields;
      }
    }
  }

 private:
  bool take_quoted(std::string& text) {
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t length = rest_.find('"');
      if (length == std::string_view::npos) return false;
      const std::string_view piece = rest_.substr(0, length);
      next_line_ += static_cast<int>(std::count(piece.begin(), piece.end(), '\n'));
      text += piece;
      rest_.remove_prefix(length + 1);
      if (!rest_.starts_with('"')) return true;
      text += '"';
      rest_.remove_prefix(1);
    }
  }

  [[nodiscard]] Problem problem(std::string message) const {
    Problem p;
    p.line = line_;
    p.message = std::move(message);
    p.expected = "comma-separated values after RFC 4180";
    return p;
  }

  std::string_view rest_;
  int line_ = 0;
  int next_line_ = 1;
};

Problem bad_row(int line, std::string message, std::string expected) {
  Problem p;
  p.line = line;
  p.message = std::move(message);
  p.expected = std::move(expected);
  return p;
}

}  // namespace

std::optional<std::size_t> Table::index_of(std::string_view column) const {
  const auto at = std::find(columns.begin(), columns.end(), column);
  if (at == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(at - columns.begin());
}

const Cell& Table::at(std::size_t row, std::string_view column) const {
  const std::optional<std::size_t> index = index_of(column);
  FLATLINE_CHECK(index.has_value(), "the column exists");
  FLATLINE_CHECK(row < rows.size() && *index < rows[row].size(), "the row exists and is whole");
  return rows[row][*index];
}

std::string cell_text(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* words = std::get_if<std::string>(&cell)) return *words;
  if (const auto* number = std::get_if<double>(&cell)) {
    FLATLINE_CHECK(!std::isnan(*number), "a measure without a value is nothing, not NaN");
    return format_number(*number);
  }
  return {};
}

std::optional<double> cell_number(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (const auto* words = std::get_if<std::string>(&cell)) {
    if (*words == "inf") return std::numeric_limits<double>::infinity();
    if (*words == "-inf") return -std::numeric_limits<double>::infinity();
    if (const Result<double> number = parse_number(*words)) return number.value();
  }
  return std::nullopt;
}

std::string write_csv(const Table& table) {
  check_shape(table);
  std::string out;
  append_line(out, table.columns,
              [](const std::string& name) -> const std::string& { return name; });
  for (const auto& row : table.rows) append_line(out, row, cell_text);
  return out;
}

Result<Table> read_csv(std::string_view text) {
  if (text.empty()) return bad_row(1, "the table is empty", "a header row");
  Fields fields(text);
  Result<std::vector<Field>> header = fields.row();
  if (!header) return header.problems();
  Table table;
  std::set<std::string> seen;
  for (Field& field : header.value()) {
    if (!seen.insert(field.text).second) {
      return bad_row(fields.line(), "the column \"" + field.text + "\" is there twice",
                     "distinct names");
    }
    table.columns.push_back(std::move(field.text));
  }
  while (!fields.done()) {
    Result<std::vector<Field>> row = fields.row();
    if (!row) return row.problems();
    if (row.value().size() != table.columns.size()) {
      return bad_row(fields.line(), "the row has " + std::to_string(row.value().size()) + " fields",
                     std::to_string(table.columns.size()) + " fields");
    }
    std::vector<Cell>& cells = table.rows.emplace_back();
    cells.reserve(table.columns.size());
    for (Field& field : row.value()) {
      cells.push_back(field.quoted ? Cell(std::move(field.text)) : typed(std::move(field.text)));
    }
  }
  return table;
}

}  // namespace flatline::results
