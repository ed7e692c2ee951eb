#include "hiccups.hpp"

#include <algorithm>
#include <optional>

namespace flatline::trace {
namespace {

class Peeling {
 public:
  Peeling(std::vector<HdrCell> cells, std::int64_t resolution)
      : cells_(std::move(cells)), resolution_(resolution) {}

  // Takes the longest value and its companions off; gives its length if that is above `floor`.
  std::optional<std::int64_t> longest(std::int64_t floor) {
    while (!cells_.empty() && cells_.back().count == 0) cells_.pop_back();
    if (cells_.empty() || cells_.back().middle() <= floor) return std::nullopt;
    HdrCell& top = cells_.back();
    --top.count;
    const std::int64_t low = top.low, high = top.low + top.width;
    std::int64_t at = top.middle(), unsure = top.width / 2, steps = 0;
    std::size_t near = cells_.size() - 1;
    while (at - resolution_ >= resolution_) {
      at -= resolution_;
      ++steps;
      while (near > 0 && cells_[near].low > at) --near;
      if (HdrCell* cell = nearest(near, at, unsure)) {
        --cell->count;
        at = std::clamp(at, cell->low, cell->low + cell->width);
        unsure = std::min(unsure, cell->width);
      }
    }
    return std::clamp(at + steps * resolution_, low, high);
  }

 private:
  // The cell nearest to `at` that still holds something, none if it is farther than `unsure`.
  // `near`: the last cell that begins at or below it, or the first.
  HdrCell* nearest(std::size_t near, std::int64_t at, std::int64_t unsure) {
    HdrCell* best = nullptr;
    std::int64_t distance = unsure;
    for (std::size_t i = near + 1; i-- > 0;) {
      const std::int64_t off = std::max<std::int64_t>(0, at - cells_[i].low - cells_[i].width);
      if (off > distance) break;
      if (cells_[i].count == 0) continue;
      best = &cells_[i];
      distance = off;
      break;
    }
    for (std::size_t i = near + 1; i < cells_.size(); ++i) {
      const std::int64_t off = cells_[i].low - at;
      if (off > distance || (best != nullptr && off == distance)) break;
      if (cells_[i].count == 0) continue;
      return &cells_[i];
    }
    return best;
  }

  std::vector<HdrCell> cells_;
  std::int64_t resolution_;
};

}  // namespace

std::vector<std::int64_t> true_hiccups(std::vector<HdrCell> cells, std::int64_t resolution,
                                       std::int64_t floor) {
  Peeling peeling(std::move(cells), resolution);
  std::vector<std::int64_t> out;
  while (const auto length = peeling.longest(floor)) out.push_back(*length);
  return out;
}

}  // namespace flatline::trace
