#include "detect/election_timer.hpp"

#include <algorithm>

#include "detect/crossing.hpp"
#include "detect/lane_family.hpp"
#include "detect/parameter.hpp"

namespace flatline::detect {
namespace {

/// What is drawn where nobody gives draws: SplitMix64 of the address, the same for every monitor.
class FixedDraws final : public Draws {
 public:
  [[nodiscard]] std::uint64_t bits(std::string_view purpose, std::uint64_t index) const override {
    std::uint64_t z = index + 0x9e3779b97f4a7c15U * (purpose.size() + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
};

const Draws& draws_of(const Surroundings& surroundings) {
  static const FixedDraws kFixed;
  return surroundings.draws != nullptr ? *surroundings.draws : kFixed;
}

/// The draws of one incarnation, in order.
class Timeouts {
 public:
  explicit Timeouts(const Draws& draws) : draws_(&draws) {}

  void start(Incarnation incarnation) { first_ = std::uint64_t{incarnation.value} << 32; }
  /// Below `n`, for the k-th timeout of the incarnation.
  [[nodiscard]] std::int64_t below(std::int64_t n, std::uint64_t k) const {
    return static_cast<std::int64_t>(
        uniform_below(draws_->bits("election_timeout", first_ + k), static_cast<std::uint64_t>(n)));
  }
  /// A phase within the tick, the same for all incarnations.
  [[nodiscard]] Duration phase(Duration tick) const {
    return {static_cast<std::int64_t>(uniform_below(draws_->bits("election_tick_phase", 0),
                                                    static_cast<std::uint64_t>(tick.ns)))};
  }

 private:
  const Draws* draws_;
  std::uint64_t first_ = 0;
};

/// etcd: counts ticks, up to a number that is drawn anew only when it follows again.
class TickCounter {
 public:
  TickCounter(const SettingReader& setting, const Timeouts& timeouts)
      : tick_(setting.duration("heartbeat_interval")),
        ticks_(std::max<std::int64_t>(1, setting.duration("election_timeout").ns / tick_.ns)),
        phase_(timeouts.phase(tick_)) {}

  /// A heartbeat at `now`; `follows_anew` if it is the first or comes after a campaign.
  LocalInstant beat(LocalInstant now, bool follows_anew, const Timeouts& timeouts) {
    if (follows_anew) allowed_ = ticks_ + timeouts.below(ticks_, drawn_++);
    // A tick at the very instant of the heartbeat has been counted already.
    const std::int64_t passed = floor_div((now - phase_).ns, tick_.ns);
    const Wide at = Wide{passed + allowed_} * tick_.ns + phase_.ns;
    return at >= LocalInstant::never().ns ? LocalInstant::never()
                                          : LocalInstant{static_cast<std::int64_t>(at)};
  }
  void reset() { drawn_ = 0; }

 private:
  using Wide = __int128;

  Duration tick_;
  std::int64_t ticks_;  ///< The election timeout in ticks.
  Duration phase_;
  std::int64_t allowed_ = 0;  ///< Drawn from ticks_ to 2 ticks_ - 1.
  std::uint64_t drawn_ = 0;
};

/// hashicorp/raft: looks at random times whether the last contact is too old; no heartbeat moves
/// them.
class RandomPoll {
 public:
  explicit RandomPoll(const SettingReader& setting)
      : timeout_(setting.duration("election_timeout")) {}

  LocalInstant beat(LocalInstant now, bool follows_anew, const Timeouts& timeouts) {
    if (follows_anew) {
      next_ = now + wait(timeouts, drawn_++);
    } else {
      while (next_ <= now) next_ += wait(timeouts, drawn_++);
    }
    // Polls are at least a timeout apart, so the one after next is late enough.
    return next_ - now >= timeout_ ? next_ : next_ + wait(timeouts, drawn_);
  }
  void reset() { drawn_ = 0; }

 private:
  /// From the timeout up to, but below, twice that.
  [[nodiscard]] Duration wait(const Timeouts& timeouts, std::uint64_t k) const {
    return timeout_ + Duration{timeouts.below(timeout_.ns, k)};
  }

  Duration timeout_;
  LocalInstant next_{};  ///< The next poll.
  std::uint64_t drawn_ = 0;
};

template <typename Timer>
class ElectionLane {
 public:
  ElectionLane(Timer timer, const Timeouts& timeouts)
      : timer_(std::move(timer)), timeouts_(timeouts) {}

  void beat(LocalInstant now, const Observation& observation) {
    if (!following_) timeouts_.start(observation.incarnation);
    // A heartbeat at the very instant of the campaign is in time.
    deadline_ = timer_.beat(now, !following_ || now > deadline_, timeouts_);
    following_ = true;
  }
  void reset() {
    following_ = false;
    timer_.reset();
  }
  [[nodiscard]] LocalInstant deadline() const {
    return following_ ? deadline_ : LocalInstant::never();
  }
  [[nodiscard]] double level(LocalInstant now) const { return seconds_past(deadline(), now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  Timer timer_;
  Timeouts timeouts_;
  bool following_ = false;
  LocalInstant deadline_{};
};

std::unique_ptr<Family> make(const DetectorInfo& info, std::span<const Setting> settings,
                             const Surroundings& surroundings) {
  const Timeouts timeouts(draws_of(surroundings));
  if (SettingReader(info, settings.front()).choice("product") == "etcd") {
    return family_of_lanes(info, settings, [&](const SettingReader& setting) {
      return ElectionLane<TickCounter>(TickCounter(setting, timeouts), timeouts);
    });
  }
  return family_of_lanes(info, settings, [&](const SettingReader& setting) {
    return ElectionLane<RandomPoll>(RandomPoll(setting), timeouts);
  });
}

}  // namespace

Entry election_timer_entry() {
  // Bounds the ticks of a timeout and the polls of a silence.
  constexpr double kLeast = 1e-6;
  constexpr double kLongestTimeout = 86'400;
  Entry entry;
  entry.info.name = "election_timer";
  entry.info.has_level = false;
  entry.info.summary =
      "A follower's election timer: suspects the leader when the follower would campaign.";
  entry.info.notes =
      "etcd counts ticks up to a random number from E to 2E-1, drawn anew only when it follows "
      "again: a silence of 0.9 to 1.9 timeouts. hashicorp/raft looks at random times, one to two "
      "timeouts apart: a silence of one to three timeouts.";
  entry.info.source =
      "etcd-io/raft 3.6.0, raft.go (etcd: --heartbeat-interval, --election-timeout); "
      "hashicorp/raft 1.7.3, raft.go";
  entry.info.parameters = {
      Parameter::choice("product", {"etcd", "hashicorp"}, "Whose timer it is.")
          .by_default(std::string("etcd")),
      Parameter::duration("election_timeout",
                          "Election timeout; in etcd its whole ticks count (E), in hashicorp/raft "
                          "it is HeartbeatTimeout.")
          .from(kLeast)
          .to(kLongestTimeout)
          .by_default(seconds(1)),
      Parameter::duration("heartbeat_interval",
                          "A tick of etcd's clock, whose phase is random; hashicorp/raft has none.")
          .from(kLeast)
          .to(kLongestTimeout)
          .by_default(milliseconds(100))};
  entry.info.needs_draws = true;
  entry.outside_estimator = {"election_timeout", "heartbeat_interval"};
  entry.make = make;
  return entry;
}

}  // namespace flatline::detect
