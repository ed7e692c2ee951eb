#pragma once
// The last `window` samples. Grows by doubling up to the window: most channels of a short run never
// need it all.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace flatline::detect {

class SampleRing {
 public:
  explicit SampleRing(std::int64_t window) : window_(static_cast<std::size_t>(window)) {}

  /// Takes in a sample; gives back the one that it pushes out, or 0 while the window is not full.
  std::int64_t push(std::int64_t sample) {
    if (samples_.size() < window_) {
      grow_and_add(sample);
      return 0;
    }
    const std::int64_t oldest = samples_[next_];
    samples_[next_] = sample;
    if (++next_ == window_) next_ = 0;
    return oldest;
  }

  /// push(replacement(i, oldest)) for i from 0 to count - 1, where `oldest` is what it pushes out.
  /// REQUIRES: full().
  template <typename Replacement>
  void slide(std::size_t count, Replacement replacement) {
    std::int64_t* const samples = samples_.data();
    const std::size_t window = window_;
    std::size_t next = next_;
    for (std::size_t i = 0; i < count; ++i) {
      samples[next] = replacement(i, samples[next]);
      if (++next == window) next = 0;
    }
    next_ = next;
  }

  /// Forgets the samples but keeps the storage.
  void clear() {
    samples_.clear();
    next_ = 0;
  }

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(samples_.size()); }
  [[nodiscard]] std::int64_t window() const { return static_cast<std::int64_t>(window_); }
  [[nodiscard]] bool full() const { return samples_.size() == window_; }

 private:
  void grow_and_add(std::int64_t sample) {
    constexpr std::size_t kFirst = 16;
    if (samples_.size() == samples_.capacity()) {
      samples_.reserve(std::min(window_, std::max(kFirst, 2 * samples_.size())));
    }
    samples_.push_back(sample);
  }

  std::vector<std::int64_t> samples_;
  std::size_t window_;
  std::size_t next_ = 0;  ///< The oldest sample, once the window is full.
};

}  // namespace flatline::detect
