#pragma once
// Writes histograms as HdrHistogram does (encoding V2), for the tests of their reader: by itself,
// from the description of the format.

#include <zlib.h>

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flatline::test {

class HdrEncoder {
 public:
  /// `digits` are kept of each value; values are told apart down to `lowest`.
  HdrEncoder(int digits, std::uint64_t lowest) : digits_(digits), lowest_(lowest) {
    std::uint64_t cells = 2;
    for (int i = 0; i < digits; ++i) cells *= 10;
    cells_ = std::bit_ceil(cells);
  }

  void record(std::uint64_t value, std::int64_t count = 1) {
    const int unit = static_cast<int>(std::bit_width(lowest_)) - 1;
    std::uint64_t place = value >> unit, octave = 0;
    while (place >= cells_) {
      place >>= 1;
      ++octave;
    }
    counts_[octave == 0 ? place : octave * (cells_ / 2) + place] += count;
  }

  /// A late wake-up as jHiccup records it, with the samples that it missed.
  void record_hiccup(std::uint64_t value, std::uint64_t resolution) {
    record(value);
    for (std::uint64_t v = value; v >= 2 * resolution;) record(v -= resolution);
  }

  [[nodiscard]] std::string base64() const {
    std::string body;
    std::uint64_t next = 0;
    for (const auto& [index, count] : counts_) {
      if (index == next + 1) put(body, 0);
      if (index > next + 1) put(body, -static_cast<std::int64_t>(index - next));
      put(body, count);
      next = index + 1;
    }
    std::string inner = big_endian(0x1c849313, 4) + big_endian(body.size(), 4) + big_endian(0, 4) +
                        big_endian(static_cast<std::uint64_t>(digits_), 4) +
                        big_endian(lowest_, 8) + big_endian(3'600'000'000'000, 8) +
                        big_endian(std::bit_cast<std::uint64_t>(1.0), 8) + body;
    uLongf size = compressBound(inner.size());
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size,
             reinterpret_cast<const Bytef*>(inner.data()), inner.size());
    packed.resize(size);
    return text_of(big_endian(0x1c849314, 4) + big_endian(size, 4) + packed);
  }

 private:
  static std::string big_endian(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
  }

  static void put(std::string& out, std::int64_t number) {
    auto zigzag = static_cast<std::uint64_t>(number < 0 ? -2 * number - 1 : 2 * number);
    for (; zigzag >= 0x80; zigzag >>= 7) out += static_cast<char>((zigzag & 0x7f) | 0x80);
    out += static_cast<char>(zigzag);
  }

  static std::string text_of(const std::string& bytes) {
    static const std::string kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      std::uint32_t three = 0;
      for (std::size_t k = 0; k < 3; ++k)
        three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
      for (std::size_t k = 0; k < 4; ++k)
        out += i + k > bytes.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63];
    }
    return out;
  }

  int digits_;
  std::uint64_t lowest_;
  std::uint64_t cells_;
  std::map<std::uint64_t, std::int64_t> counts_;
};

}  // namespace flatline::test
