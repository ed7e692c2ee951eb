#include "hdr_histogram.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace flatline::trace {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kEncoded = 0x1c849303;     // with the word size left out
constexpr std::uint32_t kCompressed = 0x1c849304;  //
constexpr std::uint32_t kWordSize = 0xf0;
constexpr std::size_t kOuterHeader = 8;
constexpr std::size_t kInnerHeader = 40;
constexpr std::size_t kMostBytes = std::size_t{1} << 24;
constexpr std::int64_t kMostCount = std::int64_t{1} << 53;
/// Values from here on are no times in any unit.
constexpr int kMostBits = 62;

Problem problem(std::string message, std::string expected) {
  Problem p;
  p.message = std::move(message);
  p.expected = std::move(expected);
  return p;
}

std::optional<Bytes> from_base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  return out;
}

// Big-endian.
std::uint64_t number_at(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | bytes[at + i];
  return value;
}

std::optional<Bytes> inflated(const Bytes& bytes, std::size_t from) {
  Bytes out(std::size_t{1} << 14);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  Bytes in(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end());
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  int state = Z_OK;
  while (true) {
    stream.next_out = out.data() + stream.total_out;
    stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK || stream.avail_out > 0 || out.size() >= kMostBytes) break;
    out.resize(2 * out.size());
  }
  out.resize(stream.total_out);
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return std::nullopt;
  return out;
}

// The next ZigZag LEB128 number of at most 9 bytes, the last of which counts whole.
std::optional<std::int64_t> take_number(const Bytes& bytes, std::size_t& at, std::size_t end) {
  std::uint64_t value = 0;
  for (int i = 0; i < 9; ++i) {
    if (at == end) return std::nullopt;
    const std::uint64_t byte = bytes[at++];
    value |= (i == 8 ? byte : byte & 0x7f) << (7 * i);
    if (i == 8 || byte < 0x80) break;
  }
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// How indices become values: cells of one width up to 2^bits of them, then half as many in each
/// further octave.
class Layout {
 public:
  Layout(int digits, std::int64_t lowest)
      : unit_(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(lowest))) - 1) {
    std::uint64_t largest = 2;
    for (int i = 0; i < digits; ++i) largest *= 10;
    half_ = static_cast<int>(std::bit_width(largest - 1)) - 1;
  }

  [[nodiscard]] std::optional<HdrCell> cell(std::int64_t index, std::int64_t count) const {
    const std::int64_t half = std::int64_t{1} << half_;
    std::int64_t octave = (index >> half_) - 1;
    std::int64_t place = (index & (half - 1)) + half;
    if (octave < 0) {
      octave = 0;
      place -= half;
    }
    const std::int64_t shift = octave + unit_;
    if (shift + half_ + 1 > kMostBits) return std::nullopt;
    return HdrCell{place << shift, std::int64_t{1} << shift, count};
  }

 private:
  int unit_;
  int half_ = 0;
};

Result<std::vector<HdrCell>> decode_counts(const Bytes& bytes, std::size_t end,
                                           const Layout& layout) {
  std::vector<HdrCell> cells;
  std::int64_t index = 0, total = 0;
  for (std::size_t at = kInnerHeader; at < end;) {
    const auto number = take_number(bytes, at, end);
    if (!number) return problem("the histogram's counts are cut short", "a whole histogram");
    if (*number <= 0) {
      index -= *number < 0 ? std::max(*number, -kMostCount) : -1;
    } else {
      const auto cell = layout.cell(index, *number);
      if (*number > kMostCount || (total += *number) > kMostCount || !cell)
        return problem("the histogram holds numbers that cannot be", "a histogram of times");
      cells.push_back(*cell);
      ++index;
    }
    if (index > kMostCount) return problem("the histogram has no end", "a histogram of times");
  }
  return cells;
}

}  // namespace

Result<std::vector<HdrCell>> decode_hdr_histogram(std::string_view base64) {
  const auto outer = from_base64(base64);
  if (!outer || outer->size() < kOuterHeader)
    return problem("the histogram is no base64", "a compressed histogram that begins with HIST");
  if ((number_at(*outer, 0, 4) & ~kWordSize) != kCompressed) {
    return problem("the histogram is not encoded as HdrHistogram V2, compressed",
                   "a log of HdrHistogram 2.1 or later (log format 1.2 or 1.3)");
  }
  if (number_at(*outer, 4, 4) != outer->size() - kOuterHeader)
    return problem("the histogram is cut short", "a whole histogram");
  const auto inner = inflated(*outer, kOuterHeader);
  if (!inner || inner->size() < kInnerHeader)
    return problem("the histogram's zlib stream is damaged", "a whole histogram");
  const std::uint64_t length = number_at(*inner, 4, 4);
  const std::uint64_t digits = number_at(*inner, 12, 4);
  const std::uint64_t lowest = number_at(*inner, 16, 8);
  const double ratio = std::bit_cast<double>(number_at(*inner, 32, 8));
  if ((number_at(*inner, 0, 4) & ~kWordSize) != kEncoded || length > inner->size() - kInnerHeader ||
      digits > 5 || lowest < 1 || lowest > (std::uint64_t{1} << 48)) {
    return problem("the histogram's header holds numbers that cannot be", "a histogram of times");
  }
  if (number_at(*inner, 8, 4) != 0 || ratio != 1.0) {
    return problem("the histogram is shifted or holds fractions",
                   "a histogram of whole numbers, as recorders of times write it");
  }
  return decode_counts(*inner, kInnerHeader + static_cast<std::size_t>(length),
                       Layout(static_cast<int>(digits), static_cast<std::int64_t>(lowest)));
}

}  // namespace flatline::trace
