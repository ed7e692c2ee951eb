#include "flatline/qos/tally.hpp"

#include "flatline/base/check.hpp"
#include "flatline/qos/measures.hpp"
#include "support/catch.hpp"

namespace flatline::qos {
namespace {

/// A tally whose every number is different.
Tally numbered(std::int64_t start) {
  Tally tally(2, 20, 3);
  std::int64_t n = start;
  for (RowTally& row : tally.rows) {
    for (RowBatch& batch : row.batches) {
      batch.mistakes = ++n;
      batch.ended = ++n % 5;
      batch.ended_ns = ++n;
      batch.suspected_ns = ++n;
      batch.unknown_ns = ++n;
      batch.already_ns = ++n;
      batch.detection_twice = Wide{++n} << 70;
      batch.detection.add_interval(n, 3 * n + 1000);
      batch.crashes_detected = ++n;
      batch.crash_detection_ns = ++n;
      batch.missed = ++n;
      batch.censored = ++n;
    }
    row.detection_max_ns = (n * 7919) % 1009;
    for (auto& cause : row.causes) cause = ++n;
  }
  for (CommonBatch& batch : tally.common) {
    batch.both_up_ns = 100'000'000 + ++n;
    batch.span_ns = 90'000'000 + ++n;
    batch.heartbeats = ++n;
    batch.delivered = batch.heartbeats / 2;
  }
  for (auto& messages : tally.node_messages) messages = ++n;
  tally.messages = ++n;
  tally.bytes = Wide{++n} << 66;
  return tally;
}

std::vector<double> everything(const Tally& tally) {
  std::vector<double> out;
  for (std::size_t row = 0; row < tally.rows.size(); ++row) {
    for (const Estimate& e : measure(tally, row, seconds(10), 1)) {
      for (const auto& value : {e.mean, e.lo, e.hi}) out.push_back(value.value_or(-1));
    }
  }
  return out;
}

Tally sum(Tally a, const Tally& b) {
  a.merge(b);
  return a;
}

}  // namespace

TEST_CASE("merging tallies is associative and commutative, to the last bit of every measure") {
  const Tally a = numbered(1), b = numbered(100'000), c = numbered(7'000'000);
  const auto left = everything(sum(sum(a, b), c));
  CHECK(left == everything(sum(a, sum(b, c))));
  CHECK(left == everything(sum(sum(c, a), b)));
  CHECK(left == everything(sum(sum(b, c), a)));
  CHECK(left != everything(sum(a, b)));
}

TEST_CASE("an empty tally changes nothing, one of another shape is refused") {
  const Tally a = numbered(5);
  CHECK(everything(sum(a, Tally(2, 20, 3))) == everything(a));
  CHECK_THROWS_AS(sum(a, Tally(1, 20, 3)), ContractViolation);
  CHECK_THROWS_AS(sum(a, Tally(2, 21, 3)), ContractViolation);
  CHECK_THROWS_AS(sum(a, Tally(2, 20, 4)), ContractViolation);
}

TEST_CASE("batches cover the measured time without gap, twenty or more over all replications") {
  for (const std::uint32_t replications : {1u, 2u, 3u, 7u, 19u, 20u, 21u, 64u}) {
    for (const std::int64_t ns : {20LL, 59LL, 60LL, 61LL, 1'000'000'007LL}) {
      CAPTURE(replications, ns);
      const BatchPlan plan({ns}, replications);
      CHECK(plan.size() >= 20);
      CHECK(plan.size() % replications == 0);
      std::int64_t t = 0;
      std::size_t batch = plan.index(0, 0);
      CHECK(batch == 0);
      for (int steps = 0; t < ns && steps < 100; ++steps) {
        CHECK(plan.index(0, t) == batch++);
        const std::int64_t end = plan.end_of(t);
        REQUIRE(end > t);
        CHECK(plan.index(0, end - 1) == plan.index(0, t));
        CHECK(plan.begin_of(end - 1) == t);
        t = end;
      }
      CHECK(t == ns);
      CHECK(plan.index(replications - 1, ns - 1) < plan.size());
      if (replications > 1) CHECK(plan.index(1, 0) == plan.size() / replications);
    }
  }
}

TEST_CASE("a run of a few nanoseconds has a batch for each, and no run has none") {
  const BatchPlan plan({3}, 1);
  CHECK(plan.size() == 3);
  CHECK(plan.index(0, 2) == 2);
  CHECK_THROWS_AS(BatchPlan({0}, 1), ContractViolation);
  CHECK_THROWS_AS(BatchPlan({10}, 0), ContractViolation);
}

}  // namespace flatline::qos
