#include "live/socket.hpp"

#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace flatline::live {
namespace {

constexpr int kBufferBytes = 32 << 20;
constexpr suseconds_t kWait = 100'000;  // us; how soon a stop is seen

std::string system_text(int error) {
  return std::generic_category().message(error);
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

// The addresses of a host in the order of the system; empty with `problem` set if there is none.
AddressList look_up(const std::string& host, std::uint16_t port, int flags, std::string& problem) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(),
                                &hints, &found);
  if (error != 0) {
    problem = error == EAI_SYSTEM ? system_text(errno) : gai_strerror(error);
    found = nullptr;
  }
  return {found, &freeaddrinfo};
}

void set(int descriptor, int level, int option, int value) {
  setsockopt(descriptor, level, option, &value, sizeof value);
}

void prepare_incoming(int descriptor) {
  // The forced size needs a privilege; without it the system's limit holds.
  set(descriptor, SOL_SOCKET, SO_RCVBUF, kBufferBytes);
  set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, kBufferBytes);
  set(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
  set(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  timeval wait{};
  wait.tv_usec = kWait;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
}

sockaddr_storage local_address(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  // Both families keep the port in the same place.
  sockaddr_in inet{};
  std::memcpy(&inet, &address, sizeof inet);
  return ntohs(inet.sin_port);
}

// Opens one address; -1 with errno set if it cannot be had.
int bind_to(const addrinfo& entry, bool every_address) {
  const int descriptor = socket(entry.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  // One socket hears both families.
  if (every_address && entry.ai_family == AF_INET6) set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  prepare_incoming(descriptor);
  if (bind(descriptor, entry.ai_addr, entry.ai_addrlen) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string address_text(const sockaddr_storage& address) {
  std::array<char, NI_MAXHOST> host{};
  const auto size = static_cast<socklen_t>(address.ss_family == AF_INET6 ? sizeof(sockaddr_in6)
                                                                         : sizeof(sockaddr_in));
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(),
                  static_cast<socklen_t>(host.size()), nullptr, 0, NI_NUMERICHOST) != 0) {
    return "port " + std::to_string(port_of(address));
  }
  return std::string(host.data()) + " port " + std::to_string(port_of(address));
}

Result<Outgoing> open_outgoing(const std::string& host, std::uint16_t port) {
  std::string why;
  const AddressList list = look_up(host, port, 0, why);
  if (!list) {
    return Problem{
        {}, 0, {}, "host \"" + host + "\" is not known: " + why, "a host name or an address", {}};
  }
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    const int descriptor = socket(entry->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
      why = system_text(errno);
      continue;
    }
    Socket opened(descriptor);
    if (connect(descriptor, entry->ai_addr, entry->ai_addrlen) != 0) {
      why = system_text(errno);
      continue;
    }
    sockaddr_storage peer{};
    std::memcpy(&peer, entry->ai_addr, entry->ai_addrlen);
    return Outgoing{std::move(opened), address_text(peer)};
  }
  return Problem{{}, 0, {}, "cannot send to \"" + host + "\": " + why, {}, {}};
}

Result<Incoming> open_incoming(const std::string& address, std::uint16_t port) {
  std::string why;
  const AddressList list = look_up(address, port, AI_PASSIVE, why);
  const std::string place =
      (address.empty() ? "UDP port " : address + " UDP port ") + std::to_string(port);
  if (!list) {
    return Problem{{}, 0, {}, "cannot listen on " + place + ": " + why, "an address of this host",
                   {}};
  }
  // The wildcard of IPv6 stands for both families, so it is tried first.
  for (const bool wanted_v6 : {true, false}) {
    for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
      if ((entry->ai_family == AF_INET6) != wanted_v6) continue;
      const int descriptor = bind_to(*entry, address.empty());
      if (descriptor >= 0) {
        return Incoming{Socket(descriptor), port_of(local_address(descriptor))};
      }
      why = system_text(errno);
      if (errno == EADDRINUSE) {
        return Problem{{}, 0, {}, "cannot listen on " + place + ": " + why, "a free port", {}};
      }
    }
  }
  return Problem{{}, 0, {}, "cannot listen on " + place + ": " + why, "an address of this host",
                 {}};
}

Mailbox::Mailbox(const Socket& socket)
    : descriptor_(socket.get()), slots_(kBatch), headers_(kBatch) {
  taken_.reserve(kBatch);
}

Result<std::span<const Datagram>> Mailbox::take() {
  for (std::size_t i = 0; i < kBatch; ++i) {
    Slot& slot = slots_[i];
    slot.vector = {slot.bytes.data(), slot.bytes.size()};
    headers_[i] = {};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &slot.from;
    header.msg_namelen = sizeof slot.from;
    header.msg_iov = &slot.vector;
    header.msg_iovlen = 1;
    header.msg_control = slot.control.data();
    header.msg_controllen = slot.control.size();
  }
  taken_.clear();
  const int count = recvmmsg(descriptor_, headers_.data(), static_cast<unsigned>(kBatch),
                             MSG_WAITFORONE, nullptr);
  if (count < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNREFUSED) {
      return std::span<const Datagram>();
    }
    return Problem{{}, 0, {}, "cannot receive: " + system_text(errno), {}, {}};
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    Datagram datagram;
    datagram.bytes = {slots_[i].bytes.data(), headers_[i].msg_len};
    datagram.from = &slots_[i].from;
    datagram.from_size = headers_[i].msg_hdr.msg_namelen;
    read_control(headers_[i].msg_hdr, datagram);
    taken_.push_back(datagram);
  }
  return std::span<const Datagram>(taken_);
}

void Mailbox::read_control(msghdr& header, Datagram& datagram) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(part), sizeof at);
      datagram.kernel_wall = std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
    } else if (part->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t count = 0;
      std::memcpy(&count, CMSG_DATA(part), sizeof count);
      note_dropped(count);
    }
  }
}

void Mailbox::note_dropped(std::uint32_t count) {
  // The kernel's count has 32 bits and only grows; a smaller one belongs to an older datagram.
  const auto step = static_cast<std::int32_t>(count - static_cast<std::uint32_t>(dropped_));
  if (step > 0) dropped_ += step;
}

void Mailbox::ask_dropped() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> values{};
  socklen_t size = sizeof values;
  if (getsockopt(descriptor_, SOL_SOCKET, SO_MEMINFO, values.data(), &size) == 0 &&
      size > SK_MEMINFO_DROPS * sizeof(std::uint32_t)) {
    note_dropped(values[SK_MEMINFO_DROPS]);
  }
}

}  // namespace flatline::live
