#pragma once
// One simulated world against the closed forms of all its detectors.
//
// Tolerances. Independent heartbeats: E(T_MR) within 4 / sqrt(n) of the exact value, n mistakes
// (alpha 6e-5 each). Batch means, for the rest: 4 standard errors from the 20 time batches
// (Student's t with 19 degrees of freedom: alpha 8e-4 each, before the seed was fixed), and never
// more than 10 / sqrt(n). E(T_D) comes from every heartbeat, not from mistakes: 4 batch standard
// errors and at most 1e-3.

#include <optional>
#include <string>
#include <vector>

#include "support/batch_error.hpp"
#include "support/catch.hpp"
#include "support/worlds.hpp"
#include "unit/oracle/printed.hpp"

namespace flatline::oracle {

/// How sharp E(T_MR) can be asked for.
enum class Dependence { independent, batch_means };

struct Expected {
  double recurrence = 0, duration = 0, inaccuracy = 0;
  std::optional<double> detection;
};

struct Row {
  std::string name;
  sim::JudgedSetting setting;
  Expected expected;
  Dependence dependence = Dependence::independent;
  std::optional<Duration> detection_bound;
  double least_mistakes = 1e4;
};

inline void check_within(const char* what, const test::Ratio& measured, double exact, double cap) {
  INFO(what << ": " << measured.value << " +- " << measured.error << ", exact " << exact);
  CHECK(std::abs(measured.value - exact) <= 4 * measured.error);
  CHECK(std::abs(measured.value / exact - 1) <= cap);
}

inline void check_row(const Row& row, const qos::Tally& tally, std::size_t index,
                      const scenario::Scenario& scenario) {
  CAPTURE(row.name);
  const test::RowErrors errors = test::errors_of(tally, index);
  REQUIRE(errors.mistakes >= row.least_mistakes);
  const double root = std::sqrt(errors.mistakes);
  const double recurrence =
      test::measured(tally, index, scenario, "mistake_recurrence_mean_s").mean.value();
  CHECK(recurrence == Approx(1 / errors.rate.value).epsilon(1e-12));
  if (row.dependence == Dependence::independent) {
    INFO("E(T_MR): " << recurrence << ", exact " << row.expected.recurrence << ", mistakes "
                     << errors.mistakes);
    CHECK(std::abs(recurrence / row.expected.recurrence - 1) <= 4 / root);
  } else {
    check_within("rate", errors.rate, 1 / row.expected.recurrence, 10 / root);
  }
  check_within("E(T_M)", errors.duration, row.expected.duration, 10 / root);
  check_within("1 - P_A", errors.inaccuracy, row.expected.inaccuracy, 10 / root);
  if (row.expected.detection)
    check_within("E(T_D)", errors.detection, *row.expected.detection, 1e-3);
  if (row.detection_bound) {
    CHECK(tally.rows[index].detection_max_ns <= row.detection_bound->ns);
    // The bound is tight: somewhere in the run it is nearly reached.
    CHECK(static_cast<double>(tally.rows[index].detection_max_ns) >
          0.9 * static_cast<double>(row.detection_bound->ns));
  }
}

inline void check_world(const scenario::Scenario& scenario, const std::vector<Row>& rows) {
  std::vector<sim::JudgedSetting> settings;
  for (const Row& row : rows) settings.push_back(row.setting);
  for (const test::Engine engine : {sim::run_events, sim::run_stream}) {
    const qos::Tally tally = test::run(scenario, settings, scenario.push.interval * 100, engine);
    for (std::size_t i = 0; i < rows.size(); ++i) check_row(rows[i], tally, i, scenario);
  }
}

}  // namespace flatline::oracle
