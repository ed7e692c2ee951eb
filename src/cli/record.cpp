// flatline record: heartbeats over UDP between two hosts, recorded as a trace.

#include "flatline/live/record.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iostream>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/record_text.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr Duration kShortestInterval = microseconds(100);
constexpr Duration kLongestInterval = hours(1);

// What goes wrong with an option is said with the option as it was given.
[[noreturn]] void refuse(const char* option, const std::string& text, const std::string& why) {
  fail(kUsage, std::string(option) + " " + text + ": " + why);
}

std::uint16_t port_of(const char* option, const std::string& text, const std::string& port,
                      int least) {
  const auto number = parse_count(port);
  if (!number.ok() || number.value() < least || number.value() > 65535) {
    refuse(
        option, text,
        "port \"" + port + "\" is not a whole number from " + std::to_string(least) + " to 65535");
  }
  return static_cast<std::uint16_t>(number.value());
}

struct Place {
  std::string host;
  std::uint16_t port = 0;
};

// HOST:PORT, [IPV6]:PORT; without a host (PORT, :PORT) only where `least_port` is 0: to listen.
Place place_of(const char* option, const std::string& text, int least_port) {
  const bool listen = least_port == 0;
  const std::string form = listen ? "[ADDRESS:]PORT, such as 7000, 192.0.2.1:7000 or [::1]:7000"
                                  : "HOST:PORT, such as db1.example:7000 or [::1]:7000";
  std::string host, port;
  if (text.starts_with("[")) {
    const std::size_t close = text.find(']');
    if (close == std::string::npos || close + 1 >= text.size() || text[close + 1] != ':') {
      refuse(option, text, "expected " + form);
    }
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
    if (host.empty()) refuse(option, text, "the brackets are empty; expected " + form);
  } else {
    const std::size_t colon = text.rfind(':');
    if (colon != std::string::npos && text.find(':') != colon) {
      refuse(option, text, "an IPv6 address stands in brackets; expected " + form);
    }
    if (colon == std::string::npos && !listen) {
      refuse(option, text, "the port is missing; expected " + form);
    }
    host = colon == std::string::npos ? "" : text.substr(0, colon);
    port = colon == std::string::npos ? text : text.substr(colon + 1);
    if (host.empty() && !listen) refuse(option, text, "the host is missing; expected " + form);
  }
  return {host, port_of(option, text, port, least_port)};
}

// The unit that was meant, by how other programs spell them; "" if none is near.
std::string nearest_unit(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static constexpr std::array<std::array<const char*, 2>, 11> kSpellings{{{"ms", "ms"},
                                                                          {"mil", "ms"},
                                                                          {"us", "us"},
                                                                          {"mic", "us"},
                                                                          {"\xc2\xb5", "us"},
                                                                          {"\xce\xbc", "us"},
                                                                          {"n", "ns"},
                                                                          {"s", "s"},
                                                                          {"m", "m"},
                                                                          {"h", "h"},
                                                                          {"d", "d"}}};
  if (name.empty()) return "ms";
  for (const auto& [start, unit] : kSpellings) {
    if (name.starts_with(start)) return unit;
  }
  return {};
}

Duration interval_of(const std::string& text) {
  const auto interval = parse_duration(text);
  if (!interval.ok()) {
    std::string why = interval.problems().front().text();
    const std::size_t digits = text.find_first_not_of("0123456789.");
    const std::string number = text.substr(0, digits);
    const std::string unit = nearest_unit(digits == std::string::npos ? "" : text.substr(digits));
    if (!number.empty() && !unit.empty() && parse_duration(number + unit).ok()) {
      why += "; did you mean " + number + unit + "?";
    }
    fail(kUsage, "--interval " + why);
  }
  if (interval.value() < kShortestInterval || interval.value() > kLongestInterval) {
    refuse("--interval", text, "not from 100us to 1h");
  }
  return interval.value();
}

std::string default_name() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> name{};
  const std::size_t length =
      std::strftime(name.data(), name.size(), "trace-%Y%m%d-%H%M%S.csv.gz", &parts);
  return {name.data(), length};
}

int listen(const po::variables_map& values, const std::string& format, bool quiet) {
  const auto text = values["listen"].as<std::string>();
  const Place place = place_of("--listen", text, 0);
  live::ReceiveOptions options;
  options.address = place.host;
  options.port = place.port;
  options.out = option_or(values, "out", default_name());
  if (options.out.empty()) fail(kUsage, "--out is empty; expected the name of a file");
  if (values.contains("note")) options.notes = values["note"].as<std::vector<std::string>>();
  for (const std::string& note : options.notes) {
    if (note.find_first_of("\r\n") != std::string::npos) {
      fail(kUsage, "--note holds a line break; give one --note for each line");
    }
  }
  options.on_ready = [&](std::uint16_t port) {
    if (quiet) return;
    std::cerr << "listening on " << (place.host.empty() ? "" : place.host + " ") << "UDP port "
              << port << "; writing " << options.out
              << " from the first heartbeat on\non the other host: flatline record --to THIS_HOST:"
              << port << " --interval 100ms\n";
  };
  const live::StampError stamps = live::measure_stamps();
  catch_signals();
  StatusLine line(quiet);
  auto recorded =
      live::record_heartbeats(options, &interrupted(),
                              [&](const live::ReceiveProgress& now) { line.show(status_of(now)); });
  line.finish();
  const live::ReceiveProgress done = value_or_fail(std::move(recorded), kInputOutput);
  const bool complete = done.sent.has_value();
  if (done.received == 0 && !complete) {
    fail(kInterrupted,
         "interrupted before any heartbeat came; no file was written" +
             (done.foreign > 0 ? " (" + std::to_string(done.foreign) + " other datagrams came)"
                               : std::string()));
  }
  print_summary(summary_of(done, stamps, options.out), format);
  const std::string kept = options.out + " holds " + std::to_string(done.received) +
                           " heartbeats; next: flatline fit " + options.out;
  if (!complete) fail(kInterrupted, "interrupted; " + kept);
  if (!quiet) std::cerr << kept << "\n";
  return kOk;
}

void warn_of_silence(const live::SendProgress& done) {
  if (done.unheard > 0) {
    std::cerr << "nobody listened at " << done.peer << " for " << done.unheard
              << " of the heartbeats; there: flatline record --listen PORT\n";
  }
  if (!done.acknowledged) {
    std::cerr << "the receiver did not confirm that it heard of the end; its recording may wait "
                 "to be interrupted\n";
  }
}

int send(const po::variables_map& values, const std::string& format, bool quiet) {
  const Place place = place_of("--to", values["to"].as<std::string>(), 1);
  live::SendOptions options;
  options.host = place.host;
  options.port = place.port;
  options.interval = interval_of(option_or(values, "interval", "100ms"));
  if (values.contains("count")) {
    const auto text = values["count"].as<std::string>();
    const auto count = parse_count(text);
    if (!count.ok() || count.value() < 1) {
      fail(kUsage, "--count " + text + " is not a whole number from 1 on");
    }
    if (count.value() > kLongestTime.ns / options.interval.ns) {
      fail(kUsage, "--count " + text + " heartbeats would take more than 36 years");
    }
    options.count = count.value();
  }
  const live::StampError stamps = live::measure_stamps();
  catch_signals();
  StatusLine line(quiet);
  auto sent = live::send_heartbeats(
      options, &interrupted(), [&](const live::SendProgress& now) { line.show(status_of(now)); });
  line.finish();
  const live::SendProgress done = value_or_fail(std::move(sent), kInputOutput);
  print_summary(summary_of(done, stamps, options.interval), format);
  if (!quiet) warn_of_silence(done);
  const bool complete =
      options.count != 0 && done.sent + done.skipped + done.refused == options.count;
  if (!complete) {
    fail(kInterrupted, "interrupted after " + std::to_string(done.sent) + " heartbeats" +
                           (done.acknowledged ? "; the receiver knows" : ""));
  }
  return kOk;
}

void require_side(const po::variables_map& values, const Command& command) {
  const bool listens = values.contains("listen");
  if (listens == values.contains("to")) {
    fail(kUsage,
         std::string(listens ? "--listen and --to exclude each other" : "give --listen or --to") +
             "; one host records (--listen 7000), the other sends "
             "(--to HOST:7000 --interval 100ms)\ntry: flatline help " +
             command.name);
  }
  for (const char* other : {"interval", "count"}) {
    if (listens && values.contains(other)) {
      fail(kUsage, "--" + std::string(other) + " belongs to the sending side (--to)");
    }
  }
  for (const char* other : {"out", "note"}) {
    if (!listens && values.contains(other)) {
      fail(kUsage, "--" + std::string(other) + " belongs to the recording side (--listen)");
    }
  }
}

}  // namespace

int record_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("listen", po::value<std::string>(),
                        "[ADDRESS:]PORT: record the heartbeats that come to this UDP port "
                        "(0: any free one)")(
      "out", po::value<std::string>(),
      "file of the recording, gzip if it ends in .gz (default: trace-DATE-TIME.csv.gz)")(
      "note", po::value<std::vector<std::string>>()->composing(),
      "a line for the file's header, such as what the hosts are; repeatable")(
      "to", po::value<std::string>(), "HOST:PORT: send heartbeats there")(
      "interval", po::value<std::string>(), "between heartbeats, 100us to 1h (default: 100ms)")(
      "count", po::value<std::string>(), "heartbeats on the grid (default: until interrupted)");
  add_format(options);
  options.add_options()("quiet,q", "no progress, no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {}, values)) return kOk;
  const std::string format = format_of(values);
  require_side(values, command);
  const bool quiet = values.contains("quiet");
  return values.contains("listen") ? listen(values, format, quiet) : send(values, format, quiet);
}

}  // namespace flatline::cli
