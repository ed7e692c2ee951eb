// Twelve heartbeats worked out by hand: interval 1 s, the sixth lost, some late.

#include <cmath>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

struct Row {
  int seq;
  double arrival;
  double nfd_e;             // window 4, margin 0.2
  double phi1, phi3, phi8;  // window 4, population deviation, floor 0.05; 0: no value yet
  double exponential8;      // window 4
};

constexpr Row kRows[] = {{1, 1.10, 2.300000, 0, 0, 0, 0},
                         {2, 2.12, 3.310000, 0, 0, 0, 0},
                         {3, 3.08, 4.300000, 4.134078, 4.224512, 4.350600, 21.316474},
                         {4, 4.30, 5.350000, 5.509118, 5.710163, 5.990472, 23.948726},
                         {5, 5.11, 6.352500, 6.300931, 6.566867, 6.937650, 23.576732},
                         {7, 7.09, 8.345000, 8.909652, 9.724199, 10.859887, 29.977696},
                         {8, 8.50, 9.450000, 10.394509, 11.155929, 12.217546, 33.460022},
                         {9, 9.05, 10.387500, 10.947136, 11.948659, 13.345043, 30.924558},
                         {10, 10.11, 11.387500, 12.027330, 12.969148, 14.282285, 33.135851},
                         {11, 11.10, 12.390000, 12.494514, 13.047771, 13.819156, 29.566732},
                         {12, 12.14, 13.300000, 13.318362, 13.697107, 14.225175, 28.902819}};

// The rows are printed to a microsecond: half of one, and the nanosecond that a deadline is rounded
// up by.
bool as_printed(LocalInstant deadline, double printed) {
  if (printed == 0) return deadline == LocalInstant::never();
  return std::abs(static_cast<double>(deadline.ns) * 1e-9 - printed) <= 0.501e-6;
}

}  // namespace

TEST_CASE("Every detector suspects at the instants of the hand-worked trace") {
  const Value window = std::int64_t{4};
  const auto nfd_e =
      kit::family_of("nfd_e", {{{"safety_margin", milliseconds(200)}, {"window", window}}});
  std::vector<kit::Named> thresholds;
  for (const double phi : {1.0, 3.0, 8.0}) {
    thresholds.push_back(
        {{"threshold", phi}, {"window", window}, {"min_deviation", milliseconds(50)}});
  }
  const auto normal = kit::family_of("phi_normal", thresholds);
  const auto exponential =
      kit::family_of("phi_exponential", {{{"threshold", 8.0}, {"window", window}}});
  for (const Row& row : kRows) {
    CAPTURE(row.seq);
    const kit::Arrival arrival = kit::beat(std::llround(row.arrival * 1e9), row.seq);
    for (Family* family : {nfd_e.get(), normal.get(), exponential.get()}) {
      family->observe(arrival.at, arrival.observation);
    }
    CHECK(as_printed(kit::deadlines_of(*nfd_e)[0], row.nfd_e));
    const auto phi = kit::deadlines_of(*normal);
    CHECK(as_printed(phi[0], row.phi1));
    CHECK(as_printed(phi[1], row.phi3));
    CHECK(as_printed(phi[2], row.phi8));
    CHECK(as_printed(kit::deadlines_of(*exponential)[0], row.exponential8));
  }
}
