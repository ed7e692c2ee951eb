#pragma once
// Push heartbeats: every worker sends to every monitor on its own schedule.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/protocol/program.hpp"

namespace flatline::protocol {

/// How beat i strays from the grid: not at all, by U(+-ratio) intervals around i * interval (grid),
/// or by drawing each gap (interval), so that the phase wanders as it does with a sleep.
enum class JitterOf : std::uint8_t { none, grid, interval };

/// Where a sender's grid starts: all together, or uniform over one interval per sender.
enum class Phase : std::uint8_t { synchronised, spread };

struct PushSettings {
  std::vector<NodeId> from;  ///< Workers, monitored.
  std::vector<NodeId> to;    ///< Monitors; a node that is both does not watch itself.
  Duration interval{};       ///< eta, > 0.
  JitterOf jitter_of = JitterOf::none;
  double jitter_ratio = 0;  ///< grid: 0 to below 0.5; interval: 0 to below 1.
  Phase phase = Phase::spread;
  std::int64_t bytes = 64;  ///< Payload bytes of one heartbeat.
  /// A monitor that wakes from a stall runs its timers before it reads what has come: whoever is
  /// due is suspected, though his heartbeats lie in the socket.
  bool timers_first = false;
};

/// When a sender's beats are due: a function of its start, its settings and its draws. Beats missed
/// during a stall do not move later ones.
class BeatSchedule {
 public:
  BeatSchedule() = default;
  /// `start` is the process's start; `phase_bits` places the grid of a first incarnation (ignored
  /// if it restarts: a restarted process beats at once).
  BeatSchedule(const PushSettings& settings, LocalInstant start, bool restarted,
               std::uint64_t phase_bits);

  [[nodiscard]] std::int64_t index() const { return index_; }
  /// When beat index() is due, given its jitter draw.
  [[nodiscard]] LocalInstant due() const { return due_; }
  /// Moves on to the next beat; `bits` is that beat's jitter draw.
  void advance(std::uint64_t bits);
  /// Moves on over many beats at once: writes when index(), index() + 1 ... are due, as many as are
  /// due before `before` and find room in `due`, and returns how many. bits[i] is the jitter draw
  /// of beat index() + 1 + i. What lies in `due` beyond those is undefined. REQUIRES: bits.size()
  /// >= due.size().
  std::size_t advance_run(std::span<const std::uint64_t> bits, LocalInstant before,
                          std::span<LocalInstant> due);
  /// Applies beat 0's jitter draw. Called once, before due() is first asked for.
  void begin(std::uint64_t bits);

 private:
  [[nodiscard]] std::int64_t stray(std::uint64_t bits) const;
  void advance_all(std::span<const std::uint64_t> bits, std::span<LocalInstant> due);

  LocalInstant origin_{};
  LocalInstant due_{};
  std::int64_t interval_ = 0;
  std::int64_t reach_ = 0;  // jitter in ns each way
  JitterOf jitter_of_ = JitterOf::none;
  std::int64_t index_ = 0;
};

/// Whether a beat that is due goes out when the process comes round to it. `on_time`: it is due
/// now; `last`: no later one is due.
bool sends_late(CatchUp catch_up, bool on_time, bool last);

/// The index of heartbeat `seq` of an incarnation in every stream of draws that it has: its jitter,
/// its loss, its delay. Incarnations stay apart by the high bits.
constexpr std::uint64_t beat_index(Incarnation incarnation, std::int64_t seq) {
  return (std::uint64_t{incarnation.value} << 44) + static_cast<std::uint64_t>(seq);
}

/// The heartbeat as it travels.
struct Heartbeat {
  std::int64_t seq = 0;
  std::int64_t sent_at = 0;  ///< The sender's clock, ns.
  std::uint64_t incarnation = 0;
};

/// A node of a push protocol: beats on its schedule to every monitor in `to` (none: it only
/// listens), and hands every heartbeat of a sender's newest incarnation to the detectors. `nodes`
/// is the size of the cluster.
std::unique_ptr<NodeProgram> make_push_node(const PushSettings& settings, std::vector<NodeId> to,
                                            std::uint32_t nodes);

}  // namespace flatline::protocol
