#include "live/packet.hpp"

#include <algorithm>
#include <string_view>

#include "flatline/base/time.hpp"

namespace flatline::live {
namespace {

constexpr std::string_view kMagic = "FLATLINE";
constexpr std::uint16_t kVersion = 1;

template <typename T>
void put(PacketBytes& bytes, std::size_t at, T value) {
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i, rest >>= 8) {
    bytes[at + i] = static_cast<unsigned char>(rest & 0xff);
  }
}

template <typename T>
T get(std::span<const unsigned char> bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | bytes[at + i];
  return static_cast<T>(value);
}

// Bounds that keep every later sum and product inside 63 bits.
bool plausible(const Packet& packet) {
  const auto within = [](std::int64_t x, std::int64_t low, std::int64_t high) {
    return low <= x && x <= high;
  };
  return within(packet.interval, kShortestInterval, kLongestInterval) &&
         within(packet.number, 0, kLongestTime.ns / kShortestInterval) &&
         within(packet.skipped, 0, kLongestTime.ns / kShortestInterval) &&
         (packet.kind != PacketKind::beat || packet.skipped <= packet.number) &&
         within(packet.sent, 0, kLongestTime.ns) && within(packet.start, 0, kLongestTime.ns);
}

}  // namespace

PacketBytes encode(const Packet& packet) {
  PacketBytes bytes{};
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  put(bytes, 8, kVersion);
  put(bytes, 10, static_cast<std::uint16_t>(packet.kind));
  put(bytes, 16, packet.session);
  put(bytes, 24, packet.number);
  put(bytes, 32, packet.sent);
  put(bytes, 40, packet.skipped);
  put(bytes, 48, packet.interval);
  put(bytes, 56, packet.clock);
  put(bytes, 64, packet.start);
  return bytes;
}

std::optional<Packet> decode(std::span<const unsigned char> bytes) {
  if (bytes.size() != kPacketSize) return {};
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) return {};
  const auto kind = get<std::uint16_t>(bytes, 10);
  if (get<std::uint16_t>(bytes, 8) != kVersion || kind < 1 || kind > 3) return {};
  if (get<std::uint32_t>(bytes, 12) != 0) return {};
  Packet packet;
  packet.kind = static_cast<PacketKind>(kind);
  packet.session = get<std::uint64_t>(bytes, 16);
  packet.number = get<std::int64_t>(bytes, 24);
  packet.sent = get<std::int64_t>(bytes, 32);
  packet.skipped = get<std::int64_t>(bytes, 40);
  packet.interval = get<std::int64_t>(bytes, 48);
  packet.clock = get<std::uint64_t>(bytes, 56);
  packet.start = get<std::int64_t>(bytes, 64);
  if (!plausible(packet)) return {};
  return packet;
}

}  // namespace flatline::live
