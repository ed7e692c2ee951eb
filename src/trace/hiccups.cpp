#include "hiccups.hpp"

#include <algorithm>
#include <optional>

namespace flatline::trace {
namespace {

class Peeling {
 public:
  Peeling(std::vector<HdrCell> cells, std::int64_t resolution)
      : cells_(std::move(cells)), resolution_(resolution) {}

  // Takes the longest value and its companions off; gives its length if that is above `floor`, and
  // 0 if it has too few companions to be a pause: crumbs that a longer one has left.
  std::optional<std::int64_t> longest(std::int64_t floor) {
    while (!cells_.empty() && cells_.back().count == 0) cells_.pop_back();
    if (cells_.empty() || cells_.back().middle() <= floor) return std::nullopt;
    HdrCell& top = cells_.back();
    --top.count;
    const std::int64_t low = top.low, high = top.low + top.width;
    std::int64_t at = top.middle(), unsure = top.width / 2, steps = 0, found = 0;
    std::size_t above = cells_.size() - 1;
    while (at - resolution_ >= resolution_) {
      at -= resolution_;
      ++steps;
      while (above > 0 && cells_[above].low > at + unsure) --above;
      HdrCell* cell = highest(above, at - unsure);
      if (cell == nullptr) continue;
      --cell->count;
      ++found;
      at = std::clamp(at, cell->low, cell->low + cell->width);
      unsure = std::min(unsure, cell->width);
    }
    if (found + 1 < steps / 2) return 0;
    return std::clamp(at + steps * resolution_, low, high);
  }

 private:
  // From cell `above` down the first that still holds something, none if it ends below `least`. The
  // highest first: what is passed by would be left over.
  HdrCell* highest(std::size_t above, std::int64_t least) {
    for (std::size_t i = above + 1; i-- > 0;) {
      if (cells_[i].low + cells_[i].width < least) return nullptr;
      if (cells_[i].count > 0) return &cells_[i];
    }
    return nullptr;
  }

  std::vector<HdrCell> cells_;
  std::int64_t resolution_;
};

}  // namespace

std::vector<std::int64_t> true_hiccups(std::vector<HdrCell> cells, std::int64_t resolution,
                                       std::int64_t floor) {
  Peeling peeling(std::move(cells), resolution);
  std::vector<std::int64_t> out;
  while (const auto length = peeling.longest(floor)) {
    if (*length > floor) out.push_back(*length);
  }
  return out;
}

}  // namespace flatline::trace
