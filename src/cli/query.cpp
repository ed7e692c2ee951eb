#include "cli/query.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numeric>
#include <vector>

#include "cli/command.hpp"
#include "flatline/base/text.hpp"
#include "flatline/trace/times.hpp"

namespace flatline::cli {
namespace {

constexpr std::int64_t kMostLooks = 200'000'000;
// Within it no sum of an instant, a silence and a deadline leaves 64 bits.
constexpr std::int64_t kFarthestFromZero = std::int64_t{1} << 61;

bool is_far(LocalInstant t) {
  return t.ns > kFarthestFromZero || t.ns < -kFarthestFromZero;
}

struct Answer {
  LocalInstant at{};
  double level = 0;
  bool suspected = false;
  LocalInstant deadline{};
};

// One detector and who asks it. Without check_every its deadline is compared with the clock all the
// time; with it only at the whole multiples of check_every, and between two the verdict stands.
class Monitor {
 public:
  Monitor(const Query& query, LocalInstant begin)
      : family_(detect::make_family(*query.judged.info, {&query.judged.setting, 1},
                                    {query.interval, nullptr})),
        check_every_(query.judged.check_every.value_or(Duration{})),
        next_look_(begin),
        suspected_(query.judged.info->initial == detect::InitialOutput::suspect) {
    if (check_every_.ns == 0) return;
    const std::int64_t over = begin.ns % check_every_.ns;
    next_look_ = begin + Duration{over > 0 ? check_every_.ns - over : -over};
  }

  void arrive(LocalInstant now, SeqNo seq, LocalInstant sent_at) {
    look_before(now);
    family_->observe(now, {detect::ObservationKind::heartbeat, {}, seq, sent_at, true});
    if (family_->deadline(0) > now) suspected_ = false;
  }

  Answer ask(LocalInstant now) {
    look_before(now + nanoseconds(1));
    const LocalInstant deadline = family_->deadline(0);
    const bool suspected = check_every_.ns == 0 ? deadline <= now : suspected_;
    return {now, family_->suspicion(0, now), suspected, deadline};
  }

 private:
  void look_before(LocalInstant end) {
    if (check_every_.ns == 0) return;
    for (; next_look_ < end; next_look_ += check_every_) {
      family_->looked(next_look_);
      if (family_->deadline(0) <= next_look_) suspected_ = true;
    }
  }

  std::unique_ptr<detect::Family> family_;
  Duration check_every_;
  LocalInstant next_look_;
  bool suspected_;
};

// The columns of recordings and pings are known, so that the unit is that of the questions alone.
trace::ArrivalReader open_arrivals(TraceInput& input) {
  input.columns.whole_nanoseconds = true;
  if (input.columns.column.empty() && !input.columns.unit.empty()) {
    trace::ArrivalOptions bare = input.columns;
    bare.unit.clear();
    auto reader = trace::ArrivalReader::open(input.path, bare);
    if (reader.ok() && reader.value().facts().format != trace::Format::table)
      return std::move(reader).value();
  }
  return value_or_fail(trace::ArrivalReader::open(input.path, input.columns), kInvalid);
}

[[noreturn]] void fail_at(const std::string& path, const std::string& what) {
  fail(kInvalid, path + ": " + what);
}

void check_reach(const Query& query, const trace::Times& times, LocalInstant first,
                 LocalInstant last, const std::string& path) {
  if (is_far(first))
    fail_at(path, "the first time is too far from 0; expected times within 73 years of 0");
  for (const LocalInstant at : times.at) {
    const bool near = std::abs(at.ns / 2 - first.ns / 2) <= kLongestTime.ns / 2;
    if (!near)
      fail_at(query.times,
              "a time is more than 36 years from the first arrival; expected times "
              "by the clock of the arrivals");
  }
  if (!query.judged.check_every) return;
  const auto [low, high] = std::minmax_element(times.at.begin(), times.at.end());
  const std::int64_t looks =
      (std::max(last, *high) - std::min(first, *low)).ns / query.judged.check_every->ns;
  if (looks > kMostLooks)
    fail(kUsage, "check_every: " + std::to_string(looks) + " looks from first to last; expected " +
                     std::to_string(kMostLooks) + " at most, so a longer one");
}

struct Beat {
  LocalInstant at{};
  SeqNo seq{};
  LocalInstant sent_at{};
};

struct Beats {
  std::vector<Beat> beats;
  trace::TraceFacts facts;
};

Beats read_beats(TraceInput& input) {
  trace::ArrivalReader reader = open_arrivals(input);
  Beats out;
  for (;;) {
    const auto next = value_or_fail(reader.next(), kInvalid);
    if (!next) break;
    const auto row = static_cast<std::int64_t>(out.beats.size());
    out.beats.push_back({next->at, {next->seq.value_or(row)}, next->sent.value_or(next->at)});
    if (!next->sent) continue;
    if (is_far(*next->sent))
      fail_at(input.path + ":" + std::to_string(reader.line()),
              "this send time is too far from 0; expected times within 73 years of 0");
  }
  out.facts = reader.facts();
  if (out.beats.empty()) fail_at(input.path, "the file holds no arrivals");
  return out;
}

void check_numbers(const Beats& beats, Duration interval, const std::string& path) {
  for (const Beat& beat : beats.beats) {
    if (interval.ns > 0 && beat.seq.value > kLongestTime.ns / interval.ns)
      fail_at(path, "sequence number " + std::to_string(beat.seq.value) + " times an interval of " +
                        format_duration(interval) + " is more than 36 years; expected numbers " +
                        "that count heartbeats");
  }
}

std::vector<Answer> answers(const Query& query, const trace::Times& times,
                            const std::vector<Beat>& beats) {
  std::vector<std::size_t> order(times.at.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times.at[a] < times.at[b]; });
  Monitor monitor(query, std::min(beats.front().at, times.at[order.front()]));
  std::vector<Answer> out(times.at.size());
  std::size_t next = 0;
  for (const std::size_t i : order) {
    // A heartbeat that arrives at the instant of the question counts.
    for (; next < beats.size() && beats[next].at <= times.at[i]; ++next)
      monitor.arrive(beats[next].at, beats[next].seq, beats[next].sent_at);
    out[i] = monitor.ask(times.at[i]);
  }
  return out;
}

int digits_of(const std::string& unit) {
  return unit == "ns" ? 0 : unit == "us" ? 3 : unit == "ms" ? 6 : 9;
}

// Whole nanoseconds in a larger unit, exactly: "5307", "0.0005".
std::string decimal_text(LocalInstant t, int digits) {
  std::string text = std::to_string(t.ns);
  const bool negative = text.front() == '-';
  if (negative) text.erase(0, 1);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  std::string fraction = text.substr(text.size() - places);
  text.resize(text.size() - places);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (!fraction.empty()) text += "." + fraction;
  return (negative ? "-" : "") + text;
}

// The shortest text that reads back as the same number; "inf" and "nan" if there is none.
std::string level_text(double level) {
  if (std::isnan(level)) return "nan";
  if (level == 0 && std::signbit(level)) return "-0.0";
  return detect::format_value(level);
}

using Row = std::array<std::string, 4>;

// As a JSON object; what is empty is null, what is no number is in quotes.
std::string object_text(const Row& names, const Row& row, bool finite) {
  std::string out = "{";
  for (std::size_t c = 0; c < row.size(); ++c) {
    const bool quoted = c == 1 && !row[c].empty() && !finite;
    out += (c == 0 ? "\"" : ", \"") + names[c] + "\": ";
    out += row[c].empty() ? "null" : quoted ? "\"" + row[c] + "\"" : row[c];
  }
  return out + "}";
}

void print_aligned(const Row& names, const std::vector<Row>& rows) {
  std::array<std::size_t, 4> width{};
  for (std::size_t c = 0; c < width.size(); ++c) {
    width[c] = names[c].size();
    for (const Row& row : rows)
      width[c] = std::max(width[c], std::max<std::size_t>(row[c].size(), 1));
  }
  const auto print = [&](const Row& row) {
    for (std::size_t c = 0; c < width.size(); ++c) {
      const std::string text = row[c].empty() ? "-" : row[c];
      std::cout << (c == 0 ? "" : "  ") << std::string(width[c] - text.size(), ' ') << text;
    }
    std::cout << "\n";
  };
  print(names);
  for (const Row& row : rows) print(row);
}

void print_answers(const std::vector<Answer>& given, const Query& query, const std::string& unit) {
  const Row names{"time_" + unit, "level", "suspected", "deadline_" + unit};
  const int digits = digits_of(unit);
  const bool levels = detect::has_level(*query.judged.info, query.judged.setting);
  std::vector<Row> rows;
  rows.reserve(given.size());
  for (const Answer& answer : given) {
    const bool none =
        answer.deadline == LocalInstant::never() || answer.deadline == LocalInstant::before_all();
    rows.push_back({decimal_text(answer.at, digits), levels ? level_text(answer.level) : "",
                    answer.suspected ? "true" : "false",
                    none ? "" : decimal_text(answer.deadline, digits)});
  }
  if (query.format == "table") {
    print_aligned(names, rows);
    return;
  }
  if (query.format == "csv") {
    const auto print = [](const Row& row) {
      std::cout << row[0] << "," << row[1] << "," << row[2] << "," << row[3] << "\n";
    };
    print(names);
    for (const Row& row : rows) print(row);
    return;
  }
  const bool lines = query.format == "ndjson";
  if (!lines) std::cout << "[\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::cout << (lines ? "" : "  ") << object_text(names, rows[i], std::isfinite(given[i].level))
              << (lines || i + 1 == rows.size() ? "\n" : ",\n");
  }
  if (!lines) std::cout << "]\n";
}

}  // namespace

int answer_queries(const Query& query, TraceInput input) {
  require_readable(query.times, "a list of times");
  const trace::Times times =
      value_or_fail(trace::read_times(query.times, input.columns.unit), kInvalid);
  const Beats read = read_beats(input);
  Query settled = query;
  if (settled.interval.ns == 0) settled.interval = read.facts.interval.value_or(Duration{});
  const detect::DetectorInfo& info = *query.judged.info;
  if (info.needs_interval && settled.interval.ns == 0)
    fail(kUsage, info.name + " needs --interval DURATION: the sender's heartbeat interval");
  if (info.needs_sent_at && read.facts.format == trace::Format::table &&
      input.columns.send_column.empty())
    fail(kUsage, info.name + " needs the sender's time stamps: give --sent-column");
  check_numbers(read, settled.interval, input.path);
  check_reach(settled, times, read.beats.front().at, read.beats.back().at, input.path);
  const std::vector<Answer> given = answers(settled, times, read.beats);
  if (!query.quiet && query.format == "table") {
    std::cerr << read.beats.size() << " arrivals, " << given.size() << " questions\n";
    for (const trace::Repair& repair : read.facts.repairs) {
      std::cerr << "repaired: " << repair.what << " (" << repair.count << ", first in line "
                << repair.first_line << ")\n";
    }
  }
  print_answers(given, settled, times.unit);
  return kOk;
}

}  // namespace flatline::cli
