#include <vector>

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

struct Read {
  std::vector<Arrival> rows;
  std::vector<std::int64_t> lines;
  TraceFacts facts;
  std::string problem;  // without the folder
};

Read read(const std::string& text, const ArrivalOptions& options = {}) {
  const TemporaryFolder folder;
  write_plain(folder / "p", text);
  Read out;
  Result<ArrivalReader> reader = ArrivalReader::open(folder / "p", options);
  if (!reader) {
    out.problem = text_of(reader.problems()).substr((folder / "").size());
    return out;
  }
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    out.facts = reader.value().facts();
    if (!next) out.problem = text_of(next.problems()).substr((folder / "").size());
    if (!next || !next.value()) return out;
    out.rows.push_back(*next.value());
    out.lines.push_back(reader.value().line());
  }
}

std::string reply(const std::string& stamp, int seq,
                  const std::string& rest = " ttl=57 time=10 ms") {
  return "[" + stamp + "] 64 bytes from 1.1.1.1: icmp_seq=" + std::to_string(seq) + rest + "\n";
}

const std::string kStart = "PING one.one (1.1.1.1) 56(84) bytes of data.\n";

std::vector<std::int64_t> numbers(const Read& r) {
  std::vector<std::int64_t> out;
  for (const Arrival& row : r.rows) out.push_back(*row.seq);
  return out;
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("ping -D: replies, duplicates, errors and statistics") {
  const Read r = read(
      kStart + reply("1609459200.123456", 1, " ttl=57 time=12.3 ms") +
      "[1609459201.125000] 64 bytes from one.one (1.1.1.1): icmp_seq=2 ttl=57 time=0.045 ms\n"
      "[1609459201.125000] 64 bytes from one.one (1.1.1.1): icmp_seq=2 ttl=57 time=101 ms (DUP!)\n"
      "[1609459203.000000] no answer yet for icmp_seq=3\n"
      "From 10.0.0.1 icmp_seq=4 Destination Host Unreachable\n"
      "[1609459204.000000] From 10.0.0.1 icmp_seq=5 Time to live exceeded\n"
      "ping: sendmsg: Network is unreachable\n"
      "\n--- one.one ping statistics ---\n"
      "6 packets transmitted, 2 received, +1 duplicates, 66.6667% packet loss, time 5007ms\n"
      "rtt min/avg/max/mdev = 0.045/37.782/101.000/44.957 ms, pipe 2\n");
  CHECK(r.problem.empty());
  REQUIRE(r.rows.size() == 3);
  CHECK(numbers(r) == Numbers{1, 2, 2});
  CHECK(r.lines == Numbers{2, 3, 4});
  CHECK(r.rows[0].at.ns == 1'609'459'200'123'456'000);
  CHECK(r.rows[0].sent->ns == 1'609'459'200'111'156'000);
  CHECK((r.rows[1].at - *r.rows[1].sent).ns == 45'000);
  CHECK((r.rows[2].at - *r.rows[2].sent).ns == 101'000'000);
  CHECK(r.rows[0].skipped == 0);
  CHECK_FALSE(r.rows[0].waited);
  CHECK(r.facts.format == Format::ping);
  CHECK(r.facts.clocks == Clocks::one);
  CHECK(r.facts.round_trip);
  CHECK_FALSE(r.facts.interval);
  CHECK(r.facts.sent_total == 6);
  CHECK(r.facts.repairs.empty());
}

TEST_CASE("ping -D: IPv6, a lost head, and a ping that was killed before its statistics") {
  const Read six = read(
      "PING ::1(::1) 56 data bytes\n"
      "[1700000000.000001] 64 bytes from ::1: icmp_seq=7 ttl=64 time=0.031 ms\n");
  CHECK(six.problem.empty());
  CHECK(numbers(six) == Numbers{7});
  CHECK_FALSE(six.facts.sent_total);
  CHECK(numbers(read(reply("5.0", 9) + reply("6.0", 10))) == Numbers{9, 10});
  const Read late = read("[4.0] no answer yet for icmp_seq=8\n" + reply("5.0", 9));
  CHECK(numbers(late) == Numbers{9});
}

TEST_CASE("ping -D: numbers of 16 bits go on past the wrap, also overtaken and through an outage") {
  CHECK(numbers(read(kStart + reply("1.0", 65534) + reply("2.0", 65535) + reply("3.0", 1) +
                     reply("3.0", 0) + reply("4.0", 65533) + reply("5.0", 2))) ==
        Numbers{65534, 65535, 65537, 65536, 65533, 65538});
  std::string text = kStart + reply("1.0", 1);
  // 100 002 numbers without a reply; one in a thousand is enough to keep the count.
  for (int i = 1000; i <= 100'000; i += 1000) {
    text += "[" + std::to_string(i) +
            ".0] no answer yet for icmp_seq=" + std::to_string(i % 65536) + "\n";
  }
  CHECK(numbers(read(text + reply("100003.0", 100'003 % 65536))) == Numbers{1, 100'003});
  // Nearest below zero is none.
  CHECK(numbers(read(kStart + reply("1.0", 1) + reply("2.0", 65530))) == Numbers{1, 65530});
}

TEST_CASE("ping -D: a small step of the wall clock is held and counted, a large one refused") {
  const Read r =
      read(kStart + reply("10.5", 1) + reply("9.6", 2) + reply("10.4", 3) + reply("11.0", 4));
  CHECK(r.problem.empty());
  REQUIRE(r.rows.size() == 4);
  for (int i = 0; i < 3; ++i) CHECK(r.rows[static_cast<std::size_t>(i)].at.ns == 10'500'000'000);
  CHECK(r.rows[1].sent->ns == 10'490'000'000);
  CHECK(r.rows[3].at.ns == 11'000'000'000);
  REQUIRE(r.facts.repairs.size() == 1);
  CHECK(r.facts.repairs[0].what == "time stepped back");
  CHECK(r.facts.repairs[0].count == 2);
  CHECK(r.facts.repairs[0].first_line == 3);
  CHECK(read(kStart + reply("10.5", 1) + reply("9.4", 2)).problem ==
        "p:3: stamp: time goes backwards by more than 1 s; expected the output of one ping -D\n");
}

TEST_CASE("ping without -D says to run ping -D") {
  const Read r = read(kStart + "64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=12.3 ms\n");
  CHECK(r.problem == "p:2: stamp: the reply has no time stamp; expected the output of ping -D\n");
  CHECK(read("64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=12.3 ms\n").problem.find("ping -D") !=
        std::string::npos);
}

TEST_CASE("ping -D: what is damaged or cut is left out and counted") {
  const Read r = read(kStart + reply("1.0", 1, " ttl=57 time=1 ms (BAD CHECKSUM!)") +
                      reply("2.0", 2, " ttl=57 (truncated)") + reply("3.0", 3) +
                      "wrong data byte #16 should be 0x10 but was 0x11\n#16\t11 11\n" +
                      "[4.0] 64 bytes from 1.1.1.1: icmp_seq=4 ttl=57 time=1");
  CHECK(r.problem.empty());
  CHECK(numbers(r) == Numbers{3});
  REQUIRE(r.facts.repairs.size() == 2);
  CHECK(r.facts.repairs[0].what == "damaged reply left out");
  CHECK(r.facts.repairs[0].count == 2);
  CHECK(r.facts.repairs[0].first_line == 2);
  CHECK(r.facts.repairs[1].what == "last line cut off");
  CHECK(r.facts.repairs[1].first_line == 7);
  // The number of a cut line may lack digits: it does not count.
  const Read cut = read(kStart + reply("3.0", 3) + "[4.0] no answer yet for icmp_seq=4");
  CHECK(cut.problem.empty());
}

TEST_CASE("ping -D: what cannot be read is named with its line") {
  const auto second = [](const std::string& line) {
    return read(kStart + reply("1.0", 1) + line + "\n").problem;
  };
  CHECK(second("64 Bytes von 1.1.1.1: icmp_seq=2 Zeit=1 ms") ==
        "p:3: \"64 Bytes von 1.1.1.1: icmp_seq=2 Zeit=1 ...\" is not a line of ping; expected the "
        "output of ping -D in English (LC_ALL=C)\n");
  CHECK(second("[x] 64 bytes from 1.1.1.1: icmp_seq=2 time=1 ms").find("p:3: stamp: ") == 0);
  CHECK(second("[-2] 64 bytes from 1.1.1.1: icmp_seq=2 time=1 ms").find("p:3: stamp: ") == 0);
  CHECK(second("[2.0 64 bytes from 1.1.1.1").find("p:3: stamp: ") == 0);
  CHECK(second("[2.0] 64 bytes from 1.1.1.1: ttl=3 time=1 ms").find("p:3: icmp_seq: ") == 0);
  CHECK(second("[2.0] 64 bytes from 1.1.1.1: icmp_seq=65536 time=1 ms").find("p:3: icmp_seq: ") ==
        0);
  CHECK(second("[2.0] 8 bytes from 1.1.1.1: icmp_seq=2 ttl=3").find("no round trip time") !=
        std::string::npos);
  CHECK(second("[2.0] 64 bytes from 1.1.1.1: icmp_seq=2 ttl=3 time<1 ms").find("p:3: time: ") == 0);
  CHECK(second("[2.0] 64 bytes from 1.1.1.1: icmp_seq=2 time=1 s").find("p:3: time: \"1 s\"") == 0);
  CHECK(second("[2.0] 64 bytes from 1.1.1.1: icmp_seq=2 time=-1 ms").find("p:3: time: ") == 0);
  CHECK(second("[9000000000] 64 bytes from 1.1.1.1: icmp_seq=2 time=1 ms").find("36 years") !=
        std::string::npos);
  CHECK(second(kStart + "x") ==
        "p:3: a second ping begins here; expected a file of its own for each\n");
  CHECK(second("0 packets transmitted, 0 received").find("p:3: fewer were sent (0)") == 0);
  CHECK(second("1 packets transmitted, 1 received\n" + reply("2.0", 2))
            .find("p:4: this line stands after the statistics") == 0);
  CHECK(read(kStart).problem ==
        "p:1: the file holds no arrivals; expected a reply in the output of ping -D\n");
  ArrivalOptions options;
  options.unit = "ms";
  CHECK(read(kStart + reply("1.0", 1), options).problem ==
        "p: a column or unit is named (\"ms\"), but this is the output of ping, whose columns are "
        "known; expected no options for columns and units\n");
}
