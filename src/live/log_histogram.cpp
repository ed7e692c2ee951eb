#include "live/log_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace flatline::live {
namespace {

constexpr int kBits = 6;
constexpr std::uint64_t kPerDoubling = std::uint64_t{1} << kBits;

// Values below kPerDoubling have a bin each; above, the leading kBits + 1 bits name the bin.
std::size_t bin_of(std::uint64_t value) {
  if (value < kPerDoubling) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value) - kBits - 1);
  return shift * kPerDoubling + (value >> shift);
}

std::int64_t end_of(std::size_t bin) {
  if (bin < 2 * kPerDoubling) return static_cast<std::int64_t>(bin);
  const std::size_t shift = bin / kPerDoubling - 1;
  const std::uint64_t leading = bin - shift * kPerDoubling;
  return static_cast<std::int64_t>(((leading + 1) << shift) - 1);
}

}  // namespace

LogHistogram::LogHistogram() : bins_(bin_of(std::uint64_t{1} << 62) + kPerDoubling) {}

void LogHistogram::add(Duration value) {
  const Duration kept{std::max<std::int64_t>(value.ns, 0)};
  min_ = count_ == 0 ? kept : std::min(min_, kept);
  max_ = std::max(max_, kept);
  ++count_;
  ++bins_[bin_of(static_cast<std::uint64_t>(kept.ns))];
}

Duration LogHistogram::quantile(double q) const {
  if (count_ == 0) return {};
  const auto rank = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(q * static_cast<double>(count_))));
  std::int64_t below = 0;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    below += bins_[bin];
    if (below >= rank) return std::min(max_, Duration{end_of(bin)});
  }
  return max_;
}

}  // namespace flatline::live
