// Both sides in one process over the loopback interface, on a port that the system chooses.

#include <atomic>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "flatline/live/record.hpp"
#include "live/clock.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace flatline;
using namespace flatline::live;

namespace {

struct Lines {
  std::vector<std::string> comments;
  std::vector<std::vector<std::int64_t>> rows;  // seq, sent, received, skipped
};

Lines read(const std::string& path) {
  Lines lines;
  std::ifstream file(path);
  REQUIRE(file.good());
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      lines.comments.push_back(line);
    } else if (!line.starts_with("seq")) {
      std::vector<std::int64_t> row;
      std::size_t at = 0;
      for (int i = 0; i < 4; ++i) {
        row.push_back(std::stoll(line.substr(at)));
        at = line.find(',', at) + 1;
      }
      lines.rows.push_back(row);
    }
  }
  return lines;
}

// A receiver in a thread of its own; `port` is there once it listens.
struct Recording {
  explicit Recording(const std::string& out, const std::string& address = "127.0.0.1") {
    options.address = address;
    options.out = out;
    options.on_ready = [this](std::uint16_t open) { tell(open); };
    result = std::async(std::launch::async, [this] {
      auto done = record_heartbeats(options, &stop, on_progress);
      tell(0);
      return done;
    });
    port = ready.get_future().get();
  }

  // The first word counts: 0 if it ends without having listened.
  void tell(std::uint16_t open) {
    if (!told) ready.set_value(open);
    told = true;
  }

  ReceiveOptions options;
  bool told = false;
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> received{0};
  std::function<void(const ReceiveProgress&)> on_progress = [this](const ReceiveProgress& now) {
    received.store(now.received);
  };
  std::promise<std::uint16_t> ready;
  std::future<Result<ReceiveProgress>> result;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("every heartbeat sent over loopback stands in the file, in order") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv");
  REQUIRE(recording.port != 0);
  const auto sent =
      send_heartbeats({"127.0.0.1", recording.port, milliseconds(1), 300}, nullptr, {});
  const auto recorded = recording.result.get();
  REQUIRE(sent.ok());
  REQUIRE(recorded.ok());
  const SendProgress& out = sent.value();
  const ReceiveProgress& in = recorded.value();
  // A busy machine may make the sender miss places; each is accounted for all the same.
  CHECK(out.sent + out.skipped == 300);
  CHECK(out.refused == 0);
  CHECK(out.acknowledged);
  CHECK(in.sent == out.sent);
  CHECK(in.received == out.sent);
  CHECK(in.lost + in.before_first + in.duplicates + in.reordered + in.dropped == 0);
  CHECK(in.one_clock);
  CHECK(in.interval == milliseconds(1));

  const Lines lines = read(folder / "r.csv");
  REQUIRE(static_cast<std::int64_t>(lines.rows.size()) == out.sent);
  std::int64_t before = -1;
  for (const auto& row : lines.rows) {
    CHECK(row[0] > before);
    CHECK(row[1] >= row[0] * 1'000'000);  // never sent before it is due
    CHECK(row[2] >= row[1]);              // one clock: received after it was sent
    CHECK(row[3] <= row[0]);
    before = row[0];
  }
  CHECK(lines.comments.back() == "# end: sent " + std::to_string(out.sent) + ", dropped 0");
}

TEST_CASE("a stopped sender tells the receiver its end") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv");
  REQUIRE(recording.port != 0);
  std::atomic<bool> stop{false};
  auto sending = std::async(std::launch::async, [&] {
    return send_heartbeats({"127.0.0.1", recording.port, milliseconds(5), 0}, &stop, {});
  });
  while (recording.received.load() == 0) std::this_thread::yield();
  stop.store(true);
  const auto sent = sending.get();
  const auto recorded = recording.result.get();
  REQUIRE(sent.ok());
  REQUIRE(recorded.ok());
  CHECK(sent.value().acknowledged);
  CHECK(recorded.value().sent == sent.value().sent);
  CHECK(recorded.value().received == sent.value().sent);
}

TEST_CASE("a stopped receiver leaves a complete file that does not say how many were sent") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv");
  REQUIRE(recording.port != 0);
  std::atomic<bool> stop{false};
  auto sending = std::async(std::launch::async, [&] {
    return send_heartbeats({"127.0.0.1", recording.port, milliseconds(5), 0}, &stop, {});
  });
  while (recording.received.load() == 0) std::this_thread::yield();
  recording.stop.store(true);
  const auto recorded = recording.result.get();
  stop.store(true);
  const auto sent = sending.get();
  REQUIRE(recorded.ok());
  REQUIRE(sent.ok());
  CHECK_FALSE(recorded.value().sent.has_value());
  CHECK_FALSE(sent.value().acknowledged);
  const Lines lines = read(folder / "r.csv");
  CHECK(static_cast<std::int64_t>(lines.rows.size()) == recorded.value().received);
  CHECK(lines.comments.back() == "# end: sent unknown, dropped 0");
}

TEST_CASE("a receiver that is stopped before any heartbeat leaves no file") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv");
  REQUIRE(recording.port != 0);
  recording.stop.store(true);
  const auto recorded = recording.result.get();
  REQUIRE(recorded.ok());
  CHECK(recorded.value().received == 0);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a receiver on every address hears IPv4") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv", "");
  REQUIRE(recording.port != 0);
  const auto sent =
      send_heartbeats({"127.0.0.1", recording.port, milliseconds(1), 20}, nullptr, {});
  const auto recorded = recording.result.get();
  REQUIRE(sent.ok());
  REQUIRE(recorded.ok());
  CHECK(recorded.value().received == sent.value().sent);
}

TEST_CASE("a port that is taken and a file that is there are refused") {
  const test::TemporaryFolder folder;
  Recording recording(folder / "r.csv");
  REQUIRE(recording.port != 0);
  ReceiveOptions again;
  again.address = "127.0.0.1";
  again.port = recording.port;
  again.out = folder / "s.csv";
  const auto taken = record_heartbeats(again, nullptr, {});
  recording.stop.store(true);
  recording.result.wait();
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.problems().front().message.find("cannot listen on 127.0.0.1") == 0);

  std::ofstream(folder / "there.csv") << "mine";
  again.port = 0;
  again.out = folder / "there.csv";
  const auto there = record_heartbeats(again, nullptr, {});
  REQUIRE_FALSE(there.ok());
  CHECK(there.problems().front().message == "is there already");
}

TEST_CASE("times of the wall clock are written in UTC") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(1'709'210'096'999'999'999) == "2024-02-29T12:34:56Z");
}

TEST_CASE("one host has one clock, and sessions differ") {
  CHECK(clock_digest() == clock_digest());
  CHECK(new_session() != new_session());
}

TEST_CASE("stamps are measured: the clock moves in steps, and reading it is ordered") {
  const StampError error = measure_stamps();
  CHECK(error.resolution.ns > 0);
  CHECK(error.read_median <= error.read_p99);
}
