#include "flatline/qos/histogram.hpp"

#include <algorithm>

namespace flatline::qos {

DetectionHistogram& DetectionHistogram::operator=(const DetectionHistogram& other) {
  if (this == &other) return *this;
  first_ = other.first_;
  for (std::size_t i = 0; i < kOctaves; ++i) {
    octaves_[i] = other.octaves_[i] ? std::make_unique<Octave>(*other.octaves_[i]) : nullptr;
  }
  return *this;
}

void DetectionHistogram::merge(const DetectionHistogram& other) {
  first_.merge(other.first_);
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (!other.octaves_[i]) continue;
    if (!octaves_[i]) octaves_[i] = std::make_unique<Octave>();
    for (std::size_t j = 0; j < octaves_[i]->size(); ++j)
      (*octaves_[i])[j].merge((*other.octaves_[i])[j]);
  }
}

std::vector<DetectionHistogram::Point> DetectionHistogram::cumulative() const {
  // Weight below x is the sum over intervals of (x - low)+ - (x - high)+. Walking the edges
  // upwards, `open` intervals each add the bin's width, and those begun inside the bin add what is
  // left of it.
  std::vector<Point> points;
  Wide below = 0;
  Wide open = 0;
  const auto step = [&](const Bin& bin, std::int64_t low, std::int64_t high) {
    const Wide width = high - low;
    const bool started = below != 0 || open != 0 || bin.count != 0 || bin.offset_sum() != 0;
    if (started && points.empty()) points.push_back({low, 0});
    below += open * width + bin.count * width - bin.offset_sum();
    open += bin.count;
    if (started) points.push_back({high, below});
  };
  step(first_, 0, edge_of(1));
  std::size_t last = 0;
  for (std::size_t i = 0; i < kOctaves; ++i) {
    if (octaves_[i]) last = i + 1;
  }
  static constexpr Octave kEmpty{};
  for (std::size_t i = 0; i < last; ++i) {
    const Octave& octave = octaves_[i] ? *octaves_[i] : kEmpty;
    for (std::size_t j = 0; j < octave.size(); ++j) {
      const std::size_t index = 1 + (i << kSubBits) + j;
      step(octave[j], edge_of(index), edge_of(index + 1));
    }
  }
  // Cut the tail where everything already lies below.
  while (points.size() > 2 && points[points.size() - 2].below == below) points.pop_back();
  return points;
}

void DetectionHistogram::add_intervals(std::span<const std::int64_t> low,
                                       std::span<const std::int64_t> high) {
  add_ends(low, 1);
  add_ends(high, -1);
}

void DetectionHistogram::add_end(std::int64_t value, int sign) {
  const Place place = place_of(static_cast<std::uint64_t>(value));
  sign > 0 ? place.bin->begin(place.offset) : place.bin->end(place.offset);
}

// The ends of many intervals mostly lie in one octave.
void DetectionHistogram::add_ends(std::span<const std::int64_t> values, int sign) {
  constexpr std::size_t kMany = 32, kMost = 1 << 13;
  // So many offsets, of so wide bins, stay below the count that shares their word.
  constexpr unsigned kLastOctave = 40;
  for (; !values.empty(); values = values.subspan(std::min(values.size(), kMost))) {
    const std::span<const std::int64_t> part = values.first(std::min(values.size(), kMost));
    std::array<std::int64_t, 3> some{part.front(), part[part.size() / 2], part.back()};
    std::sort(some.begin(), some.end());
    const unsigned octave =
        63u ^ static_cast<unsigned>(__builtin_clzll(static_cast<std::uint64_t>(some[1]) | 1));
    if (part.size() >= kMany && octave >= kFirstOctave && octave <= kLastOctave) {
      add_near_ends(part, sign, octave);
    } else {
      for (const std::int64_t value : part) add_end(value, sign);
    }
  }
}

// Gathers count and offset of what lies in the octave in one word per bin, to be added at the end.
// Two words take turns, so that one bin hit again and again is not waited for.
void DetectionHistogram::add_near_ends(std::span<const std::int64_t> values, int sign,
                                       unsigned octave) {
  constexpr std::size_t kBins = std::size_t{1} << kSubBits;
  constexpr int kCountShift = 48;
  constexpr std::uint64_t kOne = std::uint64_t{1} << kCountShift;
  const unsigned shift = octave - kSubBits;
  const std::uint64_t offset_bits = (std::uint64_t{1} << shift) - 1;
  std::array<std::uint64_t, kBins> even{}, odd{};
  const auto add = [&](std::array<std::uint64_t, kBins>& words, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    const std::uint64_t sub = (bits >> shift) - kBins;
    if (sub >= kBins) [[unlikely]] {
      add_end(value, sign);
      return;
    }
    words[sub] += (bits & offset_bits) + kOne;
  };
  std::size_t i = 0;
  for (; i + 1 < values.size(); i += 2) {
    add(even, values[i]);
    add(odd, values[i + 1]);
  }
  if (i < values.size()) add(even, values[i]);
  for (std::size_t sub = 0; sub < kBins; ++sub) {
    if ((even[sub] | odd[sub]) == 0) continue;
    const std::uint64_t edge = (std::uint64_t{1} << octave) + (std::uint64_t{sub} << shift);
    const std::uint64_t count = (even[sub] >> kCountShift) + (odd[sub] >> kCountShift);
    const std::uint64_t offsets = (even[sub] & (kOne - 1)) + (odd[sub] & (kOne - 1));
    place_of(edge).bin->add_sum(sign * static_cast<std::int64_t>(count), sign * Wide{offsets});
  }
}

}  // namespace flatline::qos
