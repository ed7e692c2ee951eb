#pragma once
// What goes over the wire. Every datagram has kPacketSize bytes; numbers are little endian:
//
//   0  8  magic "FLATLINE"       24  8  number            56  8  digest of the sender's clock
//   8  2  version, 1             32  8  sent_ns           64  8  start on the sender's clock
//  10  2  kind                   40  8  skipped
//  12  4  zero                   48  8  interval_ns
//  16  8  session

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace flatline::live {

inline constexpr std::size_t kPacketSize = 72;
inline constexpr std::int64_t kShortestInterval = 100'000;           // ns
inline constexpr std::int64_t kLongestInterval = 3'600'000'000'000;  // ns

enum class PacketKind : std::uint16_t {
  beat = 1,
  end = 2,           // from the sender, several times until it is acknowledged
  acknowledged = 3,  // the receiver's answer to an end
};

struct Packet {
  PacketKind kind = PacketKind::beat;
  std::uint64_t session = 0;
  std::int64_t number = 0;    // beat: place on the grid; end: heartbeats sent in all
  std::int64_t sent = 0;      // ns since the sender's start
  std::int64_t skipped = 0;   // places up to this one that were never sent
  std::int64_t interval = 0;  // ns
  std::uint64_t clock = 0;    // clock_digest() of the sender
  std::int64_t start = 0;     // the sender's start on its monotonic clock

  bool operator==(const Packet&) const = default;
};

using PacketBytes = std::array<unsigned char, kPacketSize>;

PacketBytes encode(const Packet& packet);

/// Nothing if the bytes are no packet of ours: other length, magic, version or kind, or numbers
/// that no sender would give.
std::optional<Packet> decode(std::span<const unsigned char> bytes);

}  // namespace flatline::live
