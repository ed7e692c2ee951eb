#include "flatline/protocol/push.hpp"

#include <cmath>
#include <map>
#include <string>

#include "support/catch.hpp"

namespace flatline::protocol {
namespace {

PushSettings settings_of(JitterOf jitter, double ratio) {
  PushSettings settings;
  settings.interval = milliseconds(100);
  settings.jitter_of = jitter;
  settings.jitter_ratio = ratio;
  return settings;
}

std::uint64_t draw(std::int64_t i) {
  std::uint64_t z = static_cast<std::uint64_t>(i + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return z ^ (z >> 31);
}

std::vector<std::int64_t> dues(BeatSchedule schedule, int n) {
  std::vector<std::int64_t> out;
  schedule.begin(draw(0));
  for (int i = 0; i < n; ++i) {
    out.push_back(schedule.due().ns);
    schedule.advance(draw(schedule.index() + 1));
  }
  return out;
}

/// A node's surroundings that note what it does.
class Notes final : public Context {
 public:
  struct Sent {
    NodeId to{};
    std::int64_t seq = 0;
    std::int64_t at = 0;
  };
  NodeId self() const override { return {0}; }
  Incarnation incarnation() const override { return incarnation_now; }
  LocalInstant now() const override { return clock; }
  void send(NodeId to, std::span<const std::byte> payload, std::int64_t bytes,
            const std::optional<SeqNo>& heartbeat) override {
    sent.push_back({to, heartbeat.value().value, clock.ns});
    last_payload.assign(payload.begin(), payload.end());
    last_bytes = bytes;
  }
  void set_timer(TimerId, LocalInstant at) override { timer = at; }
  DrawsId open_draws(std::string_view) override { return {0}; }
  std::uint64_t draw(DrawsId, std::uint64_t) const override { return 0; }
  void observe(NodeId subject, const detect::Observation& observation) override {
    observed.emplace_back(subject, observation);
  }

  LocalInstant clock{}, timer{};
  Incarnation incarnation_now{};
  std::vector<Sent> sent;
  std::vector<std::byte> last_payload;
  std::int64_t last_bytes = 0;
  std::vector<std::pair<NodeId, detect::Observation>> observed;
};

}  // namespace

TEST_CASE("without jitter beat i is due at the start plus i intervals") {
  const auto out = dues(BeatSchedule(settings_of(JitterOf::none, 0), {7}, true, 123), 5);
  CHECK(out == std::vector<std::int64_t>{7, 100'000'007, 200'000'007, 300'000'007, 400'000'007});
}

TEST_CASE("a first process starts its grid anywhere in one interval, a restarted one at once") {
  const PushSettings settings = settings_of(JitterOf::none, 0);
  const auto first = [&](std::uint64_t bits) {
    return dues(BeatSchedule(settings, {0}, false, bits), 1)[0];
  };
  CHECK(first(0) == 0);
  CHECK(first(std::uint64_t{1} << 63) == 50'000'000);
  CHECK(first(~std::uint64_t{0}) == 99'999'999);
  PushSettings together = settings;
  together.phase = Phase::synchronised;
  CHECK(dues(BeatSchedule(together, {0}, false, ~std::uint64_t{0}), 1)[0] == 0);
  CHECK(dues(BeatSchedule(settings, {5}, true, ~std::uint64_t{0}), 1)[0] == 5);
}

TEST_CASE("jitter on a grid stays within its ratio of the grid and uses all of it") {
  const auto out = dues(BeatSchedule(settings_of(JitterOf::grid, .3), {0}, true, 0), 2000);
  std::int64_t least = 0, most = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    // The grid starts one reach late, so that no beat precedes the process.
    const std::int64_t stray = out[i] - 30'000'000 - static_cast<std::int64_t>(i) * 100'000'000;
    REQUIRE(std::abs(stray) <= 30'000'000);
    least = std::min(least, stray);
    most = std::max(most, stray);
    if (i > 0) REQUIRE(out[i] > out[i - 1]);
  }
  CHECK(out[0] >= 0);
  CHECK(least < -29'000'000);
  CHECK(most > 29'000'000);
}

TEST_CASE("jitter of the interval stays within its ratio of each gap, and the phase wanders") {
  const auto out = dues(BeatSchedule(settings_of(JitterOf::interval, .9), {0}, true, 0), 5000);
  double farthest = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    const std::int64_t stray = out[i] - out[i - 1] - 100'000'000;
    REQUIRE(std::abs(stray) <= 90'000'000);
    farthest =
        std::max(farthest, std::abs(static_cast<double>(out[i]) - static_cast<double>(i) * 1e8));
  }
  // A sum of 5000 uniform strays has a deviation of 52 ms x 71: it leaves any one gap's reach.
  CHECK(farthest > 9e8);
}

TEST_CASE(
    "a node beats to every monitor with one number, and carries number, incarnation and time") {
  auto node = make_push_node(settings_of(JitterOf::none, 0), {{1}, {2}}, 3);
  Notes notes;
  notes.incarnation_now = {4};
  notes.clock = {1000};
  node->on_start(notes);
  CHECK(notes.timer.ns == 1000);
  node->on_timer(notes, {0}, CatchUp::last);
  REQUIRE(notes.sent.size() == 2);
  CHECK(notes.sent[0].to == NodeId{1});
  CHECK(notes.sent[1].to == NodeId{2});
  CHECK(notes.sent[1].seq == 0);
  CHECK(notes.last_bytes == 64);
  CHECK(notes.timer.ns == 100'001'000);
  Notes monitor;
  auto listener = make_push_node(settings_of(JitterOf::none, 0), {}, 3);
  listener->on_start(monitor);
  listener->on_message(monitor, {0}, notes.last_payload);
  // The first beat of incarnation 4 announces the restart.
  REQUIRE(monitor.observed.size() == 2);
  CHECK(monitor.observed[0].second.kind == detect::ObservationKind::restarted);
  const detect::Observation& beat = monitor.observed[1].second;
  CHECK(monitor.observed[1].first == NodeId{0});
  CHECK(beat.kind == detect::ObservationKind::heartbeat);
  CHECK(beat.incarnation == Incarnation{4});
  CHECK(beat.seq == SeqNo{0});
  CHECK(beat.sent_at.ns == 1000);
}

TEST_CASE("a monitor takes nothing from an incarnation older than the newest") {
  const auto beat_of = [](std::uint32_t incarnation) {
    auto node = make_push_node(settings_of(JitterOf::none, 0), {{1}}, 2);
    Notes notes;
    notes.incarnation_now = {incarnation};
    node->on_start(notes);
    node->on_timer(notes, {0}, CatchUp::last);
    return notes.last_payload;
  };
  Notes monitor;
  auto listener = make_push_node(settings_of(JitterOf::none, 0), {}, 2);
  listener->on_message(monitor, {0}, beat_of(1));
  CHECK(monitor.observed.size() == 2);
  listener->on_message(monitor, {0}, beat_of(0));
  CHECK(monitor.observed.size() == 2);
  listener->on_message(monitor, {0}, beat_of(1));
  CHECK(monitor.observed.size() == 3);
}

TEST_CASE("after a stall the last beat due goes out at once, or none, or all with their numbers") {
  const auto numbers_after = [](CatchUp catch_up) {
    auto node = make_push_node(settings_of(JitterOf::none, 0), {{1}}, 2);
    Notes notes;
    notes.incarnation_now = {1};
    node->on_start(notes);
    node->on_timer(notes, {0}, CatchUp::last);
    notes.clock = LocalInstant{} + milliseconds(350);
    node->on_timer(notes, {0}, catch_up);
    CHECK(notes.timer.ns == milliseconds(400).ns);
    notes.clock = notes.timer;
    node->on_timer(notes, {0}, CatchUp::last);
    std::vector<std::int64_t> numbers;
    for (const auto& sent : notes.sent) numbers.push_back(sent.seq);
    return numbers;
  };
  CHECK(numbers_after(CatchUp::last) == std::vector<std::int64_t>{0, 3, 4});
  CHECK(numbers_after(CatchUp::none) == std::vector<std::int64_t>{0, 4});
  CHECK(numbers_after(CatchUp::all) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("a timer that fires a little late is no stall: its beat goes out, whatever the policy") {
  CHECK(sends_late(CatchUp::last, false, true));
  // A beat that is due at the very moment of waking is in time.
  CHECK(sends_late(CatchUp::none, true, true));
  CHECK_FALSE(sends_late(CatchUp::none, false, true));
  CHECK_FALSE(sends_late(CatchUp::last, true, false));
  CHECK(sends_late(CatchUp::all, false, false));
}

}  // namespace flatline::protocol
