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
  const std::size_t size = std::clamp<std::size_t>(
      (senders + kBlocksPerReplication - 1) / kBlocksPerReplication, 1, kLargestBlock);
  std::vector<sim::Block> blocks;
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    for (std::size_t first = 0; first < senders; first += size) {
      blocks.push_back({r, first, std::min(senders, first + size)});
    }
  }
  return blocks;
}

// One world while its blocks are being run.
struct Running {
  std::size_t number = 0;
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

class Executor {
 public:
  Executor(const Plan& plan, const results::ResultsFolder& folder, const ExecuteOptions& options)
      : plan_(plan), folder_(folder), options_(options), found_(plan.worlds.size()) {
    progress_.worlds = plan.worlds.size();
    total_ = planned_judgements(plan);
  }

  Result<Executed> run() {
    take_finished_parts();
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

  void take_finished_parts() {
    for (std::size_t w = 0; w < found_.size() && !stopped(); ++w) {
      if (!has_part(folder_, w)) continue;
      found_[w] = true;
      ++progress_.worlds_done;
      progress_.resumed = true;
      done_ += planned_judgements(plan_.worlds[w]);
    }
    report_progress();
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
      while (next_world_ < found_.size() && found_[next_world_]) ++next_world_;
      if (next_world_ == found_.size()) return false;
      current_ = start(next_world_++);
    }
    job = {current_, current_->blocks[current_->next++]};
    // Whoever finishes its last block is the last to hold it.
    if (current_->next == current_->blocks.size()) current_.reset();
    return true;
  }

  [[nodiscard]] std::shared_ptr<Running> start(std::size_t w) const {
    auto running = std::make_shared<Running>();
    running->number = w;
    running->world = plan_.world(w);
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
    const WorldOutline& outline = plan_.worlds[running.number];
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
    const auto stored = store_part(folder_, plan_, running.world, running.number, running.tally);
    if (stored.ok()) return true;
    const std::lock_guard lock(mutex_);
    problems_.insert(problems_.end(), stored.problems().begin(), stored.problems().end());
    return false;
  }

  void report_progress() {
    progress_.done = total_ > 0 ? std::min(1.0, done_ / total_) : 1;
    if (options_.on_progress) options_.on_progress(progress_);
  }

  const Plan& plan_;
  const results::ResultsFolder& folder_;
  const ExecuteOptions& options_;
  std::vector<bool> found_;  // by world: was there before

  std::mutex mutex_;
  std::shared_ptr<Running> current_;  // has blocks to hand out
  std::size_t next_world_ = 0;
  double done_ = 0, total_ = 0;
  Progress progress_;
  Problems problems_;
  std::exception_ptr error_;
};

}  // namespace

Engine suitable_engine(const Plan&) {
  return Engine::stream;
}

Result<Executed> execute(const Plan& plan, const results::ResultsFolder& folder,
                         const ExecuteOptions& options) {
  return Executor(plan, folder, options).run();
}

}  // namespace flatline::sweep
