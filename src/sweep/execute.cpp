#include "flatline/sweep/execute.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "sweep/tables.hpp"

namespace flatline::sweep {
namespace {

// Senders per block: many enough for the threads, few enough to stay in cache. It decides no
// result.
constexpr std::size_t kBlocksPerReplication = 8;
constexpr std::size_t kLargestBlock = 128;

std::vector<sim::Block> blocks_of(const scenario::Scenario& scenario) {
  const std::size_t senders = scenario.push.from.size();
  const std::size_t size =
      sim::needs_events(scenario)
          ? senders
          : std::clamp<std::size_t>((senders + kBlocksPerReplication - 1) / kBlocksPerReplication,
                                    1, kLargestBlock);
  std::vector<sim::Block> blocks;
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    for (std::size_t first = 0; first < senders; first += size) {
      blocks.push_back({r, first, std::min(senders, first + size)});
    }
  }
  return blocks;
}

// A world to be run: the plan's place among the plans, the world's in its plan.
struct Item {
  std::size_t plan = 0;
  std::size_t world = 0;
};

// One world while its blocks are being run.
struct Running {
  Item item;
  World world;
  std::unique_ptr<sim::PreparedWorld> prepared;
  std::vector<sim::JudgedSetting> settings;
  std::vector<sim::Block> blocks;
  qos::Tally tally;
  std::size_t next = 0;  // first block not handed out
  std::size_t finished = 0;
};

struct Job {
  std::shared_ptr<Running> running;
  sim::Block block;
};

// Keeps what a finished world added up to. Called from several threads.
using Keep = std::function<Result<std::monostate>(const Item&, const World&, const qos::Tally&)>;

class Executor {
 public:
  Executor(std::span<const Plan> plans, Keep keep, const ExecuteOptions& options)
      : plans_(plans), keep_(std::move(keep)), options_(options) {
    for (const Plan& plan : plans) {
      progress_.worlds += plan.worlds.size();
      total_ += planned_judgements(plan);
    }
  }

  // REQUIRES: one plan.
  void take_finished_parts(const results::ResultsFolder& folder) {
    found_.resize(progress_.worlds);
    for (std::size_t w = 0; w < found_.size() && !stopped(); ++w) {
      if (!has_part(folder, w)) continue;
      found_[w] = true;
      ++progress_.worlds_done;
      progress_.resumed = true;
      done_ += planned_judgements(plans_.front().worlds[w]);
    }
  }

  Result<Executed> run() {
    report_progress();
    std::vector<std::thread> threads;
    const unsigned jobs = std::max(1u, options_.jobs);
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    if (!problems_.empty()) return problems_;
    const bool finished = progress_.worlds_done == progress_.worlds;
    return Executed{finished ? Outcome::finished : Outcome::interrupted, progress_.worlds_done};
  }

 private:
  [[nodiscard]] bool stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  void work() {
    try {
      Job job;
      while (next_job(job)) run_job(job);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  bool next_job(Job& job) {
    const std::lock_guard lock(mutex_);
    job = {};
    if (stopped() || error_ || !problems_.empty()) return false;
    if (!current_) {
      if (!find_next()) return false;
      current_ = start(next_);
      ++next_.world;
    }
    job = {current_, current_->blocks[current_->next++]};
    // Whoever finishes its last block is the last to hold it.
    if (current_->next == current_->blocks.size()) current_.reset();
    return true;
  }

  // Moves on to the first world that is neither begun nor found.
  bool find_next() {
    for (;; ++next_.world) {
      while (next_.plan < plans_.size() && next_.world == plans_[next_.plan].worlds.size()) {
        next_ = {next_.plan + 1, 0};
      }
      if (next_.plan == plans_.size()) return false;
      if (next_.world >= found_.size() || !found_[next_.world]) return true;
    }
  }

  [[nodiscard]] std::shared_ptr<Running> start(const Item& item) const {
    auto running = std::make_shared<Running>();
    running->item = item;
    running->world = plans_[item.plan].world(item.world);
    const World& world = running->world;
    running->prepared = std::make_unique<sim::PreparedWorld>(world.scenario, world.warm_up);
    for (const Cell& cell : world.cells) running->settings.push_back(cell.judged);
    running->blocks = blocks_of(world.scenario);
    return running;
  }

  void run_job(const Job& job) {
    Running& running = *job.running;
    const auto run = options_.engine == Engine::stream ? sim::run_stream : sim::run_events;
    qos::Tally tally = run(*running.prepared, running.settings, job.block, options_.stop);
    if (stopped()) return;  // the block may be incomplete
    const WorldOutline& outline = plans_[running.item.plan].worlds[running.item.world];
    const auto blocks = static_cast<double>(running.blocks.size());
    bool world_done = false;
    {
      const std::lock_guard lock(mutex_);
      if (running.finished == 0) {
        running.tally = std::move(tally);
      } else {
        running.tally.merge(tally);
      }
      world_done = ++running.finished == running.blocks.size();
      done_ += planned_judgements(outline) / blocks;
      progress_.heartbeats += outline.heartbeats / blocks;
    }
    tally = {};
    const bool kept = world_done && keep(running);
    const std::lock_guard lock(mutex_);
    if (kept) ++progress_.worlds_done;
    report_progress();
  }

  bool keep(const Running& running) {
    const auto stored = keep_(running.item, running.world, running.tally);
    if (stored.ok()) return true;
    const std::lock_guard lock(mutex_);
    problems_.insert(problems_.end(), stored.problems().begin(), stored.problems().end());
    return false;
  }

  void report_progress() {
    progress_.done = total_ > 0 ? std::min(1.0, done_ / total_) : 1;
    if (options_.on_progress) options_.on_progress(progress_);
  }

  std::span<const Plan> plans_;
  Keep keep_;
  const ExecuteOptions& options_;
  std::vector<bool> found_;  // by world of the one plan: was there before; else empty

  std::mutex mutex_;
  std::shared_ptr<Running> current_;  // has blocks to hand out
  Item next_;                         // first not begun
  double done_ = 0, total_ = 0;
  Progress progress_;
  Problems problems_;
  std::exception_ptr error_;
};

}  // namespace

Engine suitable_engine(const Plan& plan) {
  const auto coupled = [](const WorldOutline& world) { return world.coupled; };
  return std::any_of(plan.worlds.begin(), plan.worlds.end(), coupled) ? Engine::event
                                                                      : Engine::stream;
}

Result<Executed> execute(const Plan& plan, const results::ResultsFolder& folder,
                         const ExecuteOptions& options) {
  Executor executor(
      std::span(&plan, 1),
      [&](const Item& item, const World& world, const qos::Tally& tally) {
        return store_part(folder, plan, world, item.world, tally);
      },
      options);
  executor.take_finished_parts(folder);
  return executor.run();
}

Executed execute_in_memory(std::span<const Plan> plans, const UseTally& use,
                           const ExecuteOptions& options) {
  std::mutex one_at_a_time;
  Executor executor(
      plans,
      [&](const Item& item, const World& world, const qos::Tally& tally) {
        const std::lock_guard lock(one_at_a_time);
        use(item.plan, world, tally);
        return Result<std::monostate>(std::monostate{});
      },
      options);
  return executor.run().value();  // nothing is written, so nothing can go wrong
}

}  // namespace flatline::sweep
