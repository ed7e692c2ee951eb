// etcd's own raft library: who campaigns when, with draws that are known.

#include <cmath>
#include <map>

#include "vectors.hpp"

using namespace flatline;
using namespace flatline::detect;
using golden::Json;

namespace {

constexpr Duration kTick = milliseconds(100);
constexpr double kCut = 30.5;  ///< In every run the leader falls silent here, in ticks.

LocalInstant at_ticks(double ticks) {
  return LocalInstant{std::llround(ticks * static_cast<double>(kTick.ns))};
}

/// 64 bits of which uniform_below(bits, n) makes `value`.
std::uint64_t bits_for(std::uint64_t value, std::uint64_t n) {
  const auto scaled = static_cast<unsigned __int128>(value) << 64;
  return static_cast<std::uint64_t>((scaled + n - 1) / n);
}

/// The draws that the vectors replaced etcd's by: the k-th of a node is (a id + b k) mod E.
class KnownDraws final : public Draws {
 public:
  KnownDraws(const Json& run, std::uint64_t node, std::uint64_t first)
      : a_(run.at("draw").at("a")),
        b_(run.at("draw").at("b")),
        election_tick_(run.at("election_tick")),
        node_(node),
        first_(first),
        phase_(run.at("tick_phase_tenths").at(node - 1)) {}

  [[nodiscard]] std::uint64_t bits(std::string_view purpose, std::uint64_t index) const override {
    if (purpose == "election_timeout") {
      return bits_for((a_ * node_ + b_ * (first_ + index)) % election_tick_, election_tick_);
    }
    const auto tick = static_cast<std::uint64_t>(kTick.ns);
    return bits_for(phase_ * tick / 10, tick);
  }

 private:
  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t election_tick_;
  std::uint64_t node_;
  std::uint64_t first_;
  std::uint64_t phase_;
};

bool is(const Json& entry, const char* state) {
  const auto found = entry.find("state");
  return found != entry.end() && found->get<std::string>().rfind(state, 0) == 0;
}

/// The last entry of each node before the cut.
std::map<std::uint64_t, Json> before_cut(const Json& run) {
  std::map<std::uint64_t, Json> nodes;
  for (const Json& entry : run.at("log")) {
    if (entry.at("t_ticks").get<double>() < kCut && entry.contains("state")) {
      nodes[entry.at("node")] = entry;
    }
  }
  return nodes;
}

struct Follower {
  std::unique_ptr<KnownDraws> draws;
  std::unique_ptr<Family> timer;
};

/// A follower that has heard each of its leader's ticks until the cut.
Follower follow(const Json& run, const Json& self, const Json& leader) {
  Follower follower;
  follower.draws = std::make_unique<KnownDraws>(run, self.at("node"),
                                                self.at("draws_so_far").get<std::uint64_t>() - 1);
  const DetectorInfo& info = *find_detector("election_timer");
  const std::vector<Setting> settings{kit::setting_of(
      info, {{"election_timeout", kTick * run.at("election_tick").get<std::int64_t>()},
             {"heartbeat_interval", kTick}})};
  follower.timer = make_family(info, settings, Surroundings{kTick, follower.draws.get()});
  const double phase =
      run.at("tick_phase_tenths").at(leader.at("node").get<std::size_t>() - 1).get<double>() / 10;
  double tick = std::floor(leader.at("t_ticks").get<double>()) + 1 + phase;
  for (; tick < kCut; tick += 1) golden::beat_at(*follower.timer, at_ticks(tick));
  return follower;
}

/// The first campaign after the cut, as the log tells it.
Json first_campaign(const Json& run) {
  for (const Json& entry : run.at("log")) {
    if (entry.at("t_ticks").get<double>() <= kCut) continue;
    for (const char* state : {"StateLeader", "StateCandidate", "StatePreCandidate"}) {
      if (is(entry, state)) return entry;
    }
  }
  FAIL("every run has a campaign");
  return {};
}

}  // namespace

TEST_CASE("election_timer campaigns when etcd's raft 3.6.0 does, and the same node first") {
  int campaigns = 0;
  int returns = 0;
  const Json vectors = golden::load("etcd-raft.json.gz");
  for (const Json& run : vectors.at("runs")) {
    const std::string scenario = run.at("scenario");
    CAPTURE(scenario, run.at("draw").dump(), run.at("tick_phase_tenths").dump());
    const auto nodes = before_cut(run);
    Json leader;
    for (const auto& [id, entry] : nodes) {
      if (is(entry, "StateLeader")) leader = entry;
    }
    REQUIRE(leader.is_object());
    const Json campaign = first_campaign(run);
    const bool one_only = scenario.rfind("follower", 0) == 0;
    LocalInstant first = LocalInstant::never();
    std::uint64_t who = 0;
    for (const auto& [id, entry] : nodes) {
      if (id == leader.at("node") || (one_only && id != campaign.at("node"))) continue;
      const Follower follower = follow(run, entry, leader);
      const LocalInstant deadline = follower.timer->deadline(0);
      if (deadline < first) who = id;
      first = std::min(first, deadline);
      // Back among the others without having won: the timeout that the log then shows.
      const Json& last = run.at("log").back();
      if (!one_only || !is(campaign, "StatePreCandidate")) continue;
      REQUIRE(last.at("node") == id);
      const LocalInstant back = at_ticks(last.at("t_ticks"));
      golden::beat_at(*follower.timer, back);
      const Duration silence = follower.timer->deadline(0) - back;
      CHECK((silence.ns + kTick.ns - 1) / kTick.ns ==
            last.at("randomized_timeout").get<std::int64_t>());
      ++returns;
    }
    CHECK(first == at_ticks(campaign.at("t_ticks")));
    CHECK(who == campaign.at("node").get<std::uint64_t>());
    ++campaigns;
  }
  CHECK(campaigns == 24);
  CHECK(returns == 4);
}
