#include "cli/record_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/output.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

constexpr auto kLineEvery = std::chrono::seconds(10);

// Three digits are enough for people.
std::string short_time(Duration time) {
  std::int64_t unit = 1;
  while (time.ns / unit >= 1000) unit *= 10;
  return format_duration({(time.ns + unit / 2) / unit * unit});
}

std::string quantiles(Duration p50, Duration p99, Duration max) {
  return "p50 " + short_time(p50) + "  p99 " + short_time(p99) + "  max " + short_time(max);
}

std::string percent(double share) {
  return format_number(share * 100, 3) + " %";
}

// Of what was sent while this side listened.
double loss_of(const live::ReceiveProgress& now) {
  const std::int64_t due = now.received + now.lost;
  return due == 0 ? 0 : static_cast<double>(now.lost) / static_cast<double>(due);
}

class Lines {
 public:
  void word(const char* column, const char* label, const std::string& text) {
    lines_.push_back({column, label, text, text});
  }
  void count(const char* column, const char* label, std::int64_t count,
             const std::string& remark = "") {
    lines_.push_back(
        {column, label, count, std::to_string(count) + (remark.empty() ? "" : "  " + remark)});
  }
  void share(const char* column, const char* label, double share) {
    lines_.push_back({column, label, share, percent(share)});
  }
  void time(const char* column, const char* label, Duration time) {
    lines_.push_back({column, label, time.seconds(), short_time(time)});
  }
  void nothing(const char* column) { lines_.push_back({column, "", {}, ""}); }

  void stamps(const live::StampError& stamps) {
    time("clock_resolution_s", "clock resolution", stamps.resolution);
    time("clock_read_p50_s", "reading it, p50", stamps.read_median);
    time("clock_read_p99_s", "reading it, p99", stamps.read_p99);
  }

  Summary take() { return std::move(lines_); }

 private:
  Summary lines_;
};

}  // namespace

Summary summary_of(const live::SendProgress& done, const live::StampError& stamps,
                   Duration interval) {
  Lines lines;
  lines.word("side", "side", "sender");
  lines.word("to", "sent to", done.peer);
  lines.time("interval_s", "interval", interval);
  lines.count("sent", "sent", done.sent);
  lines.count("skipped", "skipped", done.skipped,
              done.skipped > 0 ? "(this process did not run in time)" : "");
  lines.count("refused", "refused by the system", done.refused);
  lines.count("unheard", "nobody listened", done.unheard);
  lines.word("acknowledged", "end acknowledged", done.acknowledged ? "yes" : "no");
  lines.time("late_p50_s", "late on the grid, p50", done.late_p50);
  lines.time("late_p99_s", "late on the grid, p99", done.late_p99);
  lines.time("late_max_s", "late on the grid, max", done.late_max);
  lines.time("stamp_p50_s", "error of sent_ns, p50", done.stamp_p50);
  lines.time("stamp_p99_s", "error of sent_ns, p99", done.stamp_p99);
  lines.stamps(stamps);
  return lines.take();
}

Summary summary_of(const live::ReceiveProgress& done, const live::StampError& stamps,
                   const std::string& file) {
  Lines lines;
  lines.word("side", "side", "receiver");
  lines.word("file", "file", file);
  lines.time("interval_s", "interval", done.interval);
  if (done.sent) {
    lines.count("sent", "sent", *done.sent);
  } else {
    lines.nothing("sent");
  }
  lines.count("received", "received", done.received);
  lines.count("lost", "lost", done.lost);
  lines.share("loss", "loss", loss_of(done));
  lines.count("before_first", "sent before the first heard", done.before_first);
  lines.count("duplicates", "duplicates", done.duplicates);
  lines.count("reordered", "reordered", done.reordered);
  lines.count("foreign", "foreign datagrams", done.foreign);
  lines.count("dropped", "dropped by this socket", done.dropped,
              done.dropped > 0 ? "(this host was too slow)" : "");
  lines.word("clocks", "clocks", done.one_clock ? "one" : "two");
  lines.time("gap_p50_s", "gap, p50", done.gap_p50);
  lines.time("gap_p99_s", "gap, p99", done.gap_p99);
  lines.time("gap_max_s", "gap, max", done.gap_max);
  if (done.one_clock) {
    lines.time("delay_min_s", "delay, min", done.delay_min);
    lines.time("delay_p50_s", "delay, p50", done.delay_p50);
    lines.time("delay_p99_s", "delay, p99", done.delay_p99);
  } else {
    for (const char* column : {"delay_min_s", "delay_p50_s", "delay_p99_s"}) lines.nothing(column);
  }
  lines.time("waited_p50_s", "error of received_ns, p50", done.waited_p50);
  lines.time("waited_p99_s", "error of received_ns, p99", done.waited_p99);
  lines.stamps(stamps);
  return lines.take();
}

void print_summary(const Summary& summary, const std::string& format) {
  if (format != "table") {
    results::Table table;
    table.rows.emplace_back();
    for (const SummaryLine& line : summary) {
      table.columns.push_back(line.column);
      table.rows.front().push_back(line.cell);
    }
    print_rows(table, format);
    return;
  }
  std::size_t width = 0;
  for (const SummaryLine& line : summary) width = std::max(width, line.label.size());
  for (const SummaryLine& line : summary) {
    if (line.label.empty()) continue;
    std::cout << line.label << std::string(width + 2 - line.label.size(), ' ') << line.text << "\n";
  }
}

std::string status_of(const live::SendProgress& now) {
  std::string text = "sent " + std::to_string(now.sent);
  if (now.count > 0) text += " of " + std::to_string(now.count);
  if (now.skipped > 0) text += ", skipped " + std::to_string(now.skipped);
  if (now.refused > 0) text += ", refused " + std::to_string(now.refused);
  if (now.unheard > 0) text += ", nobody listened for " + std::to_string(now.unheard);
  return text + "; late " + quantiles(now.late_p50, now.late_p99, now.late_max);
}

std::string status_of(const live::ReceiveProgress& now) {
  std::string text = "waiting for the first heartbeat";
  if (now.received > 0) {
    text = "received " + std::to_string(now.received) + ", lost " + std::to_string(now.lost) +
           " (" + percent(loss_of(now)) + ")";
  }
  if (now.duplicates > 0) text += ", duplicates " + std::to_string(now.duplicates);
  if (now.reordered > 0) text += ", reordered " + std::to_string(now.reordered);
  if (now.dropped > 0) text += ", dropped here " + std::to_string(now.dropped);
  if (now.foreign > 0) text += ", foreign " + std::to_string(now.foreign);
  if (now.received > 1) text += "; gap " + quantiles(now.gap_p50, now.gap_p99, now.gap_max);
  return text;
}

StatusLine::StatusLine(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), last_(Clock::now()) {}

void StatusLine::show(const std::string& text) {
  if (quiet_) return;
  if (terminal_) {
    std::cerr << "\r\033[K" << text << std::flush;
    shown_ = true;
    return;
  }
  // The caller comes about once a second; half of that is tolerance.
  const auto now = Clock::now();
  if (now - last_ < kLineEvery - std::chrono::milliseconds(500)) return;
  last_ = now;
  std::cerr << text << "\n";
}

void StatusLine::finish() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
  shown_ = false;
}

}  // namespace flatline::cli
