// A run of due times in one call: what moving on beat by beat gives.

#include <algorithm>
#include <string>
#include <vector>

#include "flatline/protocol/push.hpp"
#include "support/catch.hpp"

namespace flatline::protocol {
namespace {

std::uint64_t draw(std::int64_t i) {
  std::uint64_t z = static_cast<std::uint64_t>(i + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z ^= z >> 27;
  // The ends of the jitter too.
  return i % 7 == 0 ? 0 : i % 11 == 0 ? ~std::uint64_t{0} : z;
}

struct Case {
  std::string name;
  PushSettings settings;
  bool restarted = false;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  for (const Duration interval : {milliseconds(100), seconds(10), nanoseconds(1), nanoseconds(3)}) {
    for (const bool restarted : {false, true}) {
      for (const auto& [name, jitter, ratio] : {std::tuple{"none", JitterOf::none, 0.0},
                                                {"grid", JitterOf::grid, 0.3},
                                                {"wide grid", JitterOf::grid, 0.49999},
                                                {"interval", JitterOf::interval, 0.1},
                                                {"wide interval", JitterOf::interval, 0.99999}}) {
        Case one;
        one.name = std::string(name) + " " + std::to_string(interval.ns);
        one.settings.interval = interval;
        one.settings.jitter_of = jitter;
        one.settings.jitter_ratio = ratio;
        one.restarted = restarted;
        out.push_back(one);
      }
    }
  }
  return out;
}

BeatSchedule begun(const Case& each) {
  BeatSchedule schedule(each.settings, {-5'000'000'000}, each.restarted, draw(99));
  schedule.begin(draw(0));
  return schedule;
}

/// By advance(): when beats are due before `before`, at most `room` of them.
std::vector<LocalInstant> one_by_one(BeatSchedule& schedule, LocalInstant before,
                                     std::size_t room) {
  std::vector<LocalInstant> out;
  while (out.size() < room && schedule.due() < before) {
    out.push_back(schedule.due());
    schedule.advance(draw(schedule.index() + 1));
  }
  return out;
}

std::vector<LocalInstant> in_a_run(BeatSchedule& schedule, LocalInstant before, std::size_t room) {
  std::vector<std::uint64_t> bits;
  for (std::size_t i = 0; i < room; ++i) {
    bits.push_back(draw(schedule.index() + 1 + static_cast<std::int64_t>(i)));
  }
  std::vector<LocalInstant> out(room);
  out.resize(schedule.advance_run(bits, before, out));
  return out;
}

void check_equal(const BeatSchedule& run, const BeatSchedule& single) {
  REQUIRE(run.index() == single.index());
  REQUIRE(run.due() == single.due());
}

}  // namespace

TEST_CASE("runs of due times are those of single beats, whatever their lengths") {
  for (const Case& each : cases()) {
    INFO(each.name);
    BeatSchedule run = begun(each), single = begun(each);
    for (const std::size_t room : {0u, 1u, 2u, 511u, 512u, 7u, 1024u, 333u}) {
      REQUIRE(in_a_run(run, LocalInstant::never(), room) ==
              one_by_one(single, LocalInstant::never(), room));
      check_equal(run, single);
    }
  }
}

TEST_CASE("a run ends before the instant it is told, and goes on from there") {
  for (const Case& each : cases()) {
    INFO(each.name);
    BeatSchedule ahead = begun(each);
    const std::vector<LocalInstant> due = one_by_one(ahead, LocalInstant::never(), 200);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1}, std::size_t{99}, std::size_t{199}}) {
      for (const std::int64_t off : {-1, 0, 1}) {
        const LocalInstant before = due[at] + Duration{off};
        BeatSchedule run = begun(each), single = begun(each);
        REQUIRE(in_a_run(run, before, 200) == one_by_one(single, before, 200));
        check_equal(run, single);
        REQUIRE(in_a_run(run, LocalInstant::never(), 50) ==
                one_by_one(single, LocalInstant::never(), 50));
        check_equal(run, single);
      }
    }
  }
}

TEST_CASE("a run of intervals of years ends in time, though later ones would pass all instants") {
  for (const JitterOf jitter : {JitterOf::none, JitterOf::grid, JitterOf::interval}) {
    Case each;
    each.settings.interval = kLongestTime - days(3);
    each.settings.jitter_of = jitter;
    each.settings.jitter_ratio = 0.2;
    each.restarted = true;
    BeatSchedule run = begun(each), single = begun(each);
    const LocalInstant before = LocalInstant{} + kLongestTime;
    const auto due = in_a_run(run, before, 512);
    REQUIRE(due == one_by_one(single, before, 512));
    CHECK(!due.empty());
    check_equal(run, single);
  }
}

}  // namespace flatline::protocol
