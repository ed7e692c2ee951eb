// Garbage collection logs of HotSpot before unified logging: collections are nested brackets that
// may go over several lines and be interrupted by those of concurrent threads:
//
//   12.345: [GC 12.345: [ParNew: 8064K->0K(8128K), 0.0164 secs] 8064K->840K(131008K), 0.0166 secs]
//   0.388: [GC pause (young) (initial-mark) 10M->10M(16M)0.390: [GC concurrent-mark-start]
//   , 0.0013 secs]
//
// What counts is an outermost bracket that begins with "GC" or "Full GC" and ends in ", ... secs".
// The brackets of concurrent phases and of details have other names or no such end.

#include <string>
#include <utility>

#include "decimal.hpp"
#include "pause_source.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kSeconds{9};
/// A pause whose bracket has not closed after so many lines never will. Histograms of classes
/// within a full collection are passed over.
constexpr std::int64_t kLongestInLines = 2000;
constexpr std::size_t kLongestText = 4096;

// A row of a histogram of classes, whose names have brackets of their own: "  12:  345  67  [B".
bool is_class_row(std::string_view line) {
  line = trimmed(line);
  if (take_decimal(line).empty() || !line.starts_with(":")) return false;
  line = trimmed(line.substr(1));
  if (take_decimal(line).empty() || !line.starts_with(" ")) return false;
  line = trimmed(line);
  return !take_decimal(line).empty() && line.starts_with(" ");
}

class Hotspot : public PauseParser {
 public:
  Hotspot(const LineReader& lines, PauseCollector& out) : lines_(lines), out_(out) {}

  std::optional<Problem> take(std::string_view line) override {
    if (const auto stopped = stopped_for(line)) {
      const std::optional<std::int64_t> kept = std::exchange(stamp_, std::nullopt);
      std::string_view text = trimmed(line);
      take_stamps(text);
      // Written when the threads run again.
      std::optional<std::int64_t> at;
      if (stamp_) at = *stamp_ - *stopped;
      stamp_ = kept;
      return out_.add_stop(at, *stopped);
    }
    if (is_class_row(line)) return std::nullopt;
    pauses_in_line_ = 0;
    if (depth_ == 0) stamp_.reset();
    if (std::optional<Problem> problem = scan(line)) return problem;
    if (depth_ > 0 && lines_.line() - first_line_ > kLongestInLines) {
      return lines_.problem("",
                            "the collection that begins in line " + std::to_string(first_line_) +
                                " has not ended by here",
                            "a bracket that closes");
    }
    if (depth_ == 0 && pauses_in_line_ == 0) out_.passed_over();
    return std::nullopt;
  }

  [[nodiscard]] bool unfinished() const override { return depth_ > 0 && is_collection(); }

 private:
  std::optional<Problem> scan(std::string_view line) {
    while (!line.empty()) {
      if (line.front() == '[') {
        line.remove_prefix(1);
        // Ranges of addresses are half open: "[0x00, 0x10, 0x20)".
        if (line.starts_with("0x")) continue;
        open();
      } else if (line.front() == ']') {
        line.remove_prefix(1);
        if (std::optional<Problem> problem = close()) return problem;
      } else if (depth_ == 0 && is_digit(line.front())) {
        take_stamps(line);
      } else {
        add(line.front());
        line.remove_prefix(1);
      }
    }
    add(' ');
    return std::nullopt;
  }

  void add(char c) {
    if (depth_ == 1 && text_.size() < kLongestText) text_ += c;
  }

  void open() {
    add(' ');
    if (++depth_ > 1) return;
    text_.clear();
    first_line_ = lines_.line();
  }

  // "2015-03-01T12:34:56.789+0100: 12.345: " off the front; the latter is kept if both are there.
  void take_stamps(std::string_view& text) {
    std::string_view rest = text;
    if (const auto date = take_date(rest); date && rest.starts_with(": ")) {
      if (!by_uptime_) stamp_ = date;
      text = trimmed(rest.substr(2));
      rest = text;
    }
    const Decimal uptime = read_decimal(take_decimal(rest), kSeconds);
    if (uptime.status == DecimalStatus::good && rest.starts_with(": ")) {
      by_uptime_ = true;
      stamp_ = uptime.ns;
      text = rest.substr(2);
    } else if (!text.empty() && is_digit(text.front())) {
      take_decimal(text);
    }
  }

  [[nodiscard]] bool is_collection() const {
    const std::string_view text = text_;
    if (text.starts_with("GC concurrent") || text.starts_with("GC Worker")) return false;
    const bool named = text.starts_with("GC") || text.starts_with("Full GC");
    const std::size_t behind = text.starts_with("GC") ? 2 : 7;
    // "[GCs: ..." is none, but "[GC--" and "[GC[YG occupancy" are.
    return named && (text.size() <= behind || text[behind] == ' ' || text[behind] == '-' ||
                     text[behind] == '(' || text[behind] == ':' || text[behind] == ',');
  }

  std::optional<Problem> close() {
    if (depth_ == 0) return std::nullopt;
    if (--depth_ > 0) return std::nullopt;
    const std::optional<std::int64_t> at = stamp_;
    stamp_.reset();
    if (!is_collection()) return std::nullopt;
    ++pauses_in_line_;
    std::string_view text = trimmed(text_);
    const auto comma = text.rfind(", ");
    if (!text.ends_with(" secs") || comma == std::string_view::npos) {
      out_.repaired("collection without its length left out");
      return std::nullopt;
    }
    const std::string_view number =
        trimmed(text.substr(comma + 2, text.size() - comma - 2 - std::string_view(" secs").size()));
    const Decimal length = read_decimal(number, kSeconds);
    if (length.status != DecimalStatus::good || length.ns < 0) {
      return lines_.problem("secs", decimal_problem(number, length.status),
                            "a collection that ends in \", 0.0123 secs]\"");
    }
    return out_.add(at, length.ns, text);
  }

  const LineReader& lines_;
  PauseCollector& out_;
  std::optional<std::int64_t> stamp_;  // of what begins next outside brackets, or of what has begun
  bool by_uptime_ = false;
  std::int64_t depth_ = 0;
  std::string text_;  // of the outermost bracket, without the brackets in it
  std::int64_t first_line_ = 0;
  int pauses_in_line_ = 0;
};

// Whether `text` begins with a stamp of this format, which is taken off.
bool take_any_stamp(std::string_view& text) {
  bool any = false;
  std::string_view rest = text;
  if (take_date(rest) && rest.starts_with(": ")) {
    text = trimmed(rest.substr(2));
    rest = text;
    any = true;
  }
  if (!take_decimal(rest).empty() && rest.starts_with(": ")) {
    text = trimmed(rest.substr(2));
    any = true;
  }
  return any;
}

}  // namespace

bool is_hotspot(std::string_view line) {
  for (const std::string_view beginning :
       {"Java HotSpot(TM)", "OpenJDK 64-Bit Server VM (", "CommandLine flags: ", "{Heap before GC",
        "[GC", "[Full GC"}) {
    if (line.starts_with(beginning)) return true;
  }
  if (stopped_for(line) && !is_unified(line)) return true;
  if (!take_any_stamp(line)) return false;
  for (const std::string_view beginning :
       {"[GC", "[Full GC", "[CMS-concurrent", "Application time: ", "Total time for which"}) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

std::unique_ptr<PauseParser> hotspot_parser(const LineReader& lines, PauseCollector& out) {
  return std::make_unique<Hotspot>(lines, out);
}

}  // namespace flatline::trace
