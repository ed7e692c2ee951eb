// Twelve heartbeats worked out by hand: interval 1 s, the sixth lost, some late.

#include <cmath>

#include "detect/bertier.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

struct Row {
  int seq;
  double arrival;
  double nfd_e;                      // window 4, margin 0.2
  double two_window;                 // windows 1 and 4, margin 0.2
  double delay, variation, bertier;  // window 4
  double phi1, phi3, phi8;           // window 4, population deviation, floor 0.05; 0: no value yet
  double logistic8;                  // the same
  double exponential8;               // window 4
  double ed95;                       // window 4
  double satzger90;                  // window 4
};

constexpr Row kRows[] = {
    {1, 1.10, 2.300000, 2.300000, 0, 0, 2.100000, 0, 0, 0, 0, 0, 0, 0},
    {2, 2.12, 3.310000, 3.320000, 0.002000, 0.002000, 3.120000, 0, 0, 0, 0, 0, 0, 0},
    {3, 3.08, 4.300000, 4.300000, -0.001200, 0.005000, 4.118800, 4.134078, 4.224512, 4.350600,
     4.331299, 21.316474, 6.045775, 4.100000},
    {4, 4.30, 5.350000, 5.500000, 0.018920, 0.024620, 5.267400, 5.509118, 5.710163, 5.990472,
     5.947564, 23.948726, 7.495448, 5.520000},
    {5, 5.11, 6.352500, 6.352500, 0.013028, 0.028050, 6.277728, 6.300931, 6.566867, 6.937650,
     6.880893, 23.576732, 8.113222, 6.330000},
    {7, 7.09, 8.345000, 8.345000, 0.005475, 0.032798, 8.281666, 8.909652, 9.724199, 10.859887,
     10.686044, 29.977696, 10.812197, 9.070000},
    {8, 8.50, 9.450000, 9.700000, 0.040428, 0.064471, 9.548310, 10.394509, 11.155929, 12.217546,
     12.055041, 33.460022, 12.559217, 10.480000},
    {9, 9.05, 10.387500, 10.387500, 0.016385, 0.082066, 10.532150, 10.947136, 11.948659, 13.345043,
     13.131294, 30.924558, 12.607432, 11.030000},
    {10, 10.11, 11.387500, 11.387500, 0.006996, 0.083248, 11.527489, 12.027330, 12.969148,
     14.282285, 14.081279, 33.135851, 13.854665, 12.090000},
    {11, 11.10, 12.390000, 12.390000, -0.002453, 0.084373, 12.525038, 12.494514, 13.047771,
     13.819156, 13.701078, 29.566732, 14.103222, 12.510000},
    {12, 12.14, 13.300000, 13.340000, -0.007208, 0.080690, 13.415553, 13.318362, 13.697107,
     14.225175, 14.144342, 28.902819, 14.866116, 13.200000}};

// The rows are printed to a microsecond: half of one, and the nanosecond that a deadline is rounded
// up by.
bool as_printed(LocalInstant deadline, double printed) {
  if (printed == 0) return deadline == LocalInstant::never();
  return std::abs(static_cast<double>(deadline.ns) * 1e-9 - printed) <= 0.501e-6;
}

}  // namespace

TEST_CASE("Every detector suspects at the instants of the hand-worked trace") {
  const Value window = std::int64_t{4};
  const kit::Named margin{{"safety_margin", milliseconds(200)}};
  const auto accrual = [&](double threshold, bool floored = false) {
    kit::Named named{{"threshold", threshold}, {"window", window}};
    if (floored) named.emplace_back("min_deviation", milliseconds(50));
    return named;
  };
  using Deadline = double Row::*;
  struct Column {
    std::unique_ptr<Family> family;
    std::vector<Deadline> printed;
  };
  std::vector<Column> columns;
  const auto add = [&](const char* name, const std::vector<kit::Named>& settings,
                       const std::vector<Deadline>& printed) {
    columns.push_back({kit::family_of(name, settings), printed});
  };
  add("nfd_e", {{margin[0], {"window", window}}}, {&Row::nfd_e});
  add("two_window", {{margin[0], {"long_window", window}}}, {&Row::two_window});
  add("bertier", {{{"window", window}}}, {&Row::bertier});
  add("phi_normal", {accrual(1, true), accrual(3, true), accrual(8, true)},
      {&Row::phi1, &Row::phi3, &Row::phi8});
  add("phi_logistic", {accrual(8, true)}, {&Row::logistic8});
  add("phi_exponential", {accrual(8)}, {&Row::exponential8});
  add("ed", {accrual(0.95)}, {&Row::ed95});
  add("satzger_histogram", {accrual(0.9)}, {&Row::satzger90});
  for (const Row& row : kRows) {
    const kit::Arrival arrival = kit::beat(std::llround(row.arrival * 1e9), row.seq);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      CAPTURE(row.seq, c);
      columns[c].family->observe(arrival.at, arrival.observation);
      const auto deadlines = kit::deadlines_of(*columns[c].family);
      for (std::size_t i = 0; i < deadlines.size(); ++i) {
        CAPTURE(i, deadlines[i].ns);
        CHECK(as_printed(deadlines[i], row.*columns[c].printed[i]));
      }
    }
  }
}

TEST_CASE("bertier's two averages are those of the hand-worked trace") {
  BertierEstimator estimator(seconds(1), 4, fixed_factor(0.1));
  for (const Row& row : kRows) {
    CAPTURE(row.seq);
    const kit::Arrival arrival = kit::beat(std::llround(row.arrival * 1e9), row.seq);
    estimator.beat(arrival.at, arrival.observation);
    // Printed to a microsecond.
    CHECK(std::abs(to_nanoseconds(estimator.view().delay) * 1e-9 - row.delay) <= 0.501e-6);
    CHECK(std::abs(to_nanoseconds(estimator.view().variation) * 1e-9 - row.variation) <= 0.501e-6);
  }
}
