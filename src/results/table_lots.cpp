// A CSV file some rows at a time, so that a table may be larger than memory.

#include <algorithm>

#include "flatline/results/store.hpp"
#include "flatline/results/table.hpp"

namespace flatline::results {
namespace {

// Cuts a text into lots of rows. A line break ends a row unless it stands inside quotes, and quotes
// come in pairs.
class Lots {
 public:
  Lots(std::size_t rows, const std::function<Result<std::monostate>(const Table&)>& use)
      : most_(std::max<std::size_t>(rows, 1)), use_(use) {}

  void add(std::string_view piece) {
    for (const char c : piece) {
      if (!problems_.empty()) return;
      rows_ += c;
      quoted_ ^= c == '"';
      if (c != '\n' || quoted_) continue;
      if (header_.empty()) {
        header_.swap(rows_);
      } else if (++count_ == most_) {
        hand_over();
      }
    }
  }

  Result<std::monostate> end() {
    // A last row without a line break, or a table without rows.
    if (problems_.empty() && (!rows_.empty() || handed_over_ == 0)) hand_over();
    if (!problems_.empty()) return problems_;
    return std::monostate{};
  }

 private:
  void hand_over() {
    auto table = read_csv(header_ + rows_);
    if (table.ok()) {
      const auto used = use_(table.value());
      if (!used.ok()) problems_ = used.problems();
    } else {
      problems_ = table.problems();
      for (Problem& problem : problems_) problem.line += lines_;
    }
    lines_ += static_cast<int>(std::count(rows_.begin(), rows_.end(), '\n'));
    ++handed_over_;
    rows_.clear();
    count_ = 0;
  }

  std::size_t most_;
  const std::function<Result<std::monostate>(const Table&)>& use_;
  std::string header_;
  std::string rows_;
  bool quoted_ = false;
  std::size_t count_ = 0;
  std::size_t handed_over_ = 0;
  int lines_ = 0;  // of lots before this one
  Problems problems_;
};

}  // namespace

Result<std::monostate> read_csv_lots(
    const std::string& path, std::size_t rows,
    const std::function<Result<std::monostate>(const Table&)>& use) {
  Lots lots(rows, use);
  const auto read = read_pieces(path, [&](std::string_view piece) { lots.add(piece); });
  if (!read) return read.problems();
  Result<std::monostate> done = lots.end();
  if (done) return done;
  Problems problems = done.problems();
  for (Problem& problem : problems) {
    if (problem.file.empty()) problem.file = path;
  }
  return problems;
}

}  // namespace flatline::results
