// Garbage collection logs of JRockit (-Xverbose:memory or gc):
//
//   R26, R27  [memory ] 9.385: Nursery GC 123930K->27087K (1048576K), 53.417 ms
//             [memory ] 3374.309-3374.992: GC 882468K->45952K (1048576K), 317.313 ms
//   R28       [INFO ][memory ] [YC#1] 9.385-9.440: YC 123930KB->27087KB (1048576KB), 0.055 s, sum
//             of pauses 53.417 ms, longest pause 53.417 ms.
//
// A collection that is partly concurrent tells the sum of its pauses, which is taken as one.

#include "decimal.hpp"
#include "pause_source.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kSeconds{9};
constexpr Unit kMilliseconds{6};
constexpr std::string_view kSum = "sum of pauses ";

// The text behind the decorations if one of them is the memory module's.
std::optional<std::string_view> memory_line(std::string_view line) {
  bool memory = false;
  while (!line.empty() && line.front() == '[') {
    const auto close = line.find(']');
    if (close == std::string_view::npos) break;
    const std::string_view inside = trimmed(line.substr(1, close - 1));
    memory = memory || inside == "memory" || inside == "memdbg" || inside == "gc";
    line = trimmed(line.substr(close + 1));
  }
  if (!memory) return std::nullopt;
  return line;
}

class Jrockit : public PauseParser {
 public:
  Jrockit(const LineReader& lines, PauseCollector& out) : lines_(lines), out_(out) {}

  std::optional<Problem> take(std::string_view line) override {
    const auto memory = memory_line(trimmed(line));
    std::string_view text = memory.value_or("");
    const std::string_view begin = take_decimal(text);
    if (!begin.empty() && text.starts_with("-")) {
      text.remove_prefix(1);
      take_decimal(text);
    }
    const bool arrow = text.find("->") != std::string_view::npos;
    if (begin.empty() || !text.starts_with(": ") || !arrow) {
      out_.passed_over();
      return std::nullopt;
    }
    text.remove_prefix(2);
    const Decimal at = read_decimal(begin, kSeconds);
    const auto length = length_of(text);
    if (at.status != DecimalStatus::good || !length) {
      return lines_.problem("", "\"" + shown(text) + "\" does not tell how long it paused",
                            "a collection's line with its pause in ms, from JRockit R26 to R28");
    }
    return out_.add(at.ns, *length, text);
  }

 private:
  static std::optional<std::int64_t> length_of(std::string_view text) {
    if (const auto sum = text.find(kSum); sum != std::string_view::npos) {
      text.remove_prefix(sum + kSum.size());
    } else {
      const auto comma = text.rfind(", ");
      if (comma == std::string_view::npos) return std::nullopt;
      text.remove_prefix(comma + 2);
    }
    const Decimal length = read_decimal(take_decimal(text), kMilliseconds);
    if (length.status != DecimalStatus::good || !text.starts_with(" ms")) return std::nullopt;
    return length.ns;
  }

  const LineReader& lines_;
  PauseCollector& out_;
};

}  // namespace

bool is_jrockit(std::string_view line) {
  return memory_line(line).has_value() && !is_unified(line);
}

std::unique_ptr<PauseParser> jrockit_parser(const LineReader& lines, PauseCollector& out) {
  return std::make_unique<Jrockit>(lines, out);
}

}  // namespace flatline::trace
