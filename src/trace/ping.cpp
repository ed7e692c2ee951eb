// Arrivals from the output of ping -D (iputils).

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <variant>

#include "decimal.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

constexpr Unit kMilliseconds{6};
constexpr Unit kSeconds{9};
constexpr std::string_view kExpected = "the output of ping -D in English (LC_ALL=C)";
/// Of the stamps, which are wall-clock time. A larger step back is another ping or another day.
constexpr Duration kLargestStepBack = seconds(1);
constexpr std::int64_t kNumbers = 65536;

/// What one line says.
struct Line {
  enum class Kind : std::uint8_t { other, start, reply, damaged, unanswered, statistics };
  Kind kind = Kind::other;
  std::int64_t number = 0;            // icmp_seq, or how many were sent
  std::optional<std::int64_t> stamp;  // nanoseconds
  Duration time{};                    // round trip
};

struct Bad {
  std::string column;
  std::string message;
  std::string expected;
};

using Parsed = std::variant<Line, Bad>;

// The digits at the start of `text`, which are taken off.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// "[1609459200.123456] " off the front; false if a bracket does not hold such a time.
bool take_stamp(std::string_view& text, std::optional<std::int64_t>& stamp) {
  if (text.empty() || text.front() != '[') return true;
  const auto close = text.find(']');
  if (close == std::string_view::npos) return false;
  const Decimal decimal = read_decimal(text.substr(1, close - 1), kSeconds);
  if (decimal.status != DecimalStatus::good || decimal.ns < 0) return false;
  stamp = decimal.ns;
  text = trimmed(text.substr(close + 1));
  return true;
}

bool is_start(std::string_view text) {
  return text.starts_with("PING ") && text.find(" bytes") != std::string_view::npos;
}

bool is_reply(std::string_view text) {
  return take_number(text) && text.starts_with(" bytes from ");
}

std::optional<std::int64_t> number_behind(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + name.size());
  return take_number(text);
}

Parsed parse_reply(std::string_view text, Line line) {
  const std::optional<std::int64_t> number = number_behind(text, " icmp_seq=");
  if (!number || *number >= kNumbers) {
    return Bad{"icmp_seq", "the reply has no number", "icmp_seq=0 to 65535"};
  }
  line.number = *number;
  if (text.ends_with("(truncated)") || text.find("(BAD CHECKSUM!)") != std::string_view::npos) {
    line.kind = Line::Kind::damaged;
    return line;
  }
  const auto at = text.find(" time=");
  if (at == std::string_view::npos) {
    return Bad{"time", "the reply has no round trip time",
               "time=12.3 ms (ping needs at least 16 bytes of data for it)"};
  }
  const std::string_view rest = text.substr(at + 6);
  const std::string_view field = rest.substr(0, rest.find(' '));
  const Decimal time = read_decimal(field, kMilliseconds);
  if (time.status != DecimalStatus::good || time.ns < 0 || time.ns > kLongestTime.ns ||
      !rest.substr(field.size()).starts_with(" ms")) {
    return Bad{"time", "\"" + shown(rest) + "\" is not a round trip time", "time=12.3 ms"};
  }
  line.time = Duration{time.ns};
  line.kind = Line::Kind::reply;
  return line;
}

// A line without blanks at its ends.
Parsed parse(std::string_view text) {
  Line line;
  if (!take_stamp(text, line.stamp)) {
    return Bad{"stamp", "\"" + shown(text) + "\" does not begin with a time stamp",
               "seconds in brackets, as ping -D prints them"};
  }
  if (is_start(text)) {
    line.kind = Line::Kind::start;
    return line;
  }
  if (is_reply(text)) return parse_reply(text, line);
  if (text.starts_with("no answer yet for icmp_seq=")) {
    const std::optional<std::int64_t> number = number_behind(text, "icmp_seq=");
    if (!number) return Bad{"icmp_seq", "the line has no number", "icmp_seq=0 to 65535"};
    line.kind = Line::Kind::unanswered;
    line.number = *number % kNumbers;
    return line;
  }
  std::string_view rest = text;
  const std::optional<std::int64_t> count = take_number(rest);
  if (count && rest.starts_with(" packets transmitted")) {
    line.kind = Line::Kind::statistics;
    line.number = *count;
    return line;
  }
  // Errors of routers, the rest of the statistics, warnings, and the state that a signal prints.
  const bool state = count && rest.starts_with('/') && rest.find(" packets, ") != rest.npos;
  if (state || text.empty() ||
      starts_with_any(text, {"From ", "--- ", "rtt ", "pipe ", "ipg/ewma ", "ping: ", "Warning: ",
                             "WARNING: ", "wrong data byte ", "#", "^C", "\r"})) {
    return line;
  }
  return Bad{"", "\"" + shown(text) + "\" is not a line of ping", std::string(kExpected)};
}

class Ping : public Source {
 public:
  explicit Ping(LineReader lines) : lines_(std::move(lines)) {}

  std::optional<Problems> begin();
  Result<std::optional<Arrival>> next() override;
  [[nodiscard]] std::int64_t line() const override { return lines_.line(); }

 private:
  using Row = std::optional<Arrival>;

  Result<Row> read_next();
  Result<Row> take(const Line& line);
  Result<Row> take_reply(const Line& line);
  [[nodiscard]] std::int64_t unwrapped(std::int64_t number) const;
  Row cut_off();

  LineReader lines_;
  Row first_;  // read by begin(), not given yet
  bool started_ = false;
  bool ended_ = false;    // the statistics have been read
  bool stopped_ = false;  // nothing more to read
  std::optional<std::int64_t> highest_;
  std::optional<std::int64_t> first_ns_;
  std::int64_t last_ns_ = 0;
};

std::optional<Problems> Ping::begin() {
  facts_.format = Format::ping;
  facts_.clocks = Clocks::one;
  facts_.round_trip = true;
  Result<Row> row = read_next();
  if (!row) return row.problems();
  if (!row.value()) {
    return Problems{
        lines_.problem("", "the file holds no arrivals", "a reply in the output of ping -D")};
  }
  first_ = row.value();
  return std::nullopt;
}

Result<std::optional<Arrival>> Ping::next() {
  if (!first_) return read_next();
  const Row row = first_;
  first_.reset();
  return row;
}

std::optional<Arrival> Ping::cut_off() {
  repaired("last line cut off", lines_.line());
  stopped_ = true;
  return std::nullopt;
}

Result<std::optional<Arrival>> Ping::read_next() {
  while (!stopped_) {
    const Result<std::optional<std::string_view>> text = lines_.next();
    if (!text) {
      if (lines_.cut_short() && first_ns_) return cut_off();
      return text.problems();
    }
    if (!text.value()) {
      stopped_ = true;
      break;
    }
    const Parsed parsed = parse(trimmed(*text.value()));
    if (const Bad* bad = std::get_if<Bad>(&parsed)) {
      if (!lines_.ended() && first_ns_) return cut_off();
      return lines_.problem(bad->column, bad->message, bad->expected);
    }
    Result<Row> row = take(std::get<Line>(parsed));
    if (!row || row.value()) return row;
  }
  return Row();
}

Result<std::optional<Arrival>> Ping::take(const Line& line) {
  using Kind = Line::Kind;
  if (line.kind == Kind::start) {
    if (started_ || first_ns_) {
      return lines_.problem("", "a second ping begins here", "a file of its own for each");
    }
    started_ = true;
    return Row();
  }
  if (line.kind == Kind::other) return Row();
  if (ended_) {
    return lines_.problem("", "this line stands after the statistics",
                          "a file of its own for a second ping");
  }
  if (line.kind == Kind::statistics) {
    if (line.number < highest_.value_or(0)) {
      return lines_.problem("",
                            "fewer were sent (" + std::to_string(line.number) +
                                ") than the replies tell of (" + std::to_string(*highest_) + ")",
                            "the statistics of this ping");
    }
    ended_ = true;
    facts_.sent_total = line.number;
    return Row();
  }
  if (line.kind == Kind::damaged) {
    repaired("damaged reply left out", lines_.line());
    return Row();
  }
  if (line.kind == Kind::unanswered) {
    // Keeps the count of the 16 bits through an outage. Of a cut line the number may lack digits.
    if (lines_.ended()) highest_ = std::max(highest_.value_or(0), unwrapped(line.number));
    return Row();
  }
  return take_reply(line);
}

// Of all numbers with these 16 bits, the one nearest to the highest so far.
std::int64_t Ping::unwrapped(std::int64_t number) const {
  if (!highest_) return number;
  std::int64_t ahead = (number - *highest_) % kNumbers;
  if (ahead < -kNumbers / 2) ahead += kNumbers;
  if (ahead > kNumbers / 2) ahead -= kNumbers;
  return *highest_ + ahead >= 0 ? *highest_ + ahead : number;
}

Result<std::optional<Arrival>> Ping::take_reply(const Line& line) {
  if (!line.stamp) {
    return lines_.problem("stamp", "the reply has no time stamp", "the output of ping -D");
  }
  std::int64_t ns = *line.stamp;
  if (first_ns_ && ns < last_ns_) {
    if (last_ns_ - ns > kLargestStepBack.ns) {
      return lines_.problem("stamp", "time goes backwards by more than 1 s",
                            "the output of one ping -D");
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
  Arrival arrival;
  arrival.at = LocalInstant{ns};
  arrival.sent = arrival.at - line.time;
  arrival.seq = unwrapped(line.number);
  highest_ = std::max(highest_.value_or(0), *arrival.seq);
  return Row(arrival);
}

}  // namespace

bool is_ping(std::string_view line) {
  if (is_start(line)) return true;
  std::optional<std::int64_t> stamp;
  if (!take_stamp(line, stamp)) return false;
  return is_reply(line) ||
         (stamp && starts_with_any(line, {"From ", "no answer yet for icmp_seq="}));
}

Result<std::unique_ptr<Source>> open_ping(LineReader lines) {
  auto ping = std::make_unique<Ping>(std::move(lines));
  if (std::optional<Problems> problems = ping->begin()) return *std::move(problems);
  return std::unique_ptr<Source>(std::move(ping));
}

}  // namespace flatline::trace
