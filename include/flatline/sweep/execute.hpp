#pragma once
// Carries a plan out: worlds, replications and blocks of senders over threads, parts kept as they
// are done, and the tables put together in plan order, the same bytes for any number of threads and
// any interruption.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "flatline/base/result.hpp"
#include "flatline/results/store.hpp"
#include "flatline/results/table.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// How far it has got; judgements are the unit of work.
struct Progress {
  std::size_t worlds_done = 0;
  std::size_t worlds = 0;
  double done = 0;       ///< Share of the judgements, 0 to 1.
  bool resumed = false;  ///< Some worlds were found finished.
};

/// Which engine simulates. Both give the same rows to the last bit.
enum class Engine : std::uint8_t { event, stream };

/// The engine that suits a plan: stream where the protocol is passive, as push heartbeats are.
Engine suitable_engine(const Plan& plan);

struct ExecuteOptions {
  Engine engine = Engine::event;
  unsigned jobs = 1;
  const std::atomic<bool>* stop = nullptr;  ///< Set to interrupt: what is done is kept.
  std::function<void(const Progress&)>
      on_progress;  ///< Called from worker threads, one at a time; may be empty.
};

/// The tables of a finished plan, as they are stored.
struct Tables {
  results::Table cells;
  std::string detection_csv;
  std::string timeline_csv;
};

enum class Outcome : std::uint8_t { finished, interrupted };

struct Executed {
  Outcome outcome = Outcome::finished;
  Tables tables;  ///< Only if finished.
};

/// Runs what `folder` does not hold yet; `folder` may be null: nothing is stored.
Result<Executed> execute(const Plan& plan, const results::ResultsFolder* folder,
                         const ExecuteOptions& options);

}  // namespace flatline::sweep
