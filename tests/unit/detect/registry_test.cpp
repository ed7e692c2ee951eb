#include "flatline/detect/registry.hpp"

#include <limits>
#include <set>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

ParameterInfo parameter_of(const char* detector, const char* name) {
  for (const ParameterInfo& parameter : find_detector(detector)->parameters) {
    if (parameter.name == name) return parameter;
  }
  FAIL("no such parameter");
  return {};
}

std::string problem_of(const ParameterInfo& parameter, const Value& value) {
  const auto problem = check_value(parameter, value);
  return problem ? problem->text() : "";
}

std::string reading_problem(const ParameterInfo& parameter, const char* text) {
  const auto parsed = parse_value(parameter, text);
  return parsed ? "" : parsed.problems().front().text();
}

Value word(const char* text) {
  return std::string(text);
}

}  // namespace

TEST_CASE("Detectors are listed in order, each with its documentation") {
  std::vector<std::string> names;
  for (const DetectorInfo& info : detectors()) {
    CAPTURE(info.name);
    names.push_back(info.name);
    CHECK(find_detector(info.name) == &info);
    CHECK(!info.summary.empty());
    CHECK(!info.source.empty());
    std::set<std::string> seen;
    for (const ParameterInfo& parameter : info.parameters) {
      CAPTURE(parameter.name);
      CHECK(seen.insert(parameter.name).second);
      CHECK(!parameter.help.empty());
      CHECK((parameter.type == ParameterType::choice) == !parameter.choices.empty());
      CHECK(!(parameter.optional && parameter.default_value));
    }
  }
  CHECK(names == std::vector<std::string>{"fixed_timeout", "missed_beats", "nfd_s", "nfd_u",
                                          "nfd_e", "bertier", "two_window", "sfd", "phi_normal",
                                          "phi_exponential", "phi_logistic", "ed",
                                          "satzger_histogram", "kappa",
                                          // of products
                                          "akka", "akka_deadline", "cassandra", "hazelcast",
                                          "chitchat", "session", "election_timer", "health_check"});
  CHECK(find_detector("phi") == nullptr);
}

TEST_CASE("Every default is valid and survives being written and read") {
  for (const DetectorInfo& info : detectors()) {
    for (const ParameterInfo& parameter : info.parameters) {
      CAPTURE(info.name, parameter.name);
      if (!parameter.default_value) continue;
      CHECK(problem_of(parameter, *parameter.default_value).empty());
      const auto read = parse_value(parameter, format_value(*parameter.default_value));
      REQUIRE(read.ok());
      CHECK(read.value() == *parameter.default_value);
    }
  }
}

TEST_CASE("Only detectors that reckon with the interval or the time stamps demand them") {
  std::set<std::string> interval;
  std::set<std::string> sent_at;
  for (const DetectorInfo& info : detectors()) {
    if (info.needs_interval) interval.insert(info.name);
    if (info.needs_sent_at) sent_at.insert(info.name);
  }
  CHECK(interval == std::set<std::string>{"missed_beats", "nfd_s", "nfd_u", "nfd_e", "bertier",
                                          "two_window", "sfd"});
  CHECK(sent_at == std::set<std::string>{"nfd_s", "nfd_u"});
  CHECK_THROWS_AS(kit::family_of("nfd_s", {{{"shift", seconds(1)}}}, Duration{0}),
                  ContractViolation);
}

TEST_CASE("A value out of range is refused with what would be right") {
  const auto timeout = parameter_of("fixed_timeout", "timeout");
  CHECK(problem_of(timeout, nanoseconds(1)).empty());
  CHECK(problem_of(timeout, kLongestTime).empty());
  CHECK(problem_of(timeout, seconds(0)) ==
        "timeout is 0s, too small; expected a duration above 0s");
  CHECK(problem_of(timeout, -seconds(1)) ==
        "timeout is -1s, too small; expected a duration above 0s");
  CHECK_FALSE(problem_of(timeout, kLongestTime + nanoseconds(1)).empty());
  const auto shift = parameter_of("nfd_s", "shift");
  CHECK(problem_of(shift, seconds(0)).empty());
  CHECK(problem_of(shift, -nanoseconds(1)) ==
        "shift is -1ns, too small; expected a duration from 0s on");
  const auto window = parameter_of("phi_normal", "window");
  CHECK(problem_of(window, std::int64_t{1}).empty());
  CHECK(problem_of(window, std::int64_t{1'000'000}).empty());
  CHECK(problem_of(window, std::int64_t{0}) ==
        "window is 0, too small; expected a whole number from 1 to 1000000");
  CHECK(problem_of(window, std::int64_t{1'000'001}) ==
        "window is 1000001, too large; expected a whole number from 1 to 1000000");
  const auto threshold = parameter_of("phi_exponential", "threshold");
  CHECK(problem_of(threshold, 1e-9).empty());
  CHECK(problem_of(threshold, 0.0) ==
        "threshold is 0, too small; expected a number above 0 and at most 10000");
  CHECK_FALSE(problem_of(threshold, 1e5).empty());
  CHECK(problem_of(threshold, std::numeric_limits<double>::quiet_NaN()) ==
        "threshold is nan, not a finite number; expected a number above 0 and at most 10000");
  CHECK_FALSE(problem_of(threshold, std::numeric_limits<double>::infinity()).empty());
}

TEST_CASE("A value of another type is refused") {
  CHECK(problem_of(parameter_of("fixed_timeout", "timeout"), 3.0) ==
        "timeout is 3, not a duration; expected a duration above 0s");
  CHECK_FALSE(problem_of(parameter_of("phi_normal", "window"), 1000.0).empty());
  CHECK_FALSE(problem_of(parameter_of("phi_normal", "threshold"), std::int64_t{8}).empty());
  CHECK_FALSE(problem_of(parameter_of("phi_normal", "deviation"), seconds(1)).empty());
}

TEST_CASE("Text is read as the parameter's type, and refused with a suggestion where one is near") {
  CHECK(parse_value(parameter_of("fixed_timeout", "timeout"), "3s").value() == Value(seconds(3)));
  CHECK(parse_value(parameter_of("phi_normal", "threshold"), "8").value() == Value(8.0));
  CHECK(parse_value(parameter_of("phi_normal", "window"), "20").value() == Value(std::int64_t{20}));
  const auto restart_on = parameter_of("fixed_timeout", "restart_on");
  CHECK(parse_value(restart_on, "newest").value() == word("newest"));
  CHECK(reading_problem(restart_on, "newst") ==
        "unknown restart_on \"newst\"; expected \"any\" or \"newest\"; did you mean \"newest\"?");
  CHECK_FALSE(reading_problem(parameter_of("fixed_timeout", "timeout"), "3").empty());
  CHECK_FALSE(reading_problem(parameter_of("phi_normal", "window"), "2.5").empty());
  CHECK_FALSE(reading_problem(parameter_of("phi_normal", "threshold"), "eight").empty());
}

TEST_CASE("Numbers are written with the fewest digits that read back the same") {
  CHECK(format_value(8.0) == "8");
  CHECK(format_value(0.1) == "0.1");
  CHECK(format_value(milliseconds(1500)) == "1.5s");
  CHECK(format_value(std::int64_t{1000}) == "1000");
  const double awkward = 1.0 / 3;
  CHECK(parse_value(parameter_of("phi_normal", "threshold"), format_value(awkward)).value() ==
        Value(awkward));
}

TEST_CASE("Settings share a family if they differ only in what the estimator does not see") {
  const auto share = [](const char* name, const kit::Named& base, const char* parameter,
                        const Value& other) {
    const DetectorInfo& info = *find_detector(name);
    kit::Named changed = base;
    changed.push_back({parameter, other});
    return share_family(info, kit::setting_of(info, base), kit::setting_of(info, changed));
  };
  const kit::Named timeout{{"timeout", seconds(3)}};
  CHECK(share("fixed_timeout", timeout, "timeout", seconds(4)));
  CHECK_FALSE(share("fixed_timeout", timeout, "restart_on", word("newest")));
  CHECK(share("nfd_s", {{"shift", seconds(1)}}, "shift", seconds(2)));
  const kit::Named margin{{"safety_margin", seconds(1)}};
  CHECK(share("nfd_e", margin, "safety_margin", seconds(2)));
  CHECK_FALSE(share("nfd_e", margin, "window", std::int64_t{5}));
  const kit::Named threshold{{"threshold", 8.0}};
  for (const char* name : {"phi_normal", "phi_exponential"}) {
    CAPTURE(name);
    CHECK(share(name, threshold, "threshold", 9.0));
    CHECK_FALSE(share(name, threshold, "window", std::int64_t{5}));
    CHECK_FALSE(share(name, threshold, "first_beat_estimate", seconds(1)));
  }
  CHECK(share("phi_normal", threshold, "min_deviation", seconds(1)));
  CHECK(share("phi_normal", threshold, "acceptable_pause", seconds(1)));
  CHECK_FALSE(share("phi_normal", threshold, "deviation", word("sample")));
}

TEST_CASE("A family of settings that do not share, or of none, breaks the contract") {
  CHECK_THROWS_AS(kit::family_of("fixed_timeout", {}), ContractViolation);
  CHECK_THROWS_AS(
      kit::family_of("fixed_timeout", {{{"timeout", seconds(3)}, {"restart_on", word("any")}},
                                       {{"timeout", seconds(3)}, {"restart_on", word("newest")}}}),
      ContractViolation);
  CHECK_THROWS_AS(kit::family_of("fixed_timeout", {kit::Named{}}), ContractViolation);
}
