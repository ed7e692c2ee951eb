// sfd by hand: heartbeats every second, a slot of four, a window of one, steps of 100 ms.

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

constexpr std::int64_t kMs = 1'000'000;

/// Sends heartbeats one after the other and says the margin that each leaves: the deadline less the
/// expected arrival, which with a window of one is a second after the arrival.
class Feeder {
 public:
  explicit Feeder(const kit::Named& more) {
    kit::Named named{{"window", std::int64_t{1}},
                     {"slot", std::int64_t{4}},
                     {"step", milliseconds(200)},
                     {"gain", 0.5},
                     {"safety_margin", milliseconds(300)}};
    named.insert(named.end(), more.begin(), more.end());
    family_ = kit::family_of("sfd", {named});
  }
  std::int64_t margin_after(std::int64_t late_ms) {
    const kit::Arrival arrival = kit::beat((1000 * seq_ + late_ms) * kMs, seq_);
    ++seq_;
    family_->observe(arrival.at, arrival.observation);
    return (family_->deadline(0) - arrival.at).ns / kMs - 1000;
  }

 private:
  std::unique_ptr<Family> family_;
  std::int64_t seq_ = 0;
};

kit::Named targets(Duration detection, double rate, double accuracy) {
  return {{"target_detection_time", detection},
          {"target_mistake_rate", rate},
          {"target_query_accuracy", accuracy}};
}

}  // namespace

TEST_CASE("sfd widens its margin while mistakes are too frequent, up to the slot that has none") {
  Feeder feed(targets(seconds(9), 0.0, 0.0));
  // Every second heartbeat is 450 ms later than the last: beyond margins of 300 and 400, not 500.
  std::vector<std::int64_t> margins;
  for (int i = 0; i <= 16; ++i) margins.push_back(feed.margin_after(i % 2 == 0 ? 0 : 450));
  CHECK(margins == std::vector<std::int64_t>{300, 300, 300, 300, 400, 400, 400, 400, 500, 500, 500,
                                             500, 500, 500, 500, 500, 500});
}

TEST_CASE("sfd narrows its margin while detection is too slow, but not below 0") {
  Feeder feed(targets(milliseconds(1150), 9.0, 0.0));
  std::vector<std::int64_t> margins;
  for (int i = 0; i <= 16; ++i) margins.push_back(feed.margin_after(0));
  // Mean detection times 1300, 1200, then 1100: slow twice.
  CHECK(margins == std::vector<std::int64_t>{300, 300, 300, 300, 200, 200, 200, 200, 100, 100, 100,
                                             100, 100, 100, 100, 100, 100});
  Feeder zero(targets(milliseconds(500), 9.0, 0.0));
  for (int i = 0; i <= 40; ++i) margins.push_back(zero.margin_after(0));
  CHECK(margins.back() == 0);
}

TEST_CASE("sfd keeps its margin where both targets are met, and where both are missed") {
  Feeder content(targets(milliseconds(1300), 0.0, 1.0));
  for (int i = 0; i <= 20; ++i) CHECK(content.margin_after(0) == 300);
  Feeder torn(targets(milliseconds(1299), 0.1, 0.0));
  for (int i = 0; i <= 20; ++i) CHECK(torn.margin_after(i % 2 == 0 ? 0 : 450) == 300);
}

TEST_CASE("sfd judges the share of trust as well as the number of mistakes") {
  // A heartbeat 400 ms later than the last is suspected for 100 ms: one in a slot of four seconds
  // or so is a share of 0.025.
  Feeder lax(targets(seconds(9), 9.0, 0.97));
  Feeder strict(targets(seconds(9), 9.0, 0.98));
  for (int i = 0; i <= 4; ++i) {
    const std::int64_t late = i == 2 ? 400 : 0;
    CHECK(lax.margin_after(late) == 300);
    CHECK(strict.margin_after(late) == (i < 4 ? 300 : 400));
  }
}

TEST_CASE("A heartbeat at the very deadline is in time for sfd") {
  Feeder feed(targets(seconds(9), 0.0, 1.0));
  for (int i = 0; i <= 8; ++i) CHECK(feed.margin_after(i % 2 == 0 ? 0 : 300) == 300);
  Feeder late(targets(seconds(9), 0.0, 1.0));
  for (int i = 0; i <= 4; ++i)
    CHECK(late.margin_after(i % 2 == 0 ? 0 : 301) == (i < 4 ? 300 : 400));
}
