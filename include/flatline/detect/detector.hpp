#pragma once
// The detector contract. A failure detector is an estimator plus a freshness point: after any
// observation it can say the instant at which it will suspect if nothing more comes. It sees one
// monitored process through one monitor's local clock and messages, and nothing else: no true time,
// no fault timeline, no score of its own.
//
// This room needs only `base`: a production program can use it alone (docs/EMBEDDING.md).
// Thread rule: an object belongs to one thread; distinct objects are independent.

#include <cstdint>
#include <memory>
#include <span>

#include "flatline/base/draws.hpp"
#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/detect/line.hpp"

namespace flatline::detect {

enum class ObservationKind : std::uint8_t {
  heartbeat,
  reply,
  probe_failed,
  confirmation,
  restarted
};

/// What a monitor learnt about one monitored process. `restarted` comes before the first heartbeat
/// of a new incarnation and resets the detector to its initial state.
struct Observation {
  ObservationKind kind = ObservationKind::heartbeat;
  Incarnation incarnation{};
  SeqNo seq{};
  LocalInstant sent_at{};  ///< The sender's clock when it sent; equals the monitor's clock only if
                           ///< both are synchronised.
  bool ok = true;
};

/// The guard of a monitor that distrusts itself: when its looks are further apart than `pause`, it
/// was held up, and for `hold` after the late look it turns against nobody (Cassandra's local
/// pause, Redis Sentinel's TILT). What is due then is spoken when the hold ends.
struct PauseGuard {
  Duration pause{};  ///< > 0.
  Duration hold{};   ///< > 0.
};

/// What a detector says before the first heartbeat of an incarnation.
enum class InitialOutput : std::uint8_t { unknown, suspect };

/// What a detector is told about its surroundings besides its own parameters.
struct Surroundings {
  Duration heartbeat_interval{};  ///< eta, the sender's nominal interval; 0 if unknown (replay
                                  ///< without --set interval).
  const Draws* draws = nullptr;   ///< For randomised detectors; may be null for all others.
};

/// A run of heartbeats of the incarnation that is watched, in order of arrival; one entry each in
/// all three.
struct Beats {
  std::span<const LocalInstant> at;       ///< Non-decreasing.
  std::span<const SeqNo> seq;             ///< Ascending: none overtaken, none twice.
  std::span<const LocalInstant> sent_at;  ///< As Observation::sent_at.
};

/// Several settings of one detector over one channel, sharing what they can: the estimator is
/// updated once per observation and each setting's deadline is read off it. One setting is a family
/// of one.
class Family {
 public:
  virtual ~Family() = default;

  /// Takes in an observation made at `now`. A heartbeat or reply of an older incarnation than that
  /// of the last `restarted` changes nothing. REQUIRES: `now` never goes back between calls.
  virtual void observe(LocalInstant now, const Observation& observation) = 0;

  /// Tells that the monitor looked, that is compared the deadlines with its clock, at `now`. Only
  /// detectors that distrust their own monitor after a pause between looks take note (cassandra);
  /// whoever never calls this gets them without that guard. REQUIRES: as for observe().
  virtual void looked(LocalInstant now);

  /// Number of settings.
  [[nodiscard]] virtual std::size_t size() const = 0;

  /// Writes each setting's deadline: the first instant at which it suspects if nothing more is
  /// observed. A deadline not after the last observation means that the setting stays suspected.
  /// LocalInstant::never() before the first heartbeat of a family whose initial output is
  /// `unknown`, before_all() if it is `suspect`. REQUIRES: out.size() == size().
  virtual void deadlines(std::span<LocalInstant> out) const = 0;

  /// The deadline of setting `i` alone.
  [[nodiscard]] virtual LocalInstant deadline(std::size_t i) const = 0;

  /// On how many lines the settings' deadlines lie (line.hpp). By default on one each.
  [[nodiscard]] virtual std::size_t lines() const { return size(); }
  /// Whether any line ever has a slope.
  [[nodiscard]] virtual bool sloped() const { return false; }
  /// Where setting `i` lies. Never changes.
  [[nodiscard]] virtual Place place(std::size_t i) const { return {i, {}, 0}; }
  /// Where the lines lie now: deadline_on(out[place(i).line], place(i)) == deadline(i). REQUIRES:
  /// out.size() == lines().
  virtual void read_lines(std::span<Line> out) const;
  /// observe() for each beat in turn, and where the lines lie after each: out[l] has an entry per
  /// beat. One call for many beats; the default does it one by one. REQUIRES: no beat is earlier
  /// than what was observed before, or of another incarnation; out.size() == lines().
  virtual void observe_run(const Beats& beats, Incarnation incarnation,
                           std::span<const LineRun> out);

  /// The suspicion level of setting `i` at `now` (its own scale: phi, or seconds past the deadline
  /// for detectors without a level), non-decreasing between observations. The deadline decides; the
  /// level explains.
  [[nodiscard]] virtual double suspicion(std::size_t i, LocalInstant now) const = 0;

  /// Whether setting `i` has seen as many samples as it wants before its judgement counts (window
  /// full).
  [[nodiscard]] virtual bool warmed_up(std::size_t i) const = 0;

  /// A copy that behaves alike from here on.
  [[nodiscard]] virtual std::unique_ptr<Family> clone() const = 0;
};

}  // namespace flatline::detect
