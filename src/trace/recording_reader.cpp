// Arrivals from flatline's own recordings (recording.hpp).

#include <algorithm>
#include <array>
#include <charconv>

#include "decimal.hpp"
#include "flatline/base/text.hpp"
#include "recording_text.hpp"
#include "source.hpp"

namespace flatline::trace {
namespace {

constexpr std::size_t kWidth = 5;
constexpr std::array<std::string_view, kWidth> kNames{"seq", "sent_ns", "received_ns", "skipped",
                                                      "waited_ns"};
using Fields = std::array<std::string_view, kWidth>;

struct Block {
  Duration interval{};
  std::optional<bool> one_clock;
  std::string begun;
  bool operator==(const Block&) const = default;
};

// The number of fields; those past the fifth are counted only.
std::size_t split(std::string_view line, Fields& fields) {
  std::size_t count = 0;
  while (true) {
    const std::size_t length = std::min(line.find(','), line.size());
    if (count < kWidth) fields[count] = line.substr(0, length);
    ++count;
    if (length == line.size()) return count;
    line.remove_prefix(length + 1);
  }
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads one "# key: value" of the header.
std::optional<Problem> read_key(const LineReader& lines, std::string_view text, Block& block) {
  const std::string_view body = trimmed(text.substr(1));
  const auto colon = body.find(':');
  const std::string key(body.substr(0, colon));
  const std::string_view value =
      colon == std::string_view::npos ? std::string_view() : trimmed(body.substr(colon + 1));
  if (key == "note") return std::nullopt;
  if (key == "begun") {
    block.begun = value;
    return std::nullopt;
  }
  if (key == "interval") {
    const Result<Duration> interval = parse_duration(value);
    if (!interval || interval.value().ns <= 0 || block.interval.ns != 0) {
      return lines.problem("interval",
                           block.interval.ns != 0 ? "the interval is given twice"
                                                  : "\"" + shown(value) + "\" is not an interval",
                           "one duration above 0, such as 100ms");
    }
    block.interval = interval.value();
    return std::nullopt;
  }
  if (key == "clocks") {
    if ((value != "one" && value != "two") || block.one_clock) {
      return lines.problem("clocks", "\"" + shown(value) + "\" is not what clocks can be",
                           "one or two, given once");
    }
    block.one_clock = value == "one";
    return std::nullopt;
  }
  Problem p = lines.problem("", "unknown key \"" + shown(key) + "\" in the header",
                            "one of interval, clocks, begun, note");
  p.suggestion =
      nearest_name(key, std::array<std::string, 4>{"interval", "clocks", "begun", "note"});
  return p;
}

// From the line after "# flatline trace 1" to that of the columns.
Result<Block> read_block(LineReader& lines, std::string_view mark) {
  const std::string_view version = trimmed(mark.substr(kRecordingMark.size()));
  if (version != kRecordingVersion) {
    return lines.problem("", "version \"" + shown(version) + "\" of recordings is not known",
                         "\"# flatline trace 1\"");
  }
  Block block;
  while (true) {
    const Result<std::optional<std::string_view>> line = lines.next();
    if (!line) return line.problems();
    if (!line.value()) {
      return lines.problem("", "the file holds no arrivals: its header is cut off",
                           std::string(kRecordingColumns));
    }
    const std::string_view text = *line.value();
    if (text == kRecordingColumns) break;
    if (!text.starts_with('#')) {
      return lines.problem("", "\"" + shown(text) + "\" does not belong to the header",
                           std::string(kRecordingColumns));
    }
    if (std::optional<Problem> problem = read_key(lines, text, block)) return *std::move(problem);
  }
  if (block.interval.ns == 0 || !block.one_clock) {
    const std::string missing = block.interval.ns == 0 ? "interval" : "clocks";
    return lines.problem(missing, "the header does not say this",
                         "a line \"# " + missing + ": ...\" above the columns");
  }
  return block;
}

class Recording : public Source {
 public:
  explicit Recording(LineReader lines) : lines_(std::move(lines)) {}

  std::optional<Problems> begin();
  Result<std::optional<Arrival>> next() override;
  [[nodiscard]] std::int64_t line() const override { return lines_.line(); }

 private:
  using Row = std::optional<Arrival>;

  Result<Row> read_next();
  Result<Row> stop();
  Result<bool> take_comment(std::string_view text);
  Result<bool> take_end(std::string_view text);
  std::optional<Problem> take_repeated_header(std::string_view text);
  Result<Row> take_row(std::string_view text);
  [[nodiscard]] std::optional<Problem> check(const Arrival& row) const;
  void remember(const Arrival& row);
  [[nodiscard]] Problem bad(std::size_t column, std::string message,
                            std::string expected = {}) const {
    return lines_.problem(std::string(kNames[column]), std::move(message), std::move(expected));
  }

  LineReader lines_;
  Block block_;
  Row first_;  // read by begin(), not given yet
  bool any_ = false;
  bool stopped_ = false;
  bool end_seen_ = false;
  std::int64_t blank_at_ = 0;   // the line of a blank line, which only the end may follow
  std::int64_t header_at_ = 0;  // the line of a repeated header just above
  LocalInstant first_at_{};
  LocalInstant last_at_{};
  Arrival highest_;  // the row with the highest seq
  std::int64_t most_sent_ = 0;
};

std::optional<Problems> Recording::begin() {
  const Result<std::optional<std::string_view>> mark = lines_.next();
  if (!mark) return mark.problems();
  Result<Block> block = read_block(lines_, mark.value().value_or(""));
  if (!block) return block.problems();
  block_ = block.value();
  facts_.format = Format::recording;
  facts_.clocks = *block_.one_clock ? Clocks::one : Clocks::two;
  facts_.interval = block_.interval;
  Result<Row> row = read_next();
  if (!row) return row.problems();
  if (!row.value()) {
    return Problems{lines_.problem("", "the file holds no arrivals", "a row below the columns")};
  }
  first_ = row.value();
  return std::nullopt;
}

Result<std::optional<Arrival>> Recording::next() {
  if (first_) {
    const Row row = first_;
    first_.reset();
    return row;
  }
  return read_next();
}

Result<std::optional<Arrival>> Recording::read_next() {
  while (!stopped_) {
    const Result<std::optional<std::string_view>> line = lines_.next();
    if (!line) {
      if (!lines_.cut_short() || !any_) return line.problems();
      repaired(end_seen_ ? "end of the gzip stream cut off" : "last line cut off", lines_.line());
      return stop();
    }
    if (!line.value()) return stop();
    const std::string_view text = *line.value();
    if (trimmed(text).empty()) {
      if (blank_at_ == 0) blank_at_ = lines_.line();
      continue;
    }
    if (end_seen_) {
      return lines_.problem("", "this line stands after the end of the recording",
                            "a file of its own for a second recording");
    }
    if (blank_at_ != 0) {
      return lines_.problem("", "a blank line stands before this row", "rows without gaps");
    }
    if (text.front() == '#' || text == kRecordingColumns) {
      const Result<bool> more = take_comment(text);
      if (!more) return more.problems();
      if (!more.value()) return stop();
      continue;
    }
    return take_row(text);
  }
  return Row();
}

Result<std::optional<Arrival>> Recording::stop() {
  stopped_ = true;
  if (!end_seen_) repaired("recording was not finished", lines_.line());
  return Row();
}

// Whether the file may go on behind this line.
Result<bool> Recording::take_comment(std::string_view text) {
  if (text.starts_with(kRecordingEnd)) return take_end(text);
  if (text == kRecordingColumns || text.starts_with(kRecordingMark)) {
    if (std::optional<Problem> problem = take_repeated_header(text)) return *std::move(problem);
    return true;
  }
  if (lines_.ended()) {
    return lines_.problem("", "\"" + shown(text) + "\" is no row", std::string(kRecordingColumns));
  }
  repaired("last line cut off", lines_.line());
  return false;
}

Result<bool> Recording::take_end(std::string_view text) {
  std::string_view rest = text.substr(kRecordingEnd.size());
  std::array<std::optional<std::int64_t>, 2> numbers;
  bool good = true;
  constexpr std::array<std::string_view, 2> kWords{" sent ", ", dropped "};
  for (std::size_t i = 0; i < kWords.size() && good; ++i) {
    good = rest.starts_with(kWords[i]);
    if (!good) break;
    rest.remove_prefix(kWords[i].size());
    const std::string_view value = rest.substr(0, rest.find(','));
    rest.remove_prefix(value.size());
    numbers[i] = whole_number(value);
    good = (numbers[i] && *numbers[i] >= 0) || value == kNotKnown;
  }
  if (!good || !rest.empty()) {
    if (lines_.ended()) {
      return lines_.problem("", "this is not the last line of a recording",
                            "\"# end: sent 3, dropped 0\"");
    }
    repaired("last line cut off", lines_.line());
    return false;
  }
  if (numbers[0] && *numbers[0] < most_sent_) {
    return lines_.problem("sent",
                          "fewer were sent (" + std::to_string(*numbers[0]) +
                              ") than the rows tell of (" + std::to_string(most_sent_) + ")",
                          "the number of heartbeats sent");
  }
  end_seen_ = true;
  facts_.sent_total = numbers[0];
  return true;
}

std::optional<Problem> Recording::take_repeated_header(std::string_view text) {
  const std::int64_t at = lines_.line();
  if (text != kRecordingColumns) {
    const Result<Block> block = read_block(lines_, text);
    if (!block) return block.problems().front();
    if (block.value() != block_) {
      return lines_.problem("",
                            "a second recording begins at line " + std::to_string(at) +
                                ": its header differs from the first",
                            "a file of its own for each");
    }
  }
  repaired("repeated header", at);
  header_at_ = at;
  return std::nullopt;
}

Result<std::optional<Arrival>> Recording::take_row(std::string_view text) {
  Fields fields;
  const std::size_t count = split(text, fields);
  const bool ended = lines_.ended();
  if (count < kWidth && !ended) {
    repaired("last line cut off", lines_.line());
    return stop();
  }
  if (count != kWidth) {
    return lines_.problem(
        "", "the row has " + std::to_string(count) + (count == 1 ? " field" : " fields"),
        "5 fields: " + std::string(kRecordingColumns));
  }
  // Of a line without its end the last field may lack digits.
  if (!ended) fields[4] = {};
  std::array<std::int64_t, kWidth> numbers{};
  for (std::size_t i = 0; i < kWidth; ++i) {
    if (i == 4 && fields[i].empty()) continue;
    const std::optional<std::int64_t> number = whole_number(fields[i]);
    if (!number) {
      return bad(i, "\"" + shown(fields[i]) + "\" is not a whole number",
                 i == 0 || i == 3 ? "a whole number" : "whole nanoseconds");
    }
    numbers[i] = *number;
  }
  Arrival row;
  row.seq = numbers[0];
  row.sent = LocalInstant{numbers[1]};
  row.at = LocalInstant{numbers[2]};
  row.skipped = numbers[3];
  if (!fields[4].empty()) row.waited = Duration{numbers[4]};
  if (std::optional<Problem> problem = check(row)) return *std::move(problem);
  remember(row);
  return Row(row);
}

std::optional<Problem> Recording::check(const Arrival& row) const {
  if (*row.seq < 0) return bad(0, "the number is negative", "a whole number from 0 on");
  if (row.sent->ns < -kLongestTime.ns || row.sent->ns > kLongestTime.ns) {
    return bad(1, "this is more than 36 years", "nanoseconds from the sender's start");
  }
  if (*row.seq > row.sent->ns / block_.interval.ns + 1) {
    return bad(1, "sent more than an interval before it was due",
               "a time from seq intervals after the sender's start on");
  }
  if (row.at.ns < -kLongestTime.ns || row.at.ns > kLongestTime.ns) {
    return bad(2, "this is more than 36 years", "nanoseconds");
  }
  if (any_ && row.at < last_at_) {
    if (header_at_ != 0) {
      return bad(
          2, "time goes backwards: a second recording begins at line " + std::to_string(header_at_),
          "a file of its own for each");
    }
    return bad(2, "time goes backwards", "rows in the order of receipt");
  }
  if (any_ && row.at - first_at_ > kLongestTime) {
    return bad(2, "this is more than 36 years after the first arrival", "nanoseconds");
  }
  if (row.skipped < 0 || row.skipped > *row.seq) {
    return bad(3, "skipped is not from 0 to seq", "how many places up to seq were never sent");
  }
  if (any_ && (*row.seq > *highest_.seq ? row.skipped < highest_.skipped
                                        : row.skipped > highest_.skipped)) {
    return bad(3, "skipped falls while seq rises", "a count that never falls");
  }
  if (any_ && *row.seq == *highest_.seq &&
      (row.skipped != highest_.skipped || row.sent != highest_.sent)) {
    return bad(0, "the same number was sent twice",
               "a duplicate has sent_ns and skipped as before");
  }
  if (row.waited && (row.waited->ns < 0 || *row.waited > kLongestTime)) {
    return bad(4, "this cannot be a wait", "nanoseconds from 0 on, or nothing");
  }
  return std::nullopt;
}

void Recording::remember(const Arrival& row) {
  if (!any_) first_at_ = row.at;
  if (!any_ || *row.seq > *highest_.seq) {
    highest_ = row;
    most_sent_ = *row.seq - row.skipped + 1;
  }
  any_ = true;
  last_at_ = row.at;
  header_at_ = 0;
}

}  // namespace

Result<std::unique_ptr<Source>> open_recording(LineReader lines) {
  auto recording = std::make_unique<Recording>(std::move(lines));
  if (std::optional<Problems> problems = recording->begin()) return *std::move(problems);
  return std::unique_ptr<Source>(std::move(recording));
}

}  // namespace flatline::trace
