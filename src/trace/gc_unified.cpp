// Unified logging of the JVM (JEP 158 and 271), JDK 9 and later: decorations in brackets, then
// "GC(5) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(64M) 3.456ms".

#include <array>

#include "decimal.hpp"
#include "pause_source.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kMilliseconds{6};
constexpr Unit kNanoseconds{0};

struct Decorated {
  std::optional<std::int64_t> stamp;  // of the first decoration that is a time
  int decorations = 0;
  bool tagged = false;  // one of them is a list of tags with gc or safepoint
  std::string_view message;
};

// "0.123s", "123ms", "123456ns" or a date.
std::optional<std::int64_t> stamp_of(std::string_view text) {
  std::string_view rest = text;
  if (const auto date = take_date(rest); date && rest.empty()) return date;
  rest = text;
  const std::string_view number = take_decimal(rest);
  const auto unit = unit_of(rest);
  if (number.empty() || !unit) return std::nullopt;
  const Decimal time = read_decimal(number, *unit);
  if (time.status != DecimalStatus::good) return std::nullopt;
  return time.ns;
}

bool is_tag(std::string_view tags) {
  while (true) {
    const std::size_t length = std::min(tags.find(','), tags.size());
    const std::string_view tag = trimmed(tags.substr(0, length));
    if (tag == "gc" || tag == "safepoint") return true;
    if (length == tags.size()) return false;
    tags.remove_prefix(length + 1);
  }
}

Decorated undecorated(std::string_view line) {
  Decorated out;
  while (!line.empty() && line.front() == '[') {
    const auto close = line.find(']');
    if (close == std::string_view::npos) break;
    const std::string_view inside = trimmed(line.substr(1, close - 1));
    if (!out.stamp) out.stamp = stamp_of(inside);
    out.tagged = out.tagged || is_tag(inside);
    ++out.decorations;
    line.remove_prefix(close + 1);
  }
  out.message = trimmed(line);
  return out;
}

// The length at the end of a pause's line, "3.456ms".
std::optional<std::int64_t> length_at_end(std::string_view text) {
  if (!text.ends_with("ms")) return std::nullopt;
  text.remove_suffix(2);
  std::size_t from = text.size();
  while (from > 0 && (is_digit(text[from - 1]) || text[from - 1] == '.')) --from;
  if (from == text.size() || from == 0 || text[from - 1] != ' ') return std::nullopt;
  const Decimal length = read_decimal(text.substr(from), kMilliseconds);
  if (length.status != DecimalStatus::good) return std::nullopt;
  return length.ns;
}

// The text behind "GC(5) ", and behind the generation that ZGC names ("Y: ").
std::optional<std::string_view> collection(std::string_view text) {
  if (!text.starts_with("GC(")) return std::nullopt;
  const auto close = text.find(") ");
  if (close == std::string_view::npos) return std::nullopt;
  text = trimmed(text.substr(close + 2));
  if (text.size() > 3 && text[1] == ':' && text[2] == ' ') text.remove_prefix(3);
  return text;
}

// JDK 14 and later: `Safepoint "G1Collect", Time since last: 1 ns, ... Total: 350 ns`.
bool is_safepoint(std::string_view text) {
  return text.starts_with("Safepoint \"") && text.find("Total:") != std::string_view::npos;
}

class Unified : public PauseParser {
 public:
  Unified(const LineReader& lines, PauseCollector& out) : lines_(lines), out_(out) {}

  std::optional<Problem> take(std::string_view line) override {
    const Decorated text = undecorated(trimmed(line));
    if (const auto stopped = stopped_for(text.message))
      return out_.add_stop(begin(text, *stopped), *stopped);
    if (is_safepoint(text.message)) return take_safepoint(text);
    const auto what = collection(text.message);
    if (what && what->starts_with("Pause ")) {
      if (const auto length = length_at_end(*what)) {
        // ZGC numbers phases, not the pauses of a collection, so that none is told of twice.
        return out_.add(begin(text, *length), *length, *what);
      }
      if (what->ends_with("ms")) {
        return lines_.problem("", "\"" + shown(*what) + "\" does not end in a length",
                              "a pause's line that ends in 3.456ms");
      }
    }
    out_.passed_over();
    return std::nullopt;
  }

 private:
  // A line is written at the end of what it tells of.
  static std::optional<std::int64_t> begin(const Decorated& text, std::int64_t length) {
    if (!text.stamp) return std::nullopt;
    return *text.stamp - length;
  }

  std::optional<Problem> take_safepoint(const Decorated& text) {
    std::string_view rest = text.message.substr(text.message.find("Total:") + 6);
    rest = trimmed(rest);
    const Decimal total = read_decimal(take_decimal(rest), kNanoseconds);
    if (total.status != DecimalStatus::good || trimmed(rest) != "ns") {
      return lines_.problem("Total", "\"" + shown(text.message) + "\" does not end in a length",
                            "Total: 123 ns");
    }
    return out_.add_stop(begin(text, total.ns), total.ns);
  }

  const LineReader& lines_;
  PauseCollector& out_;
};

}  // namespace

bool is_unified(std::string_view line) {
  const Decorated text = undecorated(line);
  if (text.decorations == 0) return collection(text.message).has_value();
  if (text.decorations >= 2 && text.tagged) return true;
  const auto what = collection(text.message);
  return text.stamp && (what || text.message.starts_with("Using ") || is_safepoint(text.message) ||
                        stopped_for(text.message));
}

std::unique_ptr<PauseParser> unified_parser(const LineReader& lines, PauseCollector& out) {
  return std::make_unique<Unified>(lines, out);
}

}  // namespace flatline::trace
