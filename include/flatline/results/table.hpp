#pragma once
// Results as a table of named columns, and its two texts: CSV (the file of record) and JSON (for
// other programs). Both write a number in the same way, so the two never disagree about a digit.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::results {

/// One value: nothing (no event, not applicable), a count, a measure, or a word.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Rows of equal length under named columns. Order is part of the value.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;

  /// Where a column stands; nothing if there is none of this name.
  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view column) const;
  /// The cell in this row under this column. REQUIRES: both exist.
  [[nodiscard]] const Cell& at(std::size_t row, std::string_view column) const;
};

/// The cell as CSV writes it, before quoting: "" for nothing, whole counts, ten significant digits,
/// "inf".
std::string cell_text(const Cell& cell);

/// The cell as a number: a count, a measure, or a word that reads as one ("0.050", "inf");
/// otherwise nothing.
std::optional<double> cell_number(const Cell& cell);

/// CSV after RFC 4180, but with "\n" as the line end: a header row, then the rows; a field is
/// quoted only if it holds a comma, a quote or a line break. Nothing is an empty field (in a table
/// of one column `""`, since an empty line would vanish). REQUIRES: at least one column, every row
/// as long as the header, no NaN.
std::string write_csv(const Table& table);

/// Reads CSV. A field becomes a count or a measure exactly if writing that gives the same text
/// back, an empty one nothing, all else (and whatever is quoted) a word; so
/// write_csv(read_csv(text)) is `text` for anything that write_csv wrote. "\r\n" is accepted as a
/// line end, and a last line without one. Fails, with the line, on: no header, a column named
/// twice, a row of another length, a quote left open or followed by something else than a comma or
/// a line end.
Result<Table> read_csv(std::string_view text);

/// Reads a CSV file in order, at most `rows` rows at a time, and calls use(table) with each lot
/// (once with no rows if the file has none). Ends at the first problem, of the file or of `use`.
Result<std::monostate> read_csv_lots(
    const std::string& path, std::size_t rows,
    const std::function<Result<std::monostate>(const Table&)>& use);

/// A JSON array of objects, one row a line, keys in column order; nothing is null, infinity the
/// string "inf". Bytes that are not UTF-8 become U+FFFD. REQUIRES: as write_csv.
std::string to_json(const Table& table);

/// The same text for rows that come in lots.
class JsonArray {
 public:
  std::string add(const Table& lot);
  [[nodiscard]] std::string end() const;

 private:
  bool empty_ = true;
};

/// The same objects, one a line, without the array: newline-delimited JSON.
std::string to_ndjson(const Table& table);

}  // namespace flatline::results
