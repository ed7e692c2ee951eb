#include <cmath>
#include <nlohmann/json.hpp>

#include "flatline/base/check.hpp"
#include "flatline/results/table.hpp"

namespace flatline::results {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string value_of(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return "null";
  const std::string text = cell_text(cell);
  const auto* number = std::get_if<double>(&cell);
  // JSON has no infinity.
  const bool bare =
      number != nullptr ? std::isfinite(*number) : std::holds_alternative<std::int64_t>(cell);
  return bare ? text : quoted(text);
}

std::string object_of(const std::vector<std::string>& keys, const std::vector<Cell>& row) {
  FLATLINE_CHECK(row.size() == keys.size(), "a row is as long as the header");
  std::string out = "{";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) out += ", ";
    out += keys[i] + ": " + value_of(row[i]);
  }
  return out + "}";
}

std::vector<std::string> keys_of(const Table& table) {
  FLATLINE_CHECK(!table.columns.empty(), "a table has columns");
  std::vector<std::string> keys;
  for (const std::string& column : table.columns) keys.push_back(quoted(column));
  return keys;
}

}  // namespace

std::string JsonArray::add(const Table& lot) {
  const std::vector<std::string> keys = keys_of(lot);
  std::string out;
  for (const auto& row : lot.rows) {
    out += (empty_ ? "[\n" : ",\n") + object_of(keys, row);
    empty_ = false;
  }
  return out;
}

std::string JsonArray::end() const {
  return empty_ ? "[]\n" : "\n]\n";
}

std::string to_json(const Table& table) {
  JsonArray array;
  std::string text = array.add(table);
  return text + array.end();
}

std::string to_ndjson(const Table& table) {
  const std::vector<std::string> keys = keys_of(table);
  std::string out;
  for (const auto& row : table.rows) out += object_of(keys, row) + "\n";
  return out;
}

}  // namespace flatline::results
