#include "report/trade_off.hpp"

#include <cmath>

#include "report/headline.hpp"
#include "sample.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

TEST_CASE("the Pareto front keeps what nothing beats") {
  const std::vector<CostPair> points{{1, 10}, {2, 5}, {3, 7}, {4, 1}, {2, 6}, {4, 1}, {5, 1}};
  CHECK(pareto_front(points) == std::vector<bool>{true, true, false, true, false, false, false});
}

TEST_CASE("the Pareto front of nothing, of one point and of NaN") {
  CHECK(pareto_front({}).empty());
  CHECK(pareto_front(std::vector<CostPair>{{1, 1}}) == std::vector<bool>{true});
  CHECK(pareto_front(std::vector<CostPair>{{std::nan(""), 1}, {1, std::nan("")}, {9, 9}}) ==
        std::vector<bool>{false, false, true});
}

TEST_CASE("a setting without mistakes is drawn at its upper bound and counts as zero") {
  const Rows rows = sample::rows(sample::cells_csv());
  const auto groups = trade_off(rows, "suspected", Measure::detection_mean);
  REQUIRE(groups.size() == 1);
  const TradePoint& slow = groups[0].points[2];
  CHECK(slow.none_seen);
  CHECK(slow.drawn_rate == Approx(0.0369));
  CHECK(slow.best);
  // The same setting at the longer interval also made none, but later.
  CHECK_FALSE(groups[0].points[7].best);
  CHECK(groups[0].front == std::vector<std::size_t>{0, 4, 1, 2});
}

TEST_CASE("settings under different conditions are not compared with each other") {
  std::string csv = sample::cells_csv();
  csv.replace(csv.find("interval_s"), 10, "loss");
  const Rows rows = sample::rows(csv);
  const auto groups = trade_off(rows, "suspected", Measure::detection_mean);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].condition == "loss 0.5");
  CHECK(groups[1].points[2].best);
  CHECK(headline(rows, groups, "suspected").verdicts.size() == 2);
}

TEST_CASE("the headline names the ends of the front and warns of zeros") {
  const Rows rows = sample::rows(sample::cells_csv());
  const auto groups = trade_off(rows, "suspected", Measure::detection_mean);
  const Headline words = headline(rows, groups, "suspected");
  REQUIRE(words.verdicts.size() == 1);
  const auto& findings = words.verdicts[0].findings;
  REQUIRE(findings.size() >= 2);
  CHECK(findings.front().setting == "3x: interval 500 ms, timeout 2 s");
  CHECK(findings.back().setting == "3x: interval 500 ms, timeout 5 s");
  CHECK(findings.back().text.find("no mistake was seen; the true rate is below 0.0369") !=
        std::string::npos);
  REQUIRE_FALSE(words.cautions.empty());
  CHECK(words.cautions[0].find("2 settings made no mistake") == 0);
}
