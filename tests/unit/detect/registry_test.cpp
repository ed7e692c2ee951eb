#include "flatline/detect/registry.hpp"

#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

TEST_CASE("fixed_timeout is found by name") {
  const DetectorInfo* info = find_detector("fixed_timeout");
  REQUIRE(info != nullptr);
  CHECK(find_detector("fixed") == nullptr);
  const std::vector<Setting> settings{{Value(seconds(3)), Value(std::string("any"))}};
  const auto family = make_family(*info, settings, {});
  family->observe(LocalInstant{5}, {});
  LocalInstant deadline;
  family->deadlines({&deadline, 1});
  CHECK(deadline == LocalInstant{3'000'000'005});
}
