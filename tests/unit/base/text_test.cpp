#include "flatline/base/text.hpp"

#include <cstdint>

#include "support/catch.hpp"

using namespace flatline;

TEST_CASE("durations are read exactly") {
  REQUIRE(parse_duration("100ms").value() == milliseconds(100));
  REQUIRE(parse_duration("1.5s").value() == milliseconds(1500));
  REQUIRE(parse_duration("1m30s").value() == seconds(90));
  REQUIRE(parse_duration("1d2h3m4s5ms6us7ns").value().ns == 93'784'005'006'007);
  REQUIRE(parse_duration("0s").value().ns == 0);
  REQUIRE(parse_duration("0.000000001s").value().ns == 1);
  REQUIRE(parse_duration(".5h").value() == minutes(30));
  REQUIRE(parse_duration("13000d").value() == days(13000));
}

TEST_CASE("what is not a duration is refused with a reason") {
  const auto why = [](std::string_view text) {
    const auto result = parse_duration(text);
    REQUIRE_FALSE(result.ok());
    return result.problems().front().message;
  };
  CHECK(why("5").find("no unit") != std::string::npos);
  CHECK(why("").find("empty") != std::string::npos);
  CHECK(why("-1s").find("negative") != std::string::npos);
  CHECK(why("1w").find("unknown unit") != std::string::npos);
  CHECK(why("s").find("not a duration") != std::string::npos);
  CHECK(why("1 s").find("unknown unit") != std::string::npos);
  CHECK(why("0.5ns").find("whole number of nanoseconds") != std::string::npos);
  CHECK(why("99999d").find("longer than 36 years") != std::string::npos);
  CHECK(why("999999999999999999d").find("longer") != std::string::npos);
  CHECK(why("9999999999999999999999s").find("too many digits") != std::string::npos);
  CHECK(why("1s1m").find("larger units first") != std::string::npos);
  CHECK(why("1s1s").find("larger units first") != std::string::npos);
  CHECK(why("NaNs").find("not a duration") != std::string::npos);
}

TEST_CASE("a duration that is written reads back the same") {
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const Duration d{static_cast<std::int64_t>(state >> (4 + i % 60))};
    INFO(format_duration(d));
    REQUIRE(parse_duration(format_duration(d)).value() == d);
  }
  CHECK(format_duration(seconds(90)) == "1m30s");
  CHECK(format_duration(milliseconds(1500)) == "1.5s");
  CHECK(format_duration(microseconds(250)) == "250us");
  CHECK(format_duration(days(30)) == "30d");
  CHECK(format_duration(-seconds(2)) == "-2s");
}

TEST_CASE("numbers and counts take the whole text or nothing") {
  CHECK(parse_number("0.05").value() == 0.05);
  CHECK(parse_number("1e-3").value() == 1e-3);
  CHECK_FALSE(parse_number("nan").ok());
  CHECK_FALSE(parse_number("inf").ok());
  CHECK_FALSE(parse_number("1x").ok());
  CHECK_FALSE(parse_number("").ok());
  CHECK(parse_count("1000").value() == 1000);
  CHECK_FALSE(parse_count("2.9").ok());
  CHECK_FALSE(parse_count("-5").ok());
  CHECK_FALSE(parse_count("99999999999999999999999").ok());
}

TEST_CASE("the nearest name is found, a far one is not") {
  const std::vector<std::string> known{"timeout", "threshold", "window"};
  CHECK(nearest_name("timeot", known) == "timeout");
  CHECK(nearest_name("treshhold", known) == "threshold");
  CHECK(nearest_name("banana", known).empty());
}

TEST_CASE("numbers are written shortest and without a locale") {
  CHECK(format_number(0.1) == "0.1");
  CHECK(format_number(1.0 / 3.0, 4) == "0.3333");
  CHECK(format_number(1e-9) == "1e-09");
  CHECK(format_number(0) == "0");
  CHECK(format_number(123456789.0) == "123456789");
}
