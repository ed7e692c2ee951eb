// What one draw, and one heartbeat of a passive protocol, cost by the block with each instruction
// set of this machine. The sets take turns in one process; medians of CPU time are printed. All of
// them must give the same sums.
// Usage: bench_draws [beats in a block] [rounds]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "flatline/protocol/push.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/instruction_set.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/link.hpp"
#include "timing.hpp"

namespace {

using flatline::bench::cpu_seconds;
using flatline::bench::median;

using namespace flatline;

constexpr std::size_t kBeats = std::size_t{1} << 21;
constexpr std::int64_t kBytes = 130;  // of a heartbeat with its headers

random::Sampler compiled(const random::Distribution& law) {
  auto result = random::compile(law);
  if (!result.ok()) std::exit(1);
  return std::move(result).value();
}

random::Distribution lognormal() {
  random::Distribution law;
  law.family = random::Family::lognormal;
  law.value = milliseconds(20);
  law.shape = 0.6;
  law.plus = milliseconds(5);
  return law;
}

random::Distribution uniform() {
  random::Distribution law;
  law.family = random::Family::uniform;
  law.second = milliseconds(200);
  return law;
}

random::Distribution mixture() {
  random::Distribution law;
  law.family = random::Family::mixture;
  law.mixture = {{0.9, lognormal()}, {0.1, uniform()}};
  return law;
}

/// Buffers of one block, and what all blocks of a job summed up to.
struct Bench {
  explicit Bench(std::size_t block)
      : bits(block), ns(block), due(block), sent(block), there(block) {}

  std::vector<std::uint64_t> bits;
  std::vector<std::int64_t> ns;
  std::vector<LocalInstant> due;
  std::vector<SimInstant> sent, there;
  std::uint64_t sum = 0;
};

struct Job {
  std::string name;
  std::function<void(Bench&)> run;  ///< kBeats, block by block.
};

/// `make` gives a fresh block: what it keeps from call to call starts anew each time.
template <typename Make>
Job job(std::string name, Make make) {
  return {std::move(name), [make](Bench& bench) {
            auto fresh = make();
            for (std::size_t i = 0; i < kBeats; i += bench.bits.size()) fresh(bench, i);
          }};
}

protocol::BeatSchedule schedule(protocol::JitterOf jitter) {
  protocol::PushSettings settings;
  settings.interval = seconds(1);
  settings.jitter_of = jitter;
  settings.jitter_ratio = 0.1;
  return {settings, {0}, true, 0};
}

world::LinkLaw law(double loss, world::Order order = world::Order::any) {
  world::LinkLaw law;
  law.delay = compiled(lognormal());
  law.loss = loss;
  law.order = order;
  return law;
}

world::LinkLaw bursty() {
  world::LinkLaw out = law(0);
  const auto sojourn = [](Duration mean) {
    random::Distribution exponential;
    exponential.family = random::Family::exponential;
    exponential.value = mean;
    return compiled(exponential);
  };
  world::BurstLaw& bursts = out.bursts.emplace();
  bursts.law.good_mean = minutes(10);
  bursts.law.bad_mean = seconds(20);
  bursts.law.loss_good = 0.001;
  bursts.law.loss_bad = 0.5;
  bursts.good = sojourn(bursts.law.good_mean);
  bursts.bad = sojourn(bursts.law.bad_mean);
  return out;
}

world::Link link(const world::LinkLaw& law) {
  return {law, random::StreamFactory(1, 0), "link/a/0/b/0", world::Conditions{}, {0}};
}

void take_in(Bench& bench) {
  bench.sum += static_cast<std::uint64_t>(bench.there.back().ns) ^ bench.bits.back();
}

Job sample_job(const std::string& name, const random::Sampler& sampler) {
  return job("a sample: " + name, [sampler] {
    return [sampler](Bench& bench, std::size_t) {
      sampler.fill(bench.bits, bench.ns);
      bench.sum += static_cast<std::uint64_t>(bench.ns.back());
    };
  });
}

Job due_job(const std::string& name, protocol::JitterOf jitter) {
  return job("due: " + name, [jitter] {
    return [beats = schedule(jitter)](Bench& bench, std::size_t) mutable {
      beats.advance_run(bench.bits, LocalInstant::never(), bench.due);
      bench.sum += static_cast<std::uint64_t>(bench.due.back().ns);
    };
  });
}

Job passage_job(const std::string& name, const world::LinkLaw& of) {
  return job("passage: " + name, [of] {
    return [alive = link(of)](Bench& bench, std::size_t i) mutable {
      for (std::size_t k = 0; k < bench.sent.size(); ++k) {
        bench.sent[k].ns = static_cast<std::int64_t>(i + k) * 1'000'000'000;
      }
      alive.transmit_run(bench.sent, i, kBytes, bench.there);
      take_in(bench);
    };
  });
}

Job beat_job(const std::string& name, const world::LinkLaw& of) {
  const random::Stream jitter = random::StreamFactory(1, 0).stream("jitter");
  return job("a heartbeat: " + name, [jitter, of] {
    return [jitter, beats = schedule(protocol::JitterOf::interval), alive = link(of)](
               Bench& bench, std::size_t i) mutable {
      jitter.fill(i + 1, bench.bits);
      beats.advance_run(bench.bits, LocalInstant::never(), bench.due);
      for (std::size_t k = 0; k < bench.due.size(); ++k) {
        bench.sent[k].ns = bench.due[k].ns;
      }
      alive.transmit_run(bench.sent, i, kBytes, bench.there);
      take_in(bench);
    };
  });
}

std::vector<Job> jobs() {
  const random::Stream stream = random::StreamFactory(1, 0).stream("draws");
  const random::Sampler sampler = compiled(lognormal());
  std::vector<Job> out;
  out.push_back(job("a draw", [stream] {
    return [stream](Bench& bench, std::size_t i) {
      stream.fill(i, bench.bits);
      bench.sum += bench.bits.back();
    };
  }));
  out.push_back(sample_job("lognormal", sampler));
  out.push_back(sample_job("uniform", compiled(uniform())));
  out.push_back(sample_job("mixture of both", compiled(mixture())));
  out.push_back(job("a draw and its sample: lognormal", [stream, sampler] {
    return [stream, sampler](Bench& bench, std::size_t i) {
      sampler.fill(stream, i, bench.ns);
      bench.sum += static_cast<std::uint64_t>(bench.ns.back());
    };
  }));
  out.push_back(due_job("jitter none", protocol::JitterOf::none));
  out.push_back(due_job("jitter of the grid", protocol::JitterOf::grid));
  out.push_back(due_job("jitter of the interval", protocol::JitterOf::interval));
  out.push_back(passage_job("no loss", law(0)));
  out.push_back(passage_job("loss 1 %", law(0.01)));
  out.push_back(passage_job("loss 1 %, fifo", law(0.01, world::Order::fifo)));
  out.push_back(passage_job("bursts of loss", bursty()));
  out.push_back(beat_job("jitter, loss 1 %", law(0.01)));
  out.push_back(beat_job("jitter, bursts of loss", bursty()));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const long block = argc > 1 ? std::atol(argv[1]) : 512;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 11;
  if (block < 1 || block > 65536 || rounds < 1) {
    std::fprintf(stderr, "usage: bench_draws [beats in a block, 1 to 65536] [rounds]\n");
    return 2;
  }
  const auto sets = random::available_instruction_sets();
  std::printf("ns each, blocks of %ld, %d rounds in turns, medians of CPU time\n%-36s", block,
              rounds, "");
  for (const auto set : sets) std::printf(" %10s", std::string(random::name_of(set)).c_str());
  std::printf("\n");
  for (const Job& each : jobs()) {
    std::vector<std::vector<double>> ns(sets.size());
    std::vector<std::uint64_t> sums(sets.size());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t s = 0; s < sets.size(); ++s) {
        random::use_instruction_set(sets[s]);
        Bench bench(static_cast<std::size_t>(block));
        random::Stream(1, 2).fill(0, bench.bits);
        const double begin = cpu_seconds();
        each.run(bench);
        ns[s].push_back((cpu_seconds() - begin) * 1e9 / static_cast<double>(kBeats));
        sums[s] = bench.sum;
      }
    }
    std::printf("%-36s", each.name.c_str());
    for (std::size_t s = 0; s < sets.size(); ++s) {
      if (sums[s] != sums[0]) {
        std::fprintf(stderr, "\nthe instruction sets disagree\n");
        return 1;
      }
      std::printf(" %10.2f", median(ns[s]));
    }
    std::printf("\n");
  }
  return 0;
}
