#include "flatline/report/text.hpp"

#include <algorithm>
#include <vector>

#include "rows.hpp"

namespace flatline::report {
namespace {

struct Column {
  std::string heading;
  bool right = false;
  std::vector<std::string> values;
};

// Characters, not bytes: labels may be UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// A label with a line break or an escape sequence must not break the table or the terminal.
std::string printable(const std::string& text) {
  std::string out = text;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

std::vector<Column> columns_of(const Rows& rows) {
  std::vector<Column> columns{{"detector", false, {}},
                              {"setting", false, {}},
                              {"state", false, {}},
                              {"detection mean [95 %]", true, {}},
                              {"p99", true, {}},
                              {"mistakes", true, {}},
                              {"per hour [95 %]", true, {}},
                              {"mistake lasts", true, {}},
                              {"P_A", true, {}},
                              {"messages/s", true, {}}};
  for (const Row& row : rows.rows) {
    const std::vector<std::string> values{
        printable(row.label),
        printable(setting_text(rows, row)),
        printable(row.state),
        readable_time(row.of(Measure::detection_mean)),
        readable_time(row.of(Measure::detection_p99).mean),
        readable_count(row.mistakes()),
        readable_rate(row.of(Measure::mistake_rate), row.mistakes()),
        readable_time(row.of(Measure::mistake_duration).mean),
        readable_share(row.of(Measure::query_accuracy).mean),
        plain_number(row.of(Measure::messages).mean)};
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].values.push_back(values[i]);
  }
  const auto& settings = columns[1].values;
  if (std::all_of(settings.begin(), settings.end(), [](const auto& s) { return s.empty(); })) {
    columns.erase(columns.begin() + 1);
  }
  return columns;
}

}  // namespace

Result<std::string> text_table(const results::Table& table) {
  const Result<Rows> rows = read_rows(table);
  if (!rows) return rows.problems();
  const std::vector<Column> columns = columns_of(rows.value());
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = width_of(column.heading);
    for (const std::string& value : column.values) width = std::max(width, width_of(value));
    widths.push_back(width);
  }
  const auto line = [&](const auto& value_of) {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      out += padded(value_of(columns[i]), widths[i], columns[i].right);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out + "\n";
  };
  std::string out = line([](const Column& c) { return c.heading; });
  for (std::size_t r = 0; r < rows.value().rows.size(); ++r) {
    out += line([r](const Column& c) { return c.values[r]; });
  }
  return out;
}

}  // namespace flatline::report
