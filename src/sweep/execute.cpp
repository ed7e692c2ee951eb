#include "flatline/sweep/execute.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "flatline/qos/measures.hpp"
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
  std::unique_ptr<sim::PreparedWorld> prepared;
  std::vector<sim::JudgedSetting> settings;
  std::vector<sim::Block> blocks;
  qos::Tally tally;
  std::size_t next = 0;  // first block not handed out
  std::size_t finished = 0;
};

struct Job {
  std::size_t world = 0;
  std::shared_ptr<Running> running;
  sim::Block block;
};

class Executor {
 public:
  Executor(const Plan& plan, const results::ResultsFolder* folder, const ExecuteOptions& options)
      : plan_(plan), folder_(folder), options_(options), parts_(plan.worlds.size()) {
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
    Executed executed;
    if (stopped()) {
      executed.outcome = Outcome::interrupted;
      return executed;
    }
    executed.tables = assemble(plan_, parts_);
    return executed;
  }

 private:
  [[nodiscard]] bool stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  void take_finished_parts() {
    if (folder_ == nullptr) return;
    for (std::size_t w = 0; w < parts_.size(); ++w) {
      if (auto part = read_part(*folder_, w)) {
        parts_[w] = std::move(*part);
        ++progress_.worlds_done;
        progress_.resumed = true;
        done_ += planned_judgements(plan_.worlds[w]);
      }
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
    if (stopped() || error_ || !problems_.empty()) return false;
    if (current_ && current_->next < current_->blocks.size()) {
      job = {current_world_, current_, current_->blocks[current_->next++]};
      return true;
    }
    while (next_world_ < plan_.worlds.size() && !parts_[next_world_].cells.empty()) ++next_world_;
    if (next_world_ == plan_.worlds.size()) return false;
    current_world_ = next_world_++;
    current_ = start(plan_.worlds[current_world_]);
    job = {current_world_, current_, current_->blocks[current_->next++]};
    return true;
  }

  static std::shared_ptr<Running> start(const World& world) {
    auto running = std::make_shared<Running>();
    running->prepared = std::make_unique<sim::PreparedWorld>(world.scenario, world.warm_up);
    for (const Cell& cell : world.cells) running->settings.push_back(cell.judged);
    running->blocks = blocks_of(world.scenario);
    running->tally =
        qos::Tally(sim::rows_of(running->settings).size(), running->prepared->batches().size(),
                   world.scenario.world.cluster.size());
    return running;
  }

  void run_job(const Job& job) {
    const auto run = options_.engine == Engine::stream ? sim::run_stream : sim::run_events;
    const qos::Tally tally =
        run(*job.running->prepared, job.running->settings, job.block, options_.stop);
    if (stopped()) return;  // the block may be incomplete
    bool world_done = false;
    {
      const std::lock_guard lock(mutex_);
      job.running->tally.merge(tally);
      world_done = ++job.running->finished == job.running->blocks.size();
      done_ += planned_judgements(plan_.worlds[job.world]) /
               static_cast<double>(job.running->blocks.size());
    }
    if (world_done) finish_world(job.world, *job.running);
    const std::lock_guard lock(mutex_);
    if (world_done) ++progress_.worlds_done;
    report_progress();
  }

  void finish_world(std::size_t w, const Running& running) {
    Part part = make_part(plan_, plan_.worlds[w], running.tally);
    if (folder_ != nullptr) {
      if (auto stored = store_part(*folder_, w, part); !stored.ok()) {
        const std::lock_guard lock(mutex_);
        problems_.insert(problems_.end(), stored.problems().begin(), stored.problems().end());
      }
    }
    const std::lock_guard lock(mutex_);
    parts_[w] = std::move(part);
  }

  void report_progress() {
    progress_.done = total_ > 0 ? std::min(1.0, done_ / total_) : 1;
    if (options_.on_progress) options_.on_progress(progress_);
  }

  const Plan& plan_;
  const results::ResultsFolder* folder_;
  const ExecuteOptions& options_;
  std::vector<Part> parts_;  // by world; no cells: not done yet

  std::mutex mutex_;
  std::shared_ptr<Running> current_;
  std::size_t current_world_ = 0;
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

Result<Executed> execute(const Plan& plan, const results::ResultsFolder* folder,
                         const ExecuteOptions& options) {
  return Executor(plan, folder, options).run();
}

}  // namespace flatline::sweep
