#include <limits>

#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kNames = {"timeout", "3x.timeout", "interval", "a-b", "/link/loss"};

bool holds(const std::string& text, const std::vector<double>& values) {
  const auto condition = Condition::parse(text, kNames);
  INFO(text);
  INFO((condition.ok() ? std::string() : text_of(condition.problems())));
  REQUIRE(condition.ok());
  return condition.value().holds(values);
}

}  // namespace

TEST_CASE("comparisons compare numbers, durations and axes") {
  const std::vector<double> values = {3e9, 2e9, 1e9, 5, 0.1};
  CHECK(holds("timeout == 3s", values));
  CHECK(holds("3x.timeout >= 2 * interval", values));
  CHECK_FALSE(holds("3x.timeout > 2 * interval", values));
  CHECK(holds("timeout - 3x.timeout <= 1000ms", values));
  CHECK(holds("a-b != 4", values));
  CHECK(holds("a-b - 1 == 4", values));
  CHECK(holds("a-b-1 == 4", values));
  CHECK(holds("/link/loss < 1e-1 + 0.01", values));
  CHECK(holds("-a-b < 0", values));
  CHECK(holds("timeout / interval == 3", values));
  CHECK(holds("(timeout + 3x.timeout) / (2 * interval) == 2.5", values));
  CHECK(holds("1 + 2 * 3 == 7", values));
  CHECK(holds("8 - 2 - 1 == 5", values));
}

TEST_CASE("and binds closer than or, not closer than both") {
  const std::vector<double> values(5, 1.0);
  CHECK(holds("1 == 1 or 1 == 2 and 1 == 2", values));
  CHECK_FALSE(holds("(1 == 1 or 1 == 2) and 1 == 2", values));
  CHECK_FALSE(holds("not 1 == 1 and 1 == 2", values));
  CHECK(holds("not (1 == 1 and 1 == 2)", values));
  CHECK(holds("not (1 == 2 or 1 != 1)", values));
  CHECK(holds("not not 1 <= 1", values));
}

TEST_CASE("a comparison with an axis that the row lacks is true, also under not") {
  const std::vector<double> values = {3e9, kMissing, 1e9, 5, 0.1};
  CHECK(holds("3x.timeout > 5s", values));
  CHECK(holds("3x.timeout < 5s", values));
  CHECK(holds("not 3x.timeout < 5s", values));
  CHECK(holds("not (3x.timeout < 5s or timeout < 1s)", values));
  CHECK_FALSE(holds("3x.timeout > 5s and timeout < 1s", values));
  CHECK(holds("timeout > 3x.timeout + interval", values));
}

TEST_CASE("an empty condition is always true") {
  CHECK(Condition().holds({}));
}

TEST_CASE("a condition that says nothing is refused") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "ends too soon"},
      {"timeout", "compares nothing"},
      {"timeout >", "ends too soon"},
      {"timout > 1s", "is no axis"},
      {"timeout = 1s", "no comparison"},
      {"(timeout > 1s", "parenthesis is open"},
      {"timeout > 1s)", "unexpected"},
      {"1s < timeout < 3s", "unexpected"},
      {"timeout > 1s and 3", "joins"},
      {"(timeout > 1s) + 1 > 2", "applied to a comparison"},
      {"not timeout", "joins"},
      {"timeout > 1 s", "unexpected"},
      {std::string(200, '('), "nested too deep"},
      {std::string(200, '-') + "1 > 0", "nested too deep"},
      {std::string(20000, ' '), "20000 characters"}};
  for (const auto& [text, words] : cases) {
    INFO(text);
    const auto condition = Condition::parse(text, kNames);
    REQUIRE_FALSE(condition.ok());
    INFO(text_of(condition.problems()));
    CHECK(condition.problems()[0].message.find(words) != std::string::npos);
  }
  CHECK(Condition::parse("timout > 1s", kNames).problems()[0].suggestion == "timeout");
}
