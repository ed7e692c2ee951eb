#include "flatline/random/stream.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "flatline/base/check.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::random;

TEST_CASE("a stream without a second key word is SplitMix64") {
  // Known answers of the published generator for seeds 0 and 1234567.
  const std::uint64_t zero[] = {0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu,
                                0xf88bb8a8724c81ecu};
  for (std::uint64_t i = 0; i < 4; ++i) CHECK(Stream(0, 0).bits(i) == zero[i]);
  const std::uint64_t other[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                 4593380528125082431u, 16408922859458223821u};
  for (std::uint64_t i = 0; i < 5; ++i) CHECK(Stream(1234567, 0).bits(i) == other[i]);
}

TEST_CASE("named streams give the pinned keys and draws") {
  // From an independent implementation in Python. They are a contract: results that exist depend on
  // them.
  struct Pin {
    std::uint64_t seed, replication;
    const char* name;
    std::uint64_t k0, k1, first;
  };
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  const Pin pins[] = {{0, 0, "", 0xea23449128f3064au, 0x0bd77e27aea1545fu, 0x4314fe71f50dd106u},
                      {1, 0, "link/worker/3/monitor/0/delay", 0xb7fa4fe2acefaccbu,
                       0x77560f05c04087b0u, 0x992f203af6220704u},
                      {1, 1, "link/worker/3/monitor/0/delay", 0x7857b01da7d88292u,
                       0x0495d07cecce57cau, 0x1f1b33adf7e2a9b9u},
                      {2, 0, "link/worker/3/monitor/0/delay", 0xd963d8ea9d3ac458u,
                       0xf8e6b0e1bddc91adu, 0x5d52d4d91f52a588u},
                      {1, 0, "link/worker/3/monitor/0/loss", 0x1e234fbe85d68a07u,
                       0x2d65e27f21ffb808u, 0xfd61184b1a636b9cu},
                      {kAll, kAll, "stall/worker/12345678", 0xd83d374be53e60acu,
                       0x3ef74c22b4835612u, 0x37f43648fb3eade5u}};
  for (const Pin& pin : pins) {
    const Stream stream = StreamFactory(pin.seed, pin.replication).stream(pin.name);
    CHECK(stream.k0() == pin.k0);
    CHECK(stream.k1() == pin.k1);
    CHECK(stream.bits(0) == pin.first);
  }
  CHECK(Stream(1, 2).bits(3) == 0x12a764fb66abc9cfu);
  CHECK(rehash(0) == 0x3564b439cd1e1f16u);
  CHECK(rehash(1) == 0x492b8d6066c09227u);
}

TEST_CASE("naming another stream changes no draw of the first") {
  const StreamFactory factory(7, 3);
  const Stream before = factory.stream("link/a/0/b/0/delay");
  for (int i = 0; i < 100; ++i) (void)factory.stream("detector/" + std::to_string(i)).bits(0);
  const Stream after = factory.stream("link/a/0/b/0/delay");
  for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(before.bits(i) == after.bits(i));
}

TEST_CASE("no two of a million names share a key word") {
  // 1e6 names are 5e11 pairs: a shared 64-bit word has a chance of 3e-8.
  const StreamFactory factory(1, 0);
  std::vector<std::uint64_t> first, second;
  for (int i = 0; i < 1'000'000; ++i) {
    const Stream stream = factory.stream("link/worker/" + std::to_string(i / 10) + "/monitor/" +
                                         std::to_string(i % 10) + "/delay");
    first.push_back(stream.k0());
    second.push_back(stream.k1());
  }
  for (auto* words : {&first, &second}) {
    std::sort(words->begin(), words->end());
    CHECK(std::adjacent_find(words->begin(), words->end()) == words->end());
  }
}

TEST_CASE("a whole number below n takes each value for its share of all words") {
  // n = 3: the first word of value k is the least u with 3 u >= k 2^64, that is ceil(k 2^64 / 3).
  CHECK(uniform_below(0x5555555555555555u, 3) == 0);
  CHECK(uniform_below(0x5555555555555556u, 3) == 1);
  CHECK(uniform_below(0xaaaaaaaaaaaaaaaau, 3) == 1);
  CHECK(uniform_below(0xaaaaaaaaaaaaaaabu, 3) == 2);
  CHECK(uniform_below(std::numeric_limits<std::uint64_t>::max(), 3) == 2);
  CHECK(uniform_below(std::numeric_limits<std::uint64_t>::max(), 1) == 0);
}

TEST_CASE("names that differ only in length or trailing zero bytes differ") {
  const StreamFactory factory(1, 0);
  std::set<std::uint64_t> keys;
  for (std::size_t n = 0; n <= 24; ++n) keys.insert(factory.stream(std::string(n, '\0')).k0());
  CHECK(keys.size() == 25);
}

TEST_CASE("one changed bit of name, seed or replication flips half of each key word") {
  // Each case flips a mean of 32 of 64 bits; the mean of 29 * 8 + 128 cases has standard deviation
  // 4 / sqrt(360) = 0.21. Accepted: 32 within 1 (4.7 sigma) for the mean of each word.
  const std::string name = "link/worker/3/monitor/0/delay";
  const Stream base = StreamFactory(1, 0).stream(name);
  double flips0 = 0, flips1 = 0;
  int cases = 0;
  const auto add = [&](const Stream& other) {
    flips0 += std::popcount(base.k0() ^ other.k0());
    flips1 += std::popcount(base.k1() ^ other.k1());
    ++cases;
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = name;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      add(StreamFactory(1, 0).stream(changed));
    }
  }
  for (int bit = 0; bit < 64; ++bit) {
    add(StreamFactory(1 ^ (std::uint64_t{1} << bit), 0).stream(name));
    add(StreamFactory(1, std::uint64_t{1} << bit).stream(name));
  }
  CHECK(flips0 / cases == Approx(32).margin(1));
  CHECK(flips1 / cases == Approx(32).margin(1));
}

TEST_CASE("streams whose counters coincide are still independent words") {
  // The worst case of an overlap: the same first key word. Flipped bits between the two streams
  // over 4096 draws: mean 32, standard deviation of the mean 4 / 64 = 0.0625; accepted within 0.3
  // (4.8 sigma).
  const StreamFactory factory(1, 0);
  const Stream a = factory.stream("a");
  const Stream b(a.k0(), factory.stream("b").k1());
  double flips = 0;
  for (std::uint64_t i = 0; i < 4096; ++i) flips += std::popcount(a.bits(i) ^ b.bits(i));
  CHECK(flips / 4096 == Approx(32).margin(0.3));
}

TEST_CASE("a threshold has its probability to 2^-64") {
  CHECK(threshold_for(0) == 0);
  CHECK(threshold_for(0.5) == std::uint64_t{1} << 63);
  CHECK(threshold_for(std::ldexp(1.0, -64)) == 1);
  CHECK(threshold_for(std::nextafter(1.0, 0.0)) == 0xfffffffffffff800u);
  // 0.05 as a double is 0x1.999999999999ap-5.
  CHECK(threshold_for(0.05) == 0x0ccccccccccccd00u);
}

TEST_CASE("a threshold for what is no probability below 1 is a broken contract") {
  CHECK_THROWS_AS(threshold_for(1), ContractViolation);
  CHECK_THROWS_AS(threshold_for(-1e-9), ContractViolation);
  CHECK_THROWS_AS(threshold_for(std::nan("")), ContractViolation);
}

TEST_CASE("named draws are the draws of the stream prefix/purpose, and own their prefix") {
  const StreamFactory factory(9, 1);
  auto prefix = std::make_unique<std::string>("program/worker/0/with/a/long/name");
  const NamedDraws draws(factory, *prefix);
  prefix->assign("overwritten, so that a view of it would read other bytes");
  prefix.reset();
  const Stream stream = factory.stream("program/worker/0/with/a/long/name/election");
  for (std::uint64_t i = 0; i < 10; ++i) CHECK(draws.bits("election", i) == stream.bits(i));
}
