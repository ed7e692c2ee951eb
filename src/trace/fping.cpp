// Arrivals from the output of fping with -D and -l or -c:
//
//   [1609459200.12345] example.net : [3], 64 bytes, 12.3 ms (12.1 avg, 0% loss)
//   [1609459201.62345] example.net : [4], timed out (12.1 avg, 20% loss)
//
// The number in brackets counts the pings to that target from 0. Times outs are printed by fping 5
// and later; before, a number that is missing tells of them.

#include <algorithm>
#include <set>

#include "decimal.hpp"
#include "flatline/base/text.hpp"
#include "source.hpp"
#include "stamps.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kMilliseconds{6};
constexpr Unit kSeconds{9};
/// Of the stamps, which are wall-clock time.
constexpr Duration kLargestStepBack = seconds(1);
constexpr std::size_t kMostTargets = 1000;
constexpr std::string_view kExpected = "the output of fping -D -l or -D -c N";

/// A line of one ping.
struct Line {
  bool stamped = false;
  std::int64_t stamp_ns = 0;
  std::string_view target;
  std::string_view rest;  // from the number on
};

// Splits "[stamp] target : [3], ..."; nothing if the line is of another kind.
std::optional<Line> split(std::string_view text) {
  Line line;
  if (text.starts_with("[")) {
    std::string_view rest = text.substr(1);
    const std::string_view number = take_decimal(rest);
    if (number.empty() || !rest.starts_with("] ")) return std::nullopt;
    const Decimal stamp = read_decimal(number, kSeconds);
    if (stamp.status != DecimalStatus::good) return std::nullopt;
    line.stamped = true;
    line.stamp_ns = stamp.ns;
    text = trimmed(rest.substr(2));
  }
  const auto colon = text.find(" : [");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  line.target = trimmed(text.substr(0, colon));
  line.rest = text.substr(colon + 4);
  std::string_view rest = line.rest;
  if (take_decimal(rest).empty() || !rest.starts_with("],")) return std::nullopt;
  return line;
}

class Fping : public Source {
 public:
  Fping(LineReader lines, std::string target)
      : lines_(std::move(lines)), wanted_(std::move(target)), target_(wanted_) {
    facts_.format = Format::fping;
    facts_.clocks = Clocks::one;
    facts_.round_trip = true;
  }

  std::optional<Problems> begin();
  Result<std::optional<Arrival>> next() override;
  [[nodiscard]] std::int64_t line() const override { return line_; }

 private:
  using Row = std::optional<Arrival>;

  Result<Row> read_next();
  Result<Row> take(const Line& line);
  Result<Row> take_reply(const Line& line, std::int64_t number, std::string_view text);
  [[nodiscard]] Problem bad(std::string_view text) const;
  Row finish();

  LineReader lines_;
  std::string wanted_;
  std::string target_;  // as wanted, or the first
  std::set<std::string> others_;
  Row first_;
  bool stopped_ = false;
  std::int64_t line_ = 0, highest_ = -1, last_ns_ = 0;
  std::optional<std::int64_t> first_ns_;
};

std::optional<Problems> Fping::begin() {
  Result<Row> row = read_next();
  if (!row) return row.problems();
  if (!row.value()) {
    std::string others;
    for (const std::string& name : others_) others += (others.empty() ? "one of " : ", ") + name;
    return Problems{lines_.problem(
        "", wanted_.empty() ? "the file holds no arrivals" : "no reply of the target " + wanted_,
        others.empty() ? "a reply in " + std::string(kExpected) : others)};
  }
  first_ = row.value();
  return std::nullopt;
}

Result<std::optional<Arrival>> Fping::next() {
  if (!first_) return read_next();
  const Row row = first_;
  first_.reset();
  return row;
}

std::optional<Arrival> Fping::finish() {
  stopped_ = true;
  if (highest_ >= 0) facts_.sent_total = highest_ + 1;
  return std::nullopt;
}

Result<std::optional<Arrival>> Fping::read_next() {
  while (!stopped_) {
    const Result<std::optional<std::string_view>> text = lines_.next();
    if (!text) {
      if (!lines_.cut_short() || !first_ns_) return text.problems();
      repaired("last line cut off", lines_.line());
      break;
    }
    if (!text.value()) break;
    // Errors of routers, statistics and what -v prints are passed over.
    const std::optional<Line> line = split(trimmed(*text.value()));
    if (!line) continue;
    Result<Row> row = take(*line);
    if (!row && !lines_.ended() && first_ns_) {
      repaired("last line cut off", lines_.line());
      break;
    }
    if (!row || row.value()) return row;
  }
  return finish();
}

Problem Fping::bad(std::string_view text) const {
  return lines_.problem("", "\"" + shown(text) + "\" is not the result of a ping",
                        "64 bytes, 12.3 ms or timed out, as fping prints it");
}

Result<std::optional<Arrival>> Fping::take(const Line& line) {
  if (target_.empty()) target_ = line.target;
  if (line.target != target_) {
    if (wanted_.empty()) {
      return lines_.problem(
          "", "a second target, \"" + shown(line.target) + "\", beside \"" + shown(target_) + "\"",
          "one of them, named as an option (--target)");
    }
    if (others_.size() < kMostTargets) others_.insert(shown(line.target));
    return Row();
  }
  std::string_view text = line.rest;
  const Result<std::int64_t> number = parse_count(take_decimal(text));
  if (!number || number.value() > kLongestTime.ns) return bad(line.rest);
  text = trimmed(text.substr(2));
  if (text.starts_with("timed out")) {
    highest_ = std::max(highest_, number.value());
    return Row();
  }
  return take_reply(line, number.value(), text);
}

Result<std::optional<Arrival>> Fping::take_reply(const Line& line, std::int64_t number,
                                                 std::string_view text) {
  const std::string_view whole = text;
  if (take_decimal(text).empty() || !text.starts_with(" bytes, ")) return bad(whole);
  text.remove_prefix(8);
  const std::string_view field = text.substr(0, text.find(' '));
  const Decimal time = read_decimal(field, kMilliseconds);
  if (time.status != DecimalStatus::good || time.ns < 0 || time.ns > kLongestTime.ns ||
      !text.substr(field.size()).starts_with(" ms")) {
    return bad(whole);
  }
  if (!line.stamped)
    return lines_.problem("stamp", "the reply has no time stamp", std::string(kExpected));
  std::int64_t ns = line.stamp_ns;
  if (first_ns_ && ns < last_ns_) {
    if (last_ns_ - ns > kLargestStepBack.ns) {
      return lines_.problem("stamp", "time goes backwards by more than 1 s",
                            "the output of one fping -D");
    }
    repaired("time stepped back", lines_.line());
    ns = last_ns_;
  }
  if (!first_ns_) first_ns_ = ns;
  if (ns - *first_ns_ > kLongestTime.ns) {
    return lines_.problem("stamp", "this is more than 36 years after the first arrival",
                          "seconds in brackets");
  }
  last_ns_ = ns;
  line_ = lines_.line();
  Arrival arrival;
  arrival.at = LocalInstant{ns};
  arrival.sent = arrival.at - Duration{time.ns};
  arrival.seq = number;
  highest_ = std::max(highest_, number);
  return Row(arrival);
}

}  // namespace

bool is_fping(std::string_view line) {
  return split(line).has_value();
}

Result<std::unique_ptr<Source>> open_fping(LineReader lines, const std::string& target) {
  auto fping = std::make_unique<Fping>(std::move(lines), target);
  if (std::optional<Problems> problems = fping->begin()) return *std::move(problems);
  return std::unique_ptr<Source>(std::move(fping));
}

}  // namespace flatline::trace
