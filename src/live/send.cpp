// The sending side.

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "flatline/base/check.hpp"
#include "flatline/live/record.hpp"
#include "live/clock.hpp"
#include "live/log_histogram.hpp"
#include "live/packet.hpp"
#include "live/socket.hpp"

namespace flatline::live {
namespace {

constexpr std::int64_t kSlice = 100'000'000;  // ns; how soon a stop is seen
constexpr std::int64_t kReportEvery = 1'000'000'000;
constexpr std::int64_t kLead = 5'000'000;  // before the first beat, so that it is not late
constexpr int kEndTries = 60;
constexpr int kEndWait = 50;  // ms between them

class Sender {
 public:
  Sender(const SendOptions& options, Outgoing outgoing, const std::atomic<bool>* stop,
         const std::function<void(const SendProgress&)>& on_progress)
      : socket_(std::move(outgoing.socket)), stop_(stop), on_progress_(on_progress) {
    progress_.count = options.count;
    progress_.peer = outgoing.peer;
    packet_.session = new_session();
    packet_.interval = options.interval.ns;
    packet_.clock = clock_digest();
  }

  SendProgress run() {
    const ExactTimers exact;
    packet_.start = monotonic_now() + kLead;
    reported_ = packet_.start;
    std::int64_t place = 0;
    while ((progress_.count == 0 || place < progress_.count) && wait_for(place)) {
      place = beat(place);
    }
    say_end();
    refresh();
    return progress_;
  }

 private:
  [[nodiscard]] bool stopped() const {
    return stop_ != nullptr && stop_->load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::int64_t due(std::int64_t place) const {
    return packet_.start + place * packet_.interval;
  }

  // False if stopped before the place is due.
  bool wait_for(std::int64_t place) {
    for (;;) {
      if (stopped()) return false;
      const std::int64_t now = monotonic_now();
      if (now - reported_ >= kReportEvery) {
        reported_ = now;
        refresh();
        if (on_progress_) on_progress_(progress_);
      }
      if (now >= due(place)) return true;
      sleep_until(std::min(due(place), now + kSlice));
    }
  }

  // Sends the beat of a place that is due; returns the next place, past those that were missed.
  std::int64_t beat(std::int64_t place) {
    packet_.kind = PacketKind::beat;
    packet_.number = place;
    packet_.skipped = progress_.skipped + progress_.refused;
    const std::int64_t sent = send_stamped();
    late_.add({sent - due(place)});
    std::int64_t next = std::max(place + 1, (sent - packet_.start) / packet_.interval + 1);
    if (progress_.count != 0) next = std::min(next, progress_.count);
    progress_.skipped += next - place - 1;
    return next;
  }

  // Returns when it was sent, by this host's clock.
  std::int64_t send_stamped() {
    for (bool again = false;; again = true) {
      const std::int64_t before = monotonic_now();
      packet_.sent = before - packet_.start;
      const bool taken = send_packet();
      const int error = errno;
      if (taken) {
        stamp_.add({monotonic_now() - before});
        ++progress_.sent;
        return before;
      }
      // This is the answer to an earlier datagram; the system has not tried to send this one.
      if (error == ECONNREFUSED && !again) {
        ++progress_.unheard;
        continue;
      }
      ++progress_.refused;
      return before;
    }
  }

  bool send_packet() {
    const PacketBytes bytes = encode(packet_);
    return send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // Until the receiver confirms, or nobody seems to be there.
  void say_end() {
    packet_.kind = PacketKind::end;
    packet_.number = progress_.sent;
    packet_.skipped = progress_.skipped + progress_.refused;
    packet_.sent = monotonic_now() - packet_.start;
    packet_.sent = std::max<std::int64_t>(packet_.sent, 0);
    for (int i = 0; i < kEndTries && !progress_.acknowledged && !alone_; ++i) {
      // The answer to the last heartbeat may be waiting still.
      if (!send_packet() && errno == ECONNREFUSED) {
        ++progress_.unheard;
        send_packet();
      }
      const std::int64_t until = monotonic_now() + std::int64_t{kEndWait} * 1'000'000;
      for (std::int64_t left = kEndWait; left > 0 && !progress_.acknowledged && !alone_;
           left = (until - monotonic_now()) / 1'000'000) {
        hear_answer(static_cast<int>(left));
      }
    }
  }

  void hear_answer(int milliseconds) {
    pollfd wait{};
    wait.fd = socket_.get();
    wait.events = POLLIN;
    if (poll(&wait, 1, milliseconds) <= 0) return;
    std::array<unsigned char, kPacketSize + 1> bytes{};
    const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0) {
      alone_ = errno == ECONNREFUSED;
      return;
    }
    const auto answer = decode(std::span(bytes).first(static_cast<std::size_t>(size)));
    progress_.acknowledged =
        answer && answer->kind == PacketKind::acknowledged && answer->session == packet_.session;
  }

  void refresh() {
    progress_.late_p50 = late_.quantile(0.5);
    progress_.late_p99 = late_.quantile(0.99);
    progress_.late_max = late_.max();
    progress_.stamp_p50 = stamp_.quantile(0.5);
    progress_.stamp_p99 = stamp_.quantile(0.99);
  }

  Socket socket_;
  const std::atomic<bool>* stop_;
  const std::function<void(const SendProgress&)>& on_progress_;
  SendProgress progress_;
  Packet packet_;
  LogHistogram late_, stamp_;
  std::int64_t reported_ = 0;
  bool alone_ = false;  // nobody listens any more
};

}  // namespace

Result<SendProgress> send_heartbeats(const SendOptions& options, const std::atomic<bool>* stop,
                                     const std::function<void(const SendProgress&)>& on_progress) {
  FLATLINE_CHECK(options.interval.ns >= kShortestInterval &&
                     options.interval.ns <= kLongestInterval && options.count >= 0,
                 "interval from 100us to 1h, count from 0");
  auto outgoing = open_outgoing(options.host, options.port);
  if (!outgoing.ok()) return outgoing.problems();
  return Sender(options, std::move(outgoing).value(), stop, on_progress).run();
}

}  // namespace flatline::live
