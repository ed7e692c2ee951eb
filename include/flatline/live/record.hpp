#pragma once
// Heartbeats over UDP between two hosts, recorded as a trace (trace/recording.hpp). The only room
// with sockets and a real clock. Linux.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::live {

/// What the clocks and stamps of this host are worth, measured before anything is recorded.
struct StampError {
  Duration resolution{};   ///< Least step of the monotonic clock that was seen.
  Duration read_median{};  ///< Time that reading the clock takes.
  Duration read_p99{};
};
StampError measure_stamps();

/// Progress of either side, for a summary while it runs. Counts are from the beginning.
struct SendProgress {
  std::int64_t sent = 0;
  std::int64_t skipped = 0;  ///< Places of the grid missed because this process did not run.
  std::int64_t refused = 0;  ///< Datagrams that the system would not take (no buffer, unreachable).
  std::int64_t unheard = 0;  ///< Answers that nobody listens there. The heartbeat counts as sent.
  std::int64_t count = 0;    ///< Places of the grid in all: sent + skipped + refused come to it at
                             ///< the end; 0: until interrupted.
  Duration late_p50{}, late_p99{}, late_max{};  ///< How late beats left, against the grid.
  Duration stamp_p50{}, stamp_p99{};  ///< From reading the clock to the return of the send: the
                                      ///< error of the time stamp of sending.
  std::string peer;                   ///< Where they go: "127.0.0.1 port 7000".
  bool acknowledged = false;          ///< The receiver confirmed that it heard of the end.
};

struct SendOptions {
  std::string host;  ///< Name or address.
  std::uint16_t port = 0;
  Duration interval{};     ///< From 100us to 1h.
  std::int64_t count = 0;  ///< 0: until interrupted.
};

struct ReceiveProgress {
  std::int64_t received = 0;  ///< Different heartbeats.
  std::int64_t lost = 0;      ///< Sent and missing between the lowest number seen and the highest
                              ///< (or the sender's end).
  std::int64_t before_first = 0;  ///< Sent below the lowest number seen, mostly before this side
                                  ///< listened: not counted as lost. Once `sent` is known,
                                  ///< sent = received + lost + before_first.
  std::int64_t duplicates = 0;
  std::int64_t reordered = 0;        ///< Arrived after a higher number.
  std::int64_t foreign = 0;          ///< Datagrams that are no heartbeats of this recording.
  std::int64_t dropped = 0;          ///< By this host's socket buffer (SO_RXQ_OVFL): our own fault.
  std::optional<std::int64_t> sent;  ///< As the sender said at its end.
  Duration gap_p50{}, gap_p99{}, gap_max{};        ///< Between arrivals.
  Duration delay_min{}, delay_p50{}, delay_p99{};  ///< With one clock only; else 0.
  Duration waited_p50{}, waited_p99{};  ///< From the kernel's time stamp to ours: the error of the
                                        ///< time stamp of receipt.
  bool one_clock = false;
  Duration interval{};
};

struct ReceiveOptions {
  std::string address;     ///< To bind to; empty: every address of this host.
  std::uint16_t port = 0;  ///< 0: any free port, see on_ready.
  std::string out;         ///< File to write (recording.hpp).
  std::vector<std::string> notes;
  std::function<void(std::uint16_t port)>
      on_ready;  ///< Called once the port is open; may be empty.
};

/// Sends heartbeats on a grid and tells the receiver at the end how many they were. A beat that is
/// due while this process does not run is sent once on waking; later places that were missed are
/// skipped and counted. Returns when all are sent or `*stop` is set. `on_progress` is called about
/// once a second. Fails on a host that is not known, an address that cannot be sent to.
Result<SendProgress> send_heartbeats(const SendOptions& options, const std::atomic<bool>* stop,
                                     const std::function<void(const SendProgress&)>& on_progress);

/// Receives the heartbeats of one sender (the first that is heard; others are counted as foreign)
/// until it says that it has ended or `*stop` is set, and writes them to a file, which is complete
/// in both cases. Without any heartbeat no file is left. Fails on a port that cannot be had, a file
/// that is there already or cannot be written.
Result<ReceiveProgress> record_heartbeats(
    const ReceiveOptions& options, const std::atomic<bool>* stop,
    const std::function<void(const ReceiveProgress&)>& on_progress);

}  // namespace flatline::live
