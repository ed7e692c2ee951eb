#include "report/units.hpp"

#include "support/catch.hpp"

using namespace flatline::report;

TEST_CASE("a time is written in the unit that reads best") {
  CHECK(readable_time(1.234) == "1.23 s");
  CHECK(readable_time(0.25) == "250 ms");
  CHECK(readable_time(0.9999999) == "1 s");
  CHECK(readable_time(119.0) == "119 s");
  CHECK(readable_time(150.0) == "2.5 min");
  CHECK(readable_time(90e3) == "25 h");
  CHECK(readable_time(3e-6) == "3 us");
  CHECK(readable_time(0.0) == "0 s");
  CHECK(readable_time(kAbsent) == "-");
}

TEST_CASE("a set time keeps all its digits") {
  CHECK(exact_time(1.2345) == "1.2345 s");
  CHECK(exact_time(0.1) == "100 ms");
}

TEST_CASE("an interval shares the unit and the digits of its mean") {
  CHECK(readable_time(Estimate{1.234, 1.2, 1.26}) == "1.234 s [1.200, 1.260]");
  CHECK(readable_time(Estimate{1.2, 0.9, 1.6}) == "1.20 s [0.90, 1.60]");
  CHECK(readable_time(Estimate{0.5, 0.4, 0.62}) == "500 ms [400, 620]");
}

TEST_CASE("an estimate without a mean gives the bound that it has") {
  CHECK(readable_time(Estimate{kAbsent, kAbsent, 2}) == "< 2 s");
  CHECK(readable_time(Estimate{kAbsent, 3, kAbsent}) == "> 3 s");
  CHECK(readable_time(Estimate{}) == "-");
}

TEST_CASE("no mistake seen is never a bare zero") {
  CHECK(readable_rate(Estimate{kAbsent, kAbsent, 0.0369}, 0) == "none seen, < 0.0369");
  CHECK(readable_rate(Estimate{0, kAbsent, 0.0369}, 0) == "none seen, < 0.0369");
  CHECK(readable_rate(Estimate{0.012, 0.0094, 0.016}, 5) == "0.0120 [0.0094, 0.0160]");
}

TEST_CASE("a share near one keeps the digits that differ from one") {
  CHECK(readable_share(0.9999231) == "0.999923");
  CHECK(readable_share(0.5) == "0.500");
  CHECK(readable_share(1) == "1");
}

TEST_CASE("counts have separators and small numbers short exponents") {
  CHECK(readable_count(1234567) == "1,234,567");
  CHECK(readable_count(999) == "999");
  CHECK(plain_number(1.2e-7) == "1.2e-7");
  CHECK(plain_number(0.0301) == "0.0301");
  CHECK(plain_number(12) == "12");
}
