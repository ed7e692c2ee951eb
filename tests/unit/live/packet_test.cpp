#include "live/packet.hpp"

#include <limits>
#include <string>
#include <vector>

#include "flatline/base/time.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::live;

namespace {

Packet sample() {
  Packet packet;
  packet.kind = PacketKind::beat;
  packet.session = 0xfedcba9876543210u;
  packet.number = 123456789;
  packet.sent = 12345678900000123;
  packet.skipped = 77;
  packet.interval = 100'000'000;
  packet.clock = 0x8000000000000001u;
  packet.start = 987654321;
  return packet;
}

}  // namespace

TEST_CASE("a packet comes back as it was written") {
  for (const PacketKind kind : {PacketKind::beat, PacketKind::end, PacketKind::acknowledged}) {
    Packet packet = sample();
    packet.kind = kind;
    const auto read = decode(encode(packet));
    REQUIRE(read.has_value());
    CHECK(*read == packet);
  }
}

TEST_CASE("a packet's bytes are those of the description, least first") {
  Packet packet;
  packet.kind = PacketKind::end;
  packet.session = 0x0102030405060708u;
  packet.number = 0x11;
  packet.sent = 0x2221;
  packet.skipped = 0x33;
  packet.interval = 0x0f4240;
  packet.clock = 0x55;
  packet.start = 0x66;
  std::vector<unsigned char> expected(kPacketSize);
  const std::string magic = "FLATLINE";
  std::copy(magic.begin(), magic.end(), expected.begin());
  expected[8] = 1;
  expected[10] = 2;
  for (unsigned i = 0; i < 8; ++i) expected[16 + i] = static_cast<unsigned char>(8 - i);
  expected[24] = 0x11;
  expected[32] = 0x21;
  expected[33] = 0x22;
  expected[40] = 0x33;
  expected[48] = 0x40;
  expected[49] = 0x42;
  expected[50] = 0x0f;
  expected[56] = 0x55;
  expected[64] = 0x66;
  const PacketBytes bytes = encode(packet);
  CHECK(std::vector<unsigned char>(bytes.begin(), bytes.end()) == expected);
}

TEST_CASE("bytes of another length are no packet") {
  const PacketBytes bytes = encode(sample());
  std::vector<unsigned char> longer(bytes.begin(), bytes.end());
  longer.push_back(0);
  for (std::size_t size = 0; size <= longer.size(); ++size) {
    CHECK(decode(std::span(longer).first(size)).has_value() == (size == kPacketSize));
  }
}

TEST_CASE("a change in magic, version, kind or padding makes a packet foreign") {
  for (std::size_t at = 0; at < 16; ++at) {
    PacketBytes bytes = encode(sample());
    bytes[at] ^= 0x40;
    CHECK_FALSE(decode(bytes).has_value());
  }
}

TEST_CASE("numbers that no sender gives make a packet foreign") {
  const auto refused = [](auto change) {
    Packet packet = sample();
    change(packet);
    return !decode(encode(packet)).has_value();
  };
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  CHECK(refused([](Packet& p) { p.number = -1; }));
  CHECK(refused([](Packet& p) { p.number = kHuge; }));
  CHECK(refused([](Packet& p) { p.sent = -1; }));
  CHECK(refused([](Packet& p) { p.sent = kLongestTime.ns + 1; }));
  CHECK(refused([](Packet& p) { p.skipped = -1; }));
  CHECK(refused([](Packet& p) { p.skipped = p.number + 1; }));
  CHECK(refused([](Packet& p) { p.interval = kShortestInterval - 1; }));
  CHECK(refused([](Packet& p) { p.interval = kLongestInterval + 1; }));
  CHECK(refused([](Packet& p) { p.start = -1; }));
  CHECK(refused([](Packet& p) { p.start = kHuge; }));
  CHECK_FALSE(refused([](Packet& p) { p.skipped = p.number; }));
}
