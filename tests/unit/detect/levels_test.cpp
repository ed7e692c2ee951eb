// Which detectors have a level, as the command line and the docs tell it.

#include <cmath>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

TEST_CASE("A detector has a level or counts seconds past its deadline, hazelcast by its type") {
  const auto with = [](const char* name, const kit::Named& named = {}) {
    const DetectorInfo& info = *find_detector(name);
    return has_level(info, kit::setting_of(info, named));
  };
  CHECK(with("akka"));
  CHECK(with("cassandra"));
  CHECK(with("kappa", {{"threshold", 2.0}}));
  CHECK(with("satzger_histogram", {{"threshold", 0.5}}));
  CHECK_FALSE(with("akka_deadline"));
  CHECK_FALSE(with("fixed_timeout", {{"timeout", seconds(3)}}));
  CHECK_FALSE(with("nfd_e", {{"safety_margin", seconds(1)}}));
  CHECK_FALSE(with("hazelcast"));
  CHECK_FALSE(with("hazelcast", {{"type", std::string("deadline")}}));
  CHECK(with("hazelcast", {{"type", std::string("phi-accrual")}}));
}
