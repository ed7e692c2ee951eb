#include "flatline/detect/registry.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

TEST_CASE("A setting is read by names, with defaults for what is not named") {
  const DetectorInfo& info = *find_detector("phi_normal");
  const auto setting = read_setting(info, {{"window", "7"}, {"threshold", "2.5"}});
  REQUIRE(setting.ok());
  REQUIRE(setting.value().size() == info.parameters.size());
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const std::string& name = info.parameters[i].name;
    INFO(name);
    if (name == "window") {
      CHECK(setting.value()[i] == std::optional<Value>(std::int64_t{7}));
    } else if (name == "threshold") {
      CHECK(setting.value()[i] == std::optional<Value>(2.5));
    } else {
      CHECK(setting.value()[i] == info.parameters[i].default_value);
    }
  }
}

TEST_CASE("Everything that is wrong with a setting is said at once") {
  const auto setting =
      read_setting(*find_detector("phi_normal"), {{"windw", "7"}, {"min_deviation", "3"}});
  REQUIRE_FALSE(setting.ok());
  const std::string text = text_of(setting.problems());
  REQUIRE(setting.problems().size() == 3);
  CHECK(text.find("phi_normal.windw: unknown parameter; did you mean \"window\"?") !=
        std::string::npos);
  CHECK(text.find("phi_normal.min_deviation: ") != std::string::npos);
  CHECK(text.find("phi_normal.threshold: a value is missing; expected a number above 0") !=
        std::string::npos);
}
