// The receiving side.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "flatline/live/record.hpp"
#include "flatline/trace/recording.hpp"
#include "live/clock.hpp"
#include "live/log_histogram.hpp"
#include "live/packet.hpp"
#include "live/sequence.hpp"
#include "live/socket.hpp"

namespace flatline::live {
namespace {

constexpr std::int64_t kEverySecond = 1'000'000'000;
constexpr std::int64_t kShortestLinger = 200'000'000;
constexpr std::int64_t kLongestLinger = 1'000'000'000;
// Hosts started from one snapshot tell the same boot; a delay beyond this or below 0 gives them
// away.
constexpr std::int64_t kLongestOneClockDelay = 60'000'000'000;

class Receiver {
 public:
  Receiver(const ReceiveOptions& options, Incoming incoming, const std::atomic<bool>* stop,
           const std::function<void(const ReceiveProgress&)>& on_progress)
      : options_(options),
        socket_(std::move(incoming.socket)),
        mailbox_(socket_),
        stop_(stop),
        on_progress_(on_progress),
        opened_(monotonic_now()),
        reported_(opened_) {}

  Result<ReceiveProgress> run() {
    while (!stopped() && !ended()) {
      const auto taken = mailbox_.take();
      if (!taken.ok()) return taken.problems();
      now_ = both_clocks();
      for (const Datagram& datagram : taken.value()) {
        if (auto done = handle(datagram); !done.ok()) return done.problems();
      }
      if (now_.monotonic - reported_ >= kEverySecond) {
        if (auto done = report(); !done.ok()) return done.problems();
      }
    }
    return finish();
  }

 private:
  [[nodiscard]] bool stopped() const {
    return stop_ != nullptr && stop_->load(std::memory_order_relaxed);
  }

  // Some time after the sender's last word, for heartbeats that were overtaken by it.
  [[nodiscard]] bool ended() const {
    if (!progress_.sent) return false;
    const std::int64_t linger =
        std::clamp(3 * progress_.interval.ns, kShortestLinger, kLongestLinger);
    return monotonic_now() - end_heard_ >= linger;
  }

  Result<bool> handle(const Datagram& datagram) {
    const auto packet = decode(datagram.bytes);
    if (!packet || packet->kind == PacketKind::acknowledged || !belongs(*packet)) {
      ++progress_.foreign;
      return true;
    }
    if (packet->kind == PacketKind::end) {
      if (!progress_.sent) end_heard_ = now_.monotonic;
      progress_.sent = packet->number;
      acknowledge(*packet, datagram);
      return true;
    }
    if (!writer_) {
      if (auto begun = begin(*packet); !begun.ok()) return begun.problems();
    }
    record(*packet, datagram);
    return true;
  }

  // Of the one sender that is recorded: the first that sent a heartbeat.
  [[nodiscard]] bool belongs(const Packet& packet) const {
    if (!writer_) return packet.kind == PacketKind::beat;
    return packet.session == first_.session && packet.interval == first_.interval &&
           packet.clock == first_.clock && packet.start == first_.start;
  }

  Result<bool> begin(const Packet& packet) {
    first_ = packet;
    const std::int64_t delay = now_.monotonic - packet.start - packet.sent;
    const std::uint64_t ours = clock_digest();
    progress_.one_clock =
        ours != 0 && packet.clock == ours && delay >= 0 && delay <= kLongestOneClockDelay;
    progress_.interval = {packet.interval};
    zero_ = progress_.one_clock ? packet.start : now_.monotonic;
    trace::RecordingHeader header;
    header.interval = progress_.interval;
    header.one_clock = progress_.one_clock;
    header.begun = utc_text(now_.wall);
    header.notes = options_.notes;
    auto writer = trace::RecordingWriter::create(options_.out, header);
    if (!writer.ok()) return writer.problems();
    writer_ = std::move(writer).value();
    return true;
  }

  void record(const Packet& packet, const Datagram& datagram) {
    trace::RecordedBeat beat;
    beat.seq = packet.number;
    beat.sent = {packet.sent};
    beat.received = {now_.monotonic - zero_};
    beat.skipped = packet.skipped;
    if (datagram.kernel_wall) {
      const std::int64_t waited = now_.wall - *datagram.kernel_wall;
      // Out of this range the wall clock was set in between.
      if (waited >= 0 && waited <= now_.monotonic - opened_) {
        beat.waited = Duration{waited};
        waited_.add(*beat.waited);
      }
    }
    writer_->add(beat);
    if (sequence_.add(packet.number, packet.skipped) == Sequence::Kind::duplicate) return;
    if (last_) gaps_.add(beat.received - *last_);
    last_ = beat.received;
    if (progress_.one_clock) delays_.add(beat.received - beat.sent);
  }

  void acknowledge(Packet packet, const Datagram& datagram) {
    packet.kind = PacketKind::acknowledged;
    const PacketBytes bytes = encode(packet);
    // A lost answer is asked for again.
    static_cast<void>(sendto(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(datagram.from), datagram.from_size));
  }

  Result<bool> report() {
    reported_ = now_.monotonic;
    if (writer_) {
      if (auto flushed = writer_->flush(); !flushed.ok()) return flushed.problems();
    }
    refresh();
    if (on_progress_) on_progress_(progress_);
    return true;
  }

  void refresh() {
    progress_.received = sequence_.received();
    progress_.duplicates = sequence_.duplicates();
    progress_.reordered = sequence_.reordered();
    progress_.before_first = sequence_.before_first();
    progress_.lost = sequence_.lost(progress_.sent);
    progress_.dropped = mailbox_.dropped();
    progress_.gap_p50 = gaps_.quantile(0.5);
    progress_.gap_p99 = gaps_.quantile(0.99);
    progress_.gap_max = gaps_.max();
    progress_.delay_min = delays_.min();
    progress_.delay_p50 = delays_.quantile(0.5);
    progress_.delay_p99 = delays_.quantile(0.99);
    progress_.waited_p50 = waited_.quantile(0.5);
    progress_.waited_p99 = waited_.quantile(0.99);
  }

  Result<ReceiveProgress> finish() {
    mailbox_.ask_dropped();
    refresh();
    if (writer_) {
      auto finished = writer_->finish({progress_.sent, progress_.dropped});
      if (!finished.ok()) return finished.problems();
    }
    return progress_;
  }

  const ReceiveOptions& options_;
  Socket socket_;
  Mailbox mailbox_;
  const std::atomic<bool>* stop_;
  const std::function<void(const ReceiveProgress&)>& on_progress_;
  std::int64_t opened_;
  std::int64_t reported_;
  BothClocks now_;  // when the datagrams at hand were taken
  std::optional<trace::RecordingWriter> writer_;
  Packet first_;
  std::int64_t zero_ = 0;  // what received_ns counts from
  std::int64_t end_heard_ = 0;
  std::optional<LocalInstant> last_;
  Sequence sequence_;
  LogHistogram gaps_, delays_, waited_;
  ReceiveProgress progress_;
};

// The file is made when the first heartbeat comes, which may be in an hour: what would fail then
// is told now.
Result<bool> check_out(const std::string& out) {
  std::error_code ignored;
  for (const std::string& path : {out, out + ".part"}) {
    if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
      return Problem{path, 0, {}, "is there already", "the name of a new file", {}};
    }
  }
  const std::filesystem::path folder = std::filesystem::path(out).parent_path();
  const std::string where = folder.empty() ? "." : folder.string();
  if (access(where.c_str(), W_OK | X_OK) != 0) {
    const int error = errno;
    return Problem{out,
                   0,
                   {},
                   "cannot be written: " + std::generic_category().message(error),
                   "a folder that is there and may be written",
                   {}};
  }
  return true;
}

}  // namespace

Result<ReceiveProgress> record_heartbeats(
    const ReceiveOptions& options, const std::atomic<bool>* stop,
    const std::function<void(const ReceiveProgress&)>& on_progress) {
  if (auto checked = check_out(options.out); !checked.ok()) return checked.problems();
  auto incoming = open_incoming(options.address, options.port);
  if (!incoming.ok()) return incoming.problems();
  if (options.on_ready) options.on_ready(incoming.value().port);
  return Receiver(options, std::move(incoming).value(), stop, on_progress).run();
}

}  // namespace flatline::live
