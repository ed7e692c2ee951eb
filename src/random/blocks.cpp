// Draws and samples by the block, through the kernels in use.

#include <algorithm>
#include <array>
#include <limits>

#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "random/kernels.hpp"

namespace flatline::random {
namespace {

using Table = Sampler::Table;

// Draws on the stack at a time; small enough that what is made of them stays in the nearest cache.
constexpr std::size_t kScratch = 256;

// More components than this are looked up draw by draw.
constexpr std::size_t kMixedTogether = 16;

void fill_uniform(const Table& table, std::span<const std::uint64_t> bits,
                  std::span<std::int64_t> out) {
  const std::uint64_t count = static_cast<std::uint64_t>(table.max - table.min) + 1;
  if (count <= std::numeric_limits<std::uint32_t>::max()) {
    kernels().uniform(table.min, count, bits.data(), out.data(), out.size());
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = table.min + static_cast<std::int64_t>(uniform_below(bits[i], count));
  }
}

void fill_empirical(const Table& table, std::span<const std::uint64_t> bits,
                    std::span<std::int64_t> out) {
  const std::int64_t* values = table.knots.data();
  const std::uint64_t count = table.knots.size();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[uniform_below(bits[i], count)];
}

// The draws of each component side by side, sampled together, then put back where they belong. No
// branch depends on a draw: which component comes next cannot be predicted.
void fill_part_of_mixture(const Table& table, std::span<const std::uint64_t> bits,
                          std::span<std::int64_t> out) {
  std::array<std::uint8_t, kScratch> component;
  std::fill_n(component.begin(), out.size(), std::uint8_t{0});
  for (std::size_t c = 0; c + 1 < table.components.size(); ++c) {
    const std::uint64_t threshold = table.thresholds[c];
    for (std::size_t i = 0; i < out.size(); ++i) {
      component[i] = static_cast<std::uint8_t>(component[i] + (bits[i] >= threshold ? 1 : 0));
    }
  }
  std::array<std::uint16_t, kScratch> place;
  std::array<std::uint64_t, kScratch> draws;
  std::array<std::int64_t, kScratch> samples;
  for (std::size_t c = 0; c < table.components.size(); ++c) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      place[n] = static_cast<std::uint16_t>(i);
      n += component[i] == c ? 1u : 0u;
    }
    for (std::size_t i = 0; i < n; ++i) draws[i] = rehash(bits[place[i]]);
    table.components[c].fill(std::span(draws).first(n), std::span(samples).first(n));
    for (std::size_t i = 0; i < n; ++i) out[place[i]] = samples[i];
  }
}

void fill_mixture(const Table& table, std::span<const std::uint64_t> bits,
                  std::span<std::int64_t> out) {
  if (table.components.size() > kMixedTogether) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = table.component_at(bits[i]);
    return;
  }
  for (std::size_t begin = 0; begin < out.size(); begin += kScratch) {
    const std::size_t n = std::min(kScratch, out.size() - begin);
    fill_part_of_mixture(table, bits.subspan(begin, n), out.subspan(begin, n));
  }
}

}  // namespace

void Stream::fill(std::uint64_t first, std::span<std::uint64_t> out) const {
  kernels().draws(*this, first, out.data(), out.size());
}

void Stream::mark_below(std::uint64_t first, std::uint64_t threshold, std::int64_t mark,
                        std::span<std::int64_t> values) const {
  kernels().mark(*this, first, threshold, mark, values.data(), values.size());
}

void Sampler::fill(std::span<const std::uint64_t> bits, std::span<std::int64_t> out) const {
  switch (table_->kind) {
    case Table::Kind::constant:
      std::fill(out.begin(), out.end(), table_->min);
      break;
    case Table::Kind::uniform:
      fill_uniform(*table_, bits, out);
      break;
    case Table::Kind::quantiles:
      kernels().quantiles(quantiles_, bits.data(), out.data(), out.size());
      break;
    case Table::Kind::empirical:
      fill_empirical(*table_, bits, out);
      break;
    case Table::Kind::mixture:
      fill_mixture(*table_, bits, out);
      break;
  }
}

void Sampler::fill(const Stream& stream, std::uint64_t first, std::span<std::int64_t> out) const {
  if (table_->kind == Table::Kind::quantiles) {
    kernels().drawn_quantiles(quantiles_, stream, first, out.data(), out.size());
    return;
  }
  if (table_->kind == Table::Kind::constant) {
    std::fill(out.begin(), out.end(), table_->min);
    return;
  }
  std::array<std::uint64_t, kScratch> draws;
  for (std::size_t begin = 0; begin < out.size(); begin += kScratch) {
    const auto block = std::span(draws).first(std::min(kScratch, out.size() - begin));
    stream.fill(first + begin, block);
    fill(block, out.subspan(begin, block.size()));
  }
}

}  // namespace flatline::random
