#include "flatline/qos/measures.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace flatline::qos {
namespace {

Estimate named(const Tally& tally, std::string_view name, Duration duration = seconds(200)) {
  const auto all = measure(tally, 0, duration, 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (measures()[i].name == name) return all[i];
  }
  FAIL("no such measure");
  return {};
}

/// 20 batches of 10 s for one pair: 2 mistakes of 0.5 s each, 10 beats of which 9 come; T_D uniform
/// on 1 to 3 s.
Tally steady() {
  Tally tally(1, 20, 2);
  for (RowBatch& batch : tally.rows[0].batches) {
    batch.mistakes = 2;
    batch.ended = 2;
    batch.ended_ns = 1'000'000'000;
    batch.suspected_ns = 1'000'000'000;
    for (int i = 0; i < 5; ++i) batch.detection.add_interval(1'000'000'000, 3'000'000'000);
    batch.detection_twice = 5 * (Wide{9} - 1) * 1'000'000'000 * 1'000'000'000;
  }
  tally.rows[0].detection_max_ns = 3'000'000'000;
  for (CommonBatch& batch : tally.common) {
    batch.both_up_ns = batch.span_ns = 10'000'000'000;
    batch.heartbeats = 10;
    batch.delivered = 9;
  }
  tally.node_messages = {200, 180};
  tally.messages = 200;
  tally.bytes = 200 * 130;
  return tally;
}

}  // namespace

TEST_CASE(
    "every measure has a name of its own and a meaning, and measure() gives one value for each") {
  const auto all = measures();
  CHECK(measure(steady(), 0, seconds(200), 1).size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK_FALSE(all[i].meaning.empty());
    for (std::size_t j = 0; j < i; ++j) CHECK(all[i].name != all[j].name);
  }
}

TEST_CASE(
    "mistakes per hour, their recurrence, duration and good periods hang together as defined") {
  const Tally tally = steady();
  CHECK(named(tally, "mistakes").mean == 40.0);
  CHECK(named(tally, "mistake_rate_per_hour").mean.value() == Approx(720));
  CHECK(named(tally, "mistakes_per_heartbeat").mean.value() == Approx(.2));
  CHECK(named(tally, "mistake_recurrence_mean_s").mean.value() == Approx(5));
  CHECK(named(tally, "mistake_duration_mean_s").mean.value() == Approx(.5));
  CHECK(named(tally, "query_accuracy").mean.value() == Approx(.9));
  CHECK(named(tally, "good_period_mean_s").mean.value() ==
        Approx(4.5));  // E(T_G) = E(T_MR) - E(T_M)
  const Estimate rate = named(tally, "mistake_rate_per_hour");
  const Estimate recurrence = named(tally, "mistake_recurrence_mean_s");
  CHECK(recurrence.lo.value() == Approx(3600 / rate.hi.value()));
  CHECK(recurrence.hi.value() == Approx(3600 / rate.lo.value()));
}

TEST_CASE("unknown time counts neither as trusted nor as watched") {
  Tally tally = steady();
  for (RowBatch& batch : tally.rows[0].batches) batch.unknown_ns = 5'000'000'000;
  CHECK(named(tally, "query_accuracy").mean.value() == Approx(.8));
  CHECK(named(tally, "mistake_rate_per_hour").mean.value() == Approx(1440));
}

TEST_CASE("detection time of a uniform law: mean, quantiles within a bin, largest") {
  // Bins are at most 1/64 wide: quantiles inside the support are linear between exact edges, so
  // exact; only the bins that hold 1 s and 3 s smear.
  const Tally tally = steady();
  CHECK(named(tally, "detection_time_mean_s").mean.value() == Approx(2).epsilon(1e-12));
  CHECK(named(tally, "detection_time_p50_s").mean.value() == Approx(2).epsilon(1e-12));
  CHECK(named(tally, "detection_time_p90_s").mean.value() == Approx(2.8).epsilon(1e-12));
  CHECK(named(tally, "detection_time_p99_s").mean.value() == Approx(2.98).epsilon(1. / 64));
  CHECK(named(tally, "detection_time_max_s").mean == 3.0);
  CHECK(named(tally, "already_suspected").mean == 0.0);
}

TEST_CASE("crashes found already suspected are detected at once") {
  Tally tally = steady();
  for (std::size_t b = 0; b < 20; ++b) {
    tally.rows[0].batches[b].already_ns = 10'000'000'000;  // as much again
    tally.common[b].span_ns = 20'000'000'000;
  }
  CHECK(named(tally, "already_suspected").mean.value() == Approx(.5));
  CHECK(named(tally, "detection_time_mean_s").mean.value() == Approx(1));
  CHECK(named(tally, "detection_time_p50_s").mean.value() == Approx(0).margin(1.02));
  CHECK(named(tally, "detection_time_p90_s").mean.value() == Approx(2.6).epsilon(1e-9));
}

TEST_CASE(
    "crashes that are never detected are a share of their own; quantiles beyond it are infinite, "
    "the mean is of the rest") {
  Tally tally = steady();
  for (std::size_t b = 0; b < 20; ++b) {
    tally.rows[0].batches[b].never_ns = 1'000'000'000;
    tally.common[b].span_ns = 11'000'000'000;
  }
  CHECK(named(tally, "never_detected").mean.value() == Approx(1. / 11));
  CHECK(named(tally, "detection_time_mean_s").mean.value() == Approx(2).epsilon(1e-12));
  CHECK(std::isinf(named(tally, "detection_time_max_s").mean.value()));
  CHECK(std::isinf(named(tally, "detection_time_p99_s").mean.value()));
  CHECK(named(tally, "detection_time_p90_s").mean.value() == Approx(2.98).epsilon(1. / 64));
}

TEST_CASE("what was not seen has no mean but a bound, never a bare zero") {
  Tally tally = steady();
  for (RowBatch& batch : tally.rows[0].batches) {
    batch = RowBatch{};
  }
  const Estimate rate = named(tally, "mistake_rate_per_hour");
  CHECK_FALSE(rate.mean);
  CHECK(rate.hi.value() == Approx(3.688879 / 200 * 3600).epsilon(1e-6));
  CHECK(named(tally, "mistake_recurrence_mean_s").lo.value() ==
        Approx(200 / 3.688879).epsilon(1e-6));
  CHECK_FALSE(named(tally, "mistake_duration_mean_s").mean);
  CHECK(named(tally, "query_accuracy").mean == 1.0);
  CHECK(named(tally, "query_accuracy").lo.value() < 1);
  CHECK_FALSE(named(tally, "crash_detection_time_mean_s").mean);
  CHECK(named(tally, "mistakes").mean == 0.0);
}

TEST_CASE("nothing at all measured gives no estimate") {
  const Tally tally(1, 20, 1);
  CHECK_FALSE(named(tally, "detection_time_mean_s").mean);
  CHECK_FALSE(named(tally, "detection_time_p50_s").mean);
  CHECK_FALSE(named(tally, "detection_time_max_s").mean);
  CHECK_FALSE(named(tally, "query_accuracy").mean);
  CHECK_FALSE(named(tally, "delivered_ratio").mean);
  CHECK(detection_distribution(tally, 0, 100).empty());
}

TEST_CASE("load is per second of simulated time") {
  const Tally tally = steady();
  CHECK(named(tally, "heartbeats").mean == 200.0);
  CHECK(named(tally, "delivered_ratio").mean.value() == Approx(.9));
  CHECK(named(tally, "messages_per_s").mean.value() == Approx(1));
  CHECK(named(tally, "messages_per_s_busiest").mean.value() == Approx(1));
  CHECK(named(tally, "bytes_per_s").mean.value() == Approx(130));
  CHECK(named(tally, "link_share").mean.value() == Approx(130 * 8 / 1e9));
}

TEST_CASE("the detection distribution rises to the whole, exact at each point") {
  const auto points = detection_distribution(steady(), 0, 50);
  REQUIRE(points.size() >= 20);
  REQUIRE(points.size() <= 120);
  const auto total = static_cast<double>(points.back().total_ns);
  CHECK(static_cast<double>(points.back().cumulative_ns) == total);
  for (std::size_t i = 1; i < points.size(); ++i) {
    CHECK(points[i].detection_time_ns > points[i - 1].detection_time_ns);
    const double t = static_cast<double>(points[i].detection_time_ns) * 1e-9;
    const double share = std::min(1.0, std::max(0.0, (t - 1) / 2));
    CHECK(static_cast<double>(points[i].cumulative_ns) ==
          Approx(share * total).epsilon(1e-12).margin(1));
  }
}

}  // namespace flatline::qos
