#include "flatline/qos/histogram.hpp"

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

}  // namespace flatline::qos
