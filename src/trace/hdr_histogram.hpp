#pragma once
// Histograms as HdrHistogram encodes them: base64 of a cookie, a length and a zlib stream, in it a
// header and the counts as ZigZag LEB128 numbers, of which a negative one stands for so many empty
// cells (encoding V2; public domain, github.com/HdrHistogram).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::trace {

/// Values from `low` to `low + width - 1`, in the recorder's unit.
struct HdrCell {
  std::int64_t low = 0;
  std::int64_t width = 1;
  std::int64_t count = 0;
  [[nodiscard]] std::int64_t middle() const { return low + width / 2; }
};

/// The cells that hold something, ascending. The problem is without a place.
Result<std::vector<HdrCell>> decode_hdr_histogram(std::string_view base64);

}  // namespace flatline::trace
