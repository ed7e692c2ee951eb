#include "flatline/report/text.hpp"

#include <algorithm>
#include <set>
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
  if (std::none_of(rows.parameters.begin(), rows.parameters.end(),
                   [](const Parameter& p) { return p.varies; })) {
    columns.erase(columns.begin() + 1);
  }
  return columns;
}

// Keeps as many rows of a table as tell its labels and which of its parameters vary.
class Sample {
 public:
  Result<std::monostate> add(const results::Table& lot) {
    const Result<Rows> rows = read_rows(lot);
    if (!rows) {
      Problems problems = rows.problems();
      for (Problem& problem : problems) problem.line += problem.line > 0 ? seen_ : 0;
      return problems;
    }
    kept_.columns = lot.columns;
    values_.resize(rows.value().parameters.size());
    for (std::size_t r = 0; r < rows.value().rows.size(); ++r) {
      if (is_news(rows.value().rows[r])) kept_.rows.push_back(lot.rows[r]);
    }
    seen_ += static_cast<int>(lot.rows.size());
    return std::monostate{};
  }

  // The parameters of the whole table.
  [[nodiscard]] std::vector<Parameter> parameters() const {
    return read_rows(kept_).value().parameters;
  }

 private:
  bool is_news(const Row& row) {
    bool news = labels_.insert(row.label).second;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::string& value = row.parameters[i];
      if (value.empty() || values_[i].size() == 2) continue;  // two values: it varies
      news = values_[i].insert(value).second || news;
    }
    return news;
  }

  results::Table kept_;
  std::set<std::string> labels_;
  std::vector<std::set<std::string>> values_;
  int seen_ = 0;
};

// The columns of some rows of a table with these parameters.
Result<std::vector<Column>> columns_of(const results::Table& lot,
                                       const std::vector<Parameter>& parameters) {
  Result<Rows> rows = read_rows(lot);
  if (!rows) return rows.problems();
  rows.value().parameters = parameters;
  return columns_of(rows.value());
}

class Layout {
 public:
  void fit(const std::vector<Column>& columns) {
    widths_.resize(columns.size(), 0);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      widths_[i] = std::max(widths_[i], width_of(columns[i].heading));
      for (const std::string& value : columns[i].values)
        widths_[i] = std::max(widths_[i], width_of(value));
    }
  }

  [[nodiscard]] std::string heading(const std::vector<Column>& columns) const {
    return line(columns, [](const Column& c) { return c.heading; });
  }
  [[nodiscard]] std::string row(const std::vector<Column>& columns, std::size_t r) const {
    return line(columns, [r](const Column& c) { return c.values[r]; });
  }

 private:
  template <typename ValueOf>
  std::string line(const std::vector<Column>& columns, ValueOf value_of) const {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      out += padded(value_of(columns[i]), widths_[i], columns[i].right);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out + "\n";
  }

  std::vector<std::size_t> widths_;
};

}  // namespace

Result<std::monostate> print_text_table(const TableLots& lots,
                                        const std::function<void(std::string_view)>& print) {
  Sample sample;
  auto done = lots([&](const results::Table& lot) { return sample.add(lot); });
  if (!done) return done;
  const std::vector<Parameter> parameters = sample.parameters();
  const auto for_each_lot = [&](const auto& use) {
    return lots([&](const results::Table& lot) -> Result<std::monostate> {
      const auto columns = columns_of(lot, parameters);
      if (!columns) return columns.problems();
      use(columns.value(), lot.rows.size());
      return std::monostate{};
    });
  };
  Layout layout;
  done =
      for_each_lot([&](const std::vector<Column>& columns, std::size_t) { layout.fit(columns); });
  if (!done) return done;
  bool headed = false;
  return for_each_lot([&](const std::vector<Column>& columns, std::size_t rows) {
    if (!headed) print(layout.heading(columns));
    headed = true;
    for (std::size_t r = 0; r < rows; ++r) print(layout.row(columns, r));
  });
}

Result<std::string> text_table(const results::Table& table) {
  std::string text;
  const auto done = print_text_table([&](const UseLot& use) { return use(table); },
                                     [&](std::string_view piece) { text += piece; });
  if (!done) return done.problems();
  return text;
}

}  // namespace flatline::report
