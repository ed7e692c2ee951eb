#pragma once
// The distribution of detection times, exactly and mergeably. A crash that could have come at any
// moment of a span gives detection times uniform over an interval; the histogram adds that whole
// interval, in integers, with two bin updates. Its cumulative distribution is exact at every bin
// edge, and merging is integer addition, so threads, shards and their order cannot change a digit.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace flatline::qos {

/// Sums of nanoseconds over many channels pass 63 bits.
using Wide = __int128;

/// Instants (ns, >= 0) with weights, 64 bins per octave from about 1 us up (one bin below).
class DetectionHistogram {
 public:
  DetectionHistogram() = default;
  DetectionHistogram(const DetectionHistogram& other) { *this = other; }
  DetectionHistogram& operator=(const DetectionHistogram& other);
  DetectionHistogram(DetectionHistogram&&) noexcept = default;
  DetectionHistogram& operator=(DetectionHistogram&&) noexcept = default;

  /// Adds weight 1 per nanosecond of [low, high). REQUIRES: 0 <= low <= high.
  void add_interval(std::int64_t low, std::int64_t high) {
    const Place from = place_of(static_cast<std::uint64_t>(low));
    from.bin->begin(from.offset);
    const Place to = place_of(static_cast<std::uint64_t>(high));
    to.bin->end(to.offset);
  }

  /// The same with a weight per nanosecond.
  void add_interval(std::int64_t low, std::int64_t high, std::int64_t weight) {
    const Place from = place_of(static_cast<std::uint64_t>(low));
    from.bin->add_sum(weight, weight * Wide{from.offset});
    const Place to = place_of(static_cast<std::uint64_t>(high));
    to.bin->add_sum(-weight, -weight * Wide{to.offset});
  }

  /// Adds [low[i], high[i]) for all i. REQUIRES: as add_interval(); equal sizes.
  void add_intervals(std::span<const std::int64_t> low, std::span<const std::int64_t> high);

  void merge(const DetectionHistogram& other);

  /// One point of the cumulative distribution: the weight of instants below `edge`.
  struct Point {
    std::int64_t edge = 0;
    Wide below = 0;
  };
  /// The distribution at every bin edge from the last edge with nothing below to the first with
  /// everything below.
  [[nodiscard]] std::vector<Point> cumulative() const;

  static constexpr int kSubBits = 6;
  static constexpr int kFirstOctave = 10;

 private:
  struct Bin {
    std::int64_t count = 0;  // intervals begun minus intervals ended in this bin
    // Of where in the bin they begin (minus end), from the bin's lower edge: the two halves of a
    // Wide, which would be aligned and make the bin a third larger.
    std::uint64_t offset_low = 0;
    std::int64_t offset_high = 0;

    void begin(std::uint64_t offset) {
      ++count;
      offset_low += offset;
      offset_high += offset_low < offset ? 1 : 0;
    }
    void end(std::uint64_t offset) {
      --count;
      offset_high -= offset_low < offset ? 1 : 0;
      offset_low -= offset;
    }
    void add_sum(std::int64_t ends, Wide offsets) {
      const Wide sum = offset_sum() + offsets;
      count += ends;
      offset_low = static_cast<std::uint64_t>(sum);
      offset_high = static_cast<std::int64_t>(sum >> 64);
    }
    [[nodiscard]] Wide offset_sum() const { return (Wide{offset_high} << 64) + offset_low; }
    void merge(const Bin& other) { add_sum(other.count, other.offset_sum()); }
  };
  using Octave = std::array<Bin, std::size_t{1} << kSubBits>;
  static constexpr std::size_t kOctaves = 64 - kFirstOctave;

  struct Place {
    Bin* bin;
    std::uint64_t offset;  // unsigned: a sign to extend would cost as much as the addition
  };

  // Bin 0 is [0, 2^10); then 64 bins for each octave [2^k, 2^(k+1)): the bits below the sub-bin are
  // the offset.
  Place place_of(std::uint64_t value) {
    if (value >> kFirstOctave == 0) [[unlikely]]
      return {&first_, value};
    const unsigned octave = 63u ^ static_cast<unsigned>(__builtin_clzll(value));
    const unsigned shift = octave - kSubBits;
    std::unique_ptr<Octave>& bins = octaves_[octave - kFirstOctave];
    if (!bins) [[unlikely]]
      bins = std::make_unique<Octave>();
    const std::uint64_t sub = value >> shift;  // the leading one included
    return {bins->data() + (sub - (std::uint64_t{1} << kSubBits)), value - (sub << shift)};
  }
  static std::int64_t edge_of(std::size_t index) {
    if (index == 0) return 0;
    const std::size_t octave = (index - 1) >> kSubBits;
    const std::int64_t sub = static_cast<std::int64_t>((index - 1) & ((1u << kSubBits) - 1));
    const auto power = static_cast<int>(octave) + kFirstOctave;
    return (std::int64_t{1} << power) + (sub << (power - kSubBits));
  }

  void add_end(std::int64_t value, int sign);
  void add_ends(std::span<const std::int64_t> values, int sign);
  void add_near_ends(std::span<const std::int64_t> values, int sign, unsigned octave);

  Bin first_;
  std::array<std::unique_ptr<Octave>, kOctaves> octaves_;
};

}  // namespace flatline::qos
