#pragma once
// UDP sockets, IPv4 and IPv6.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "live/packet.hpp"

namespace flatline::live {

/// A file descriptor of a socket, closed with the object.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// "127.0.0.1 port 7000", "::1 port 7000".
std::string address_text(const sockaddr_storage& address);

/// A socket that sends to `host` and hears from there only.
struct Outgoing {
  Socket socket;
  std::string peer;
};
Result<Outgoing> open_outgoing(const std::string& host, std::uint16_t port);

/// A socket that hears what comes to `address` (empty: to any of this host), with the kernel's time
/// stamps and count of drops, and a buffer as large as it may be.
struct Incoming {
  Socket socket;
  std::uint16_t port = 0;
};
Result<Incoming> open_incoming(const std::string& address, std::uint16_t port);

/// One datagram.
struct Datagram {
  std::span<const unsigned char> bytes;
  const sockaddr_storage* from = nullptr;
  socklen_t from_size = 0;
  std::optional<std::int64_t> kernel_wall;  // when the kernel had it, by the wall clock
};

/// Takes datagrams from an incoming socket, many at a time.
class Mailbox {
 public:
  explicit Mailbox(const Socket& socket);

  /// What has come; waits up to 100 ms for the first. The spans hold until the next call. Fails if
  /// the socket does.
  Result<std::span<const Datagram>> take();

  /// Datagrams that the kernel dropped since the socket was opened, as far as it told.
  [[nodiscard]] std::int64_t dropped() const { return dropped_; }
  /// Asks the kernel for that count.
  void ask_dropped();

 private:
  // A byte more than a packet, so that a longer datagram is told from one.
  static constexpr std::size_t kBufferSize = kPacketSize + 1;
  static constexpr std::size_t kBatch = 64;
  struct Slot {
    std::array<unsigned char, kBufferSize> bytes;
    sockaddr_storage from;
    iovec vector;
    alignas(cmsghdr) std::array<unsigned char, 128> control;
  };

  void note_dropped(std::uint32_t count);
  void read_control(msghdr& header, Datagram& datagram);

  int descriptor_;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> headers_;
  std::vector<Datagram> taken_;
  std::int64_t dropped_ = 0;
};

}  // namespace flatline::live
