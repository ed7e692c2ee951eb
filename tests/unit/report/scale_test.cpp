#include "report/scale.hpp"

#include <cmath>

#include "flatline/base/check.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

namespace {
std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks) {
    if (!tick.label.empty()) out.push_back(tick.label);
  }
  return out;
}
}  // namespace

TEST_CASE("linear ticks are round and lie inside the axis") {
  CHECK(linear_ticks(0, 1, 5) == std::vector<double>{0, 0.2, 0.4, 0.6, 0.8, 1});
  CHECK(linear_ticks(-3, 12, 5) == std::vector<double>{0, 5, 10});
  // Exact decimals, not sums of a step: 0.3, never 0.30000000000000004.
  CHECK(linear_ticks(0, 0.3, 3) == std::vector<double>{0, 0.1, 0.2, 0.3});
  CHECK_THROWS_AS(linear_ticks(1, 1, 5), flatline::ContractViolation);
}

TEST_CASE("a logarithmic axis of two decades labels 1, 2 and 5") {
  CHECK(labels(log_ticks(0.1, 10, TickText::seconds)) ==
        std::vector<std::string>{"100 ms", "200 ms", "500 ms", "1 s", "2 s", "5 s", "10 s"});
}

TEST_CASE("a logarithmic axis of many decades labels few of them") {
  const auto few = labels(log_ticks(1e-12, 1e6, TickText::number));
  CHECK(few.size() >= 5);
  CHECK(few.size() <= 12);
}

TEST_CASE("a logarithmic axis below one decade still has ticks") {
  CHECK(labels(log_ticks(1.1, 1.6, TickText::number)) ==
        std::vector<std::string>{"1.1", "1.2", "1.3", "1.4", "1.5", "1.6"});
}

TEST_CASE("a scale maps its ends and stays inside them") {
  const Scale log(true, 0.01, 100, 0, 400);
  CHECK(log.at(0.01) == Approx(0));
  CHECK(log.at(1) == Approx(200));
  CHECK(log.at(100) == Approx(400));
  CHECK(log.at(1e9) == Approx(400));
  const Scale linear(false, 0, 10, 100, 0);
  CHECK(linear.at(2.5) == Approx(75));
}

TEST_CASE("an axis over one value or none still has a length") {
  CHECK(log_scale_over({3}, 0, 100).lo() < 3);
  CHECK(log_scale_over({3}, 0, 100).hi() > 3);
  CHECK(log_scale_over({}, 0, 100).hi() > 0);
  CHECK(log_scale_over({0, -1, std::nan(""), 5}, 0, 100).lo() > 1);
}
