#include "cli/trace_input.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "cli/command.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr std::int64_t kFarthestJump = 10'000'000;
// Numbers that leave out more than this, all gaps together, do not count heartbeats.
constexpr std::int64_t kMostMissing = 20'000'000;
constexpr std::size_t kMostPoints = std::size_t{1} << 16;
// A table with send times does not say whether the clocks agree. If no beat arrives before it was
// sent, and the fastest takes no longer than this, they do.
constexpr Duration kLongestLeastDelay = seconds(10);

// Points (sent, received) that keep the lower edge: whenever there are too many, of each two
// neighbours the one with the lesser delay stays.
class EdgePoints {
 public:
  void add(std::int64_t sent, std::int64_t received) {
    if (pending_ == 0 || received - sent < received_ - sent_) {
      sent_ = sent;
      received_ = received;
    }
    if (++pending_ < stride_) return;
    push();
    if (sent_points_.size() == kMostPoints) halve();
  }

  fit::ClockLine line() {
    if (pending_ > 0) push();
    return fit::fit_clock(sent_points_, received_points_);
  }

 private:
  void push() {
    sent_points_.push_back(sent_);
    received_points_.push_back(received_);
    pending_ = 0;
  }

  void halve() {
    for (std::size_t i = 0; i < kMostPoints / 2; ++i) {
      const std::size_t a = 2 * i, b = a + 1;
      const bool second =
          received_points_[b] - sent_points_[b] < received_points_[a] - sent_points_[a];
      sent_points_[i] = sent_points_[second ? b : a];
      received_points_[i] = received_points_[second ? b : a];
    }
    sent_points_.resize(kMostPoints / 2);
    received_points_.resize(kMostPoints / 2);
    stride_ *= 2;
  }

  std::int64_t sent_ = 0, received_ = 0;
  std::size_t pending_ = 0, stride_ = 1;
  std::vector<std::int64_t> sent_points_, received_points_;
};

class Scanner {
 public:
  explicit Scanner(const TraceInput& input) : input_(input) {}

  TraceScan run() {
    out_.facts = for_each_arrival(
        input_, [this](const trace::Arrival& arrival, std::int64_t line) { take(arrival, line); });
    if (out_.last <= out_.first) {
      fail(kInvalid, input_.path +
                         ": a trace needs at least two arrivals at different times; "
                         "found " +
                         std::to_string(out_.arrivals));
    }
    // Rows that are all there tell nothing of what is not in the file.
    if (out_.facts.numbered_by_rows && out_.facts.lost_rows == 0) out_.has_seq = false;
    if (out_.has_seq) out_.distinct_span = highest_ - lowest_ + 1;
    if (out_.has_seq) check_numbers();
    if (out_.facts.sent_total && *out_.facts.sent_total - highest_ > kFarthestJump) {
      fail(kInvalid, input_.path + ": the end says that " + std::to_string(*out_.facts.sent_total) +
                         " were sent, far more than the highest number " +
                         std::to_string(highest_) + "; expected a total that fits");
    }
    decide_clocks();
    return std::move(out_);
  }

 private:
  void take(const trace::Arrival& arrival, std::int64_t line) {
    if (out_.arrivals++ == 0) {
      out_.first = arrival.at;
      out_.has_seq = arrival.seq.has_value();
      out_.has_sent = arrival.sent.has_value();
      if (arrival.sent) out_.first_sent = *arrival.sent;
      if (arrival.seq) lowest_ = highest_ = *arrival.seq;
    }
    out_.last = arrival.at;
    out_.has_waited = out_.has_waited || arrival.waited.has_value();
    if (arrival.seq) take_number(*arrival.seq, arrival.skipped, line);
    if (arrival.sent) take_delay(arrival.at.ns, arrival.sent->ns, line);
  }

  void check_numbers() const {
    if (highest_ == lowest_) {
      fail(kInvalid, input_.path + ": all " + std::to_string(out_.arrivals) +
                         " arrivals have the number " + std::to_string(lowest_) +
                         "; a trace needs at least two different heartbeats");
    }
    if (highest_ - lowest_ - out_.arrivals - out_.skipped > kMostMissing) {
      fail(kInvalid, input_.path + ": the sequence numbers go from " + std::to_string(lowest_) +
                         " to " + std::to_string(highest_) + " in " +
                         std::to_string(out_.arrivals) +
                         " arrivals; expected numbers that count heartbeats");
    }
  }

  void take_number(std::int64_t seq, std::int64_t skipped, std::int64_t line) {
    // None is negative.
    if (seq > INT64_MAX / 2 || seq - highest_ > kFarthestJump || lowest_ - seq > kFarthestJump) {
      fail(kInvalid,
           input_.path + ":" + std::to_string(line) + ": the sequence number " +
               std::to_string(seq) +
               (out_.arrivals > 1 ? " is far from those above (" + std::to_string(highest_) + ")"
                                  : " is very large") +
               "; expected numbers that count heartbeats");
    }
    lowest_ = std::min(lowest_, seq);
    highest_ = std::max(highest_, seq);
    out_.skipped = std::max(out_.skipped, skipped);
  }

  void take_delay(std::int64_t at, std::int64_t sent, std::int64_t line) {
    constexpr std::int64_t kReach = INT64_MAX / 2;  // within it, differences do not overflow
    if (std::max(sent, at) > kReach || std::min(sent, at) < -kReach) {
      fail(kInvalid, input_.path + ":" + std::to_string(line) +
                         ": this time is too far from 0 to be compared; expected "
                         "times within 146 years of 0");
    }
    const std::int64_t off = sent - out_.first_sent.ns;
    if (std::abs(off) > kLongestTime.ns) {
      fail(kInvalid, input_.path + ":" + std::to_string(line) +
                         ": sent more than 36 years from the first heartbeat; expected send times "
                         "of one trace");
    }
    least_delay_ = std::min(least_delay_, at - sent);
    most_delay_ = std::max(most_delay_, at - sent);
    if (input_.clocks != "one") edge_.add(sent, at);
    sent_differ_ = sent_differ_ || sent != out_.first_sent.ns;
  }

  void decide_clocks() {
    if (!out_.has_sent) return;
    bool two = input_.clocks == "two";
    if (input_.clocks == "auto") {
      two = out_.facts.clocks == trace::Clocks::two ||
            (out_.facts.clocks == trace::Clocks::unknown &&
             (least_delay_ < 0 || least_delay_ > kLongestLeastDelay.ns));
    }
    if (!two) {
      if (least_delay_ < 0) {
        fail(kInvalid, input_.path + ": a heartbeat arrives " + format_duration({-least_delay_}) +
                           " before it was sent, so there are two clocks; expected --clocks two");
      }
      if (most_delay_ > kLongestTime.ns) {
        fail(kInvalid, input_.path +
                           ": a heartbeat arrives more than 36 years after it was sent, so there "
                           "are two clocks; expected --clocks two");
      }
      return;
    }
    if (!sent_differ_) {
      fail(kInvalid, input_.path +
                         ": all heartbeats were sent at the same time; "
                         "expected send times that go on");
    }
    out_.one_clock = false;
    out_.line = edge_.line();
  }

  const TraceInput& input_;
  TraceScan out_;
  std::int64_t lowest_ = 0, highest_ = 0;
  std::int64_t least_delay_ = INT64_MAX, most_delay_ = INT64_MIN;
  bool sent_differ_ = false;
  EdgePoints edge_;
};

}  // namespace

// A file that cannot be had is no invalid trace: it has its own exit code.
void require_readable(const std::string& path, const std::string& what) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    fail(kInputOutput, path + ": this is a folder; expected " + what);
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
    fail(kInputOutput, path + ": this is no file; expected one, as it is read several times");
  errno = 0;
  if (!std::ifstream(path))
    fail(kInputOutput, path + ": cannot open: " + std::generic_category().message(errno));
}

void add_trace_options(po::options_description& options) {
  options.add_options()(
      "column", po::value<std::string>(),
      "column of the arrival times: name, or number from 1 (tables only; recordings and ping -D "
      "are known)")("unit", po::value<std::string>(),
                    "unit of the times: ns, us, ms or s (default: the column's name tells)")(
      "seq-column", po::value<std::string>(),
      "column of the sequence numbers (default: rows are numbered)")(
      "sent-column", po::value<std::string>(),
      "column of the sender's time stamps; a row without an arrival is a lost heartbeat then")(
      "target", po::value<std::string>(), "of the output of fping: which of several")(
      "clocks", po::value<std::string>()->default_value("auto"),
      "auto, one (both time stamps by the same clock) or two (remove offset and drift)");
}

TraceInput trace_input_of(const po::variables_map& values, const std::string& path) {
  TraceInput input;
  input.path = path;
  input.columns.column = option_or(values, "column");
  input.columns.unit = option_or(values, "unit");
  input.columns.seq_column = option_or(values, "seq-column");
  input.columns.send_column = option_or(values, "sent-column");
  input.columns.target = option_or(values, "target");
  input.clocks = option_or(values, "clocks");
  if (input.clocks != "auto" && input.clocks != "one" && input.clocks != "two")
    fail(kUsage, "--clocks " + input.clocks + " is not auto, one or two");
  require_readable(path, "a trace");
  return input;
}

trace::TraceFacts for_each_arrival(
    const TraceInput& input, const std::function<void(const trace::Arrival&, std::int64_t)>& take) {
  auto reader = value_or_fail(trace::ArrivalReader::open(input.path, input.columns), kInvalid);
  for (;;) {
    const auto arrival = value_or_fail(reader.next(), kInvalid);
    if (!arrival) return reader.facts();
    take(*arrival, reader.line());
  }
}

LocalInstant TraceScan::left(const trace::Arrival& arrival) const {
  if (!arrival.sent) return arrival.at;
  if (one_clock) return *arrival.sent;
  return arrival.at - Duration{fit::delay_above(line, arrival.sent->ns, arrival.at.ns)};
}

Duration TraceScan::mean_interval() const {
  const std::int64_t places = has_seq ? distinct_span - 1 : arrivals - 1;
  return places > 0 ? (last - first) / places : Duration{};
}

TraceScan scan(const TraceInput& input) {
  return Scanner(input).run();
}

std::string remarks_on(const TraceScan& scan) {
  std::string out;
  const auto say = [&](const std::string& text) { out += text + "\n"; };
  if (!scan.has_sent) {
    say("no send times: all times count from arrivals, the way there not included" +
        std::string(scan.facts.format == trace::Format::table ? " (--sent-column names them)"
                                                              : ""));
  } else if (scan.facts.round_trip) {
    say(std::string(scan.facts.format == trace::Format::fping ? "fping" : "ping") +
        " measures round trips: delays are there and back");
  } else if (!scan.one_clock) {
    say("two clocks: offset and a drift of " + format_number(scan.line.drift * 1e6, 3) +
        " ppm removed; delays count from the least one, which two clocks cannot tell");
  }
  if (!scan.has_seq)
    say("no sequence numbers: what was lost cannot be told (--seq-column names them)");
  if (scan.facts.lost_rows > 0) {
    say(std::to_string(scan.facts.lost_rows) + " rows have no arrival: these heartbeats were lost" +
        (scan.facts.numbered_by_rows ? ", and rows are numbered as they stand" : ""));
  }
  for (const trace::Repair& repair : scan.facts.repairs) {
    say("repaired: " + repair.what + " (" + std::to_string(repair.count) + ", first in line " +
        std::to_string(repair.first_line) + ")");
  }
  return out;
}

}  // namespace flatline::cli
