#pragma once
// Carries a plan out: worlds, replications and blocks of senders over threads, each world kept on
// disk as it is done, so that neither threads nor an interruption change a byte of the tables.

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>

#include "flatline/base/result.hpp"
#include "flatline/qos/tally.hpp"
#include "flatline/results/store.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// How far it has got; judgements are the unit of work.
struct Progress {
  std::size_t worlds_done = 0;
  std::size_t worlds = 0;
  double done = 0;        ///< Share of the judgements, 0 to 1.
  double heartbeats = 0;  ///< Simulated now, not in a run before.
  bool resumed = false;   ///< Some worlds were found finished.
};

/// Which engine simulates. Both give the same rows to the last bit.
enum class Engine : std::uint8_t { event, stream };

/// The engine that suits a plan: stream where the protocol is passive, as push heartbeats are, and
/// nothing couples the pairs.
Engine suitable_engine(const Plan& plan);

struct ExecuteOptions {
  Engine engine = Engine::event;
  unsigned jobs = 1;
  const std::atomic<bool>* stop = nullptr;  ///< Set to interrupt: what is done is kept.
  std::function<void(const Progress&)>
      on_progress;  ///< Called from worker threads, one at a time; may be empty.
};

enum class Outcome : std::uint8_t { finished, interrupted };

struct Executed {
  Outcome outcome = Outcome::finished;
  std::size_t worlds_done = 0;  ///< Kept in the folder, those found there included.
};

/// Runs what `folder` does not hold yet and keeps each world there as it is done; stored_files then
/// puts the tables together. Memory holds the worlds in work, at most one per thread, and a few
/// bytes for each of the others.
Result<Executed> execute(const Plan& plan, const results::ResultsFolder& folder,
                         const ExecuteOptions& options);

/// Takes what world `world` of plan number `plan` added up to.
using UseTally = std::function<void(std::size_t plan, const World& world, const qos::Tally& tally)>;

/// Runs several plans over the same threads and keeps nothing on disk: each world goes to `use` as
/// it is done, from worker threads, one at a time, in any order.
Executed execute_in_memory(std::span<const Plan> plans, const UseTally& use,
                           const ExecuteOptions& options);

}  // namespace flatline::sweep
