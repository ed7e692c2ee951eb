// What a heartbeat costs each detector: one setting and 64 of them, one heartbeat at a time (as
// when every one is judged when it comes) and in runs of 256. Arrivals 1 s apart, +-10 %, windows
// full. Usage: bench_detectors [heartbeats]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "flatline/base/text.hpp"
#include "flatline/detect/registry.hpp"
#include "flatline/random/stream.hpp"
#include "timing.hpp"

namespace {

using flatline::bench::cpu_seconds;

using namespace flatline;

constexpr std::size_t kRun = 256;
constexpr int kRounds = 3;

// The parameter that the 64 settings differ in, and by how much, in seconds or as a number.
struct Varied {
  const char* detector;
  const char* parameter;
  double from, step;
};

constexpr Varied kVaried[] = {
    {"fixed_timeout", "timeout", 1.5, .05},
    {"missed_beats", "misses", 2, 1},
    {"nfd_s", "shift", .5, .05},
    {"nfd_u", "safety_margin", .5, .05},
    {"nfd_e", "safety_margin", .5, .05},
    {"bertier", "variation_weight", 2, .1},
    {"two_window", "safety_margin", .5, .05},
    {"sfd", "safety_margin", .5, .05},
    {"phi_normal", "threshold", 1, .25},
    {"phi_exponential", "threshold", 1, .25},
    {"phi_logistic", "threshold", 1, .25},
    {"ed", "threshold", .8, .003},
    {"satzger_histogram", "threshold", .8, .003},
    {"kappa", "threshold", 1.5, .1},
    {"akka", "threshold", 1, .25},
    {"akka_deadline", "acceptable_heartbeat_pause", 1, .05},
    {"cassandra", "phi_convict_threshold", 5, .25},
    {"hazelcast", "max_no_heartbeat", 5, .05},
    {"chitchat", "phi_threshold", 2, .25},
    {"session", "timeout", 4, .05},
    {"election_timer", "election_timeout", 2, .05},
    {"health_check", "timeout", .2, .01},
};

std::vector<detect::Setting> settings_of(const detect::DetectorInfo& info, const Varied& varied,
                                         int count) {
  std::vector<detect::Setting> settings;
  for (int i = 0; i < count; ++i) {
    const double value = varied.from + varied.step * i;
    detect::Setting setting;
    for (const detect::ParameterInfo& known : info.parameters) {
      std::optional<detect::Value> chosen = known.default_value;
      const auto duration = Duration{static_cast<std::int64_t>(value * 1e9)};
      if (known.name == varied.parameter) {
        const bool is_time = known.type == detect::ParameterType::duration;
        chosen =
            detect::parse_value(known, is_time ? format_duration(duration) : format_number(value))
                .value();
      } else if (!chosen && !known.optional && known.type == detect::ParameterType::duration) {
        chosen = milliseconds(200);
      } else if (!chosen && !known.optional) {
        chosen = std::max(known.min, .01);  // what is wanted of sfd
      }
      setting.push_back(chosen);
    }
    settings.push_back(setting);
  }
  return settings;
}

struct Arrivals {
  std::vector<LocalInstant> at, sent_at;
  std::vector<SeqNo> seq;
};

Arrivals arrivals(std::size_t n) {
  const random::Stream draws(7, 11);
  Arrivals out;
  for (std::size_t i = 0; i < n; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    out.sent_at.push_back({number * 1'000'000'000});
    out.at.push_back(out.sent_at.back() + Duration{static_cast<std::int64_t>(
                                              uniform_below(draws.bits(i), 200'000'000))});
    out.seq.push_back({number});
  }
  return out;
}

// ns per heartbeat, one at a time or in runs; the first half fills the windows.
double time_of(detect::Family& family, const Arrivals& beats, bool runs) {
  std::vector<LocalInstant> deadlines(family.size());
  std::vector<std::vector<LocalInstant>> base(family.lines(), std::vector<LocalInstant>(kRun));
  std::vector<std::vector<detect::Slope>> slope(family.lines(), std::vector<detect::Slope>(kRun));
  std::vector<detect::LineRun> lines;
  for (std::size_t l = 0; l < family.lines(); ++l)
    lines.push_back({base[l].data(), family.sloped() ? slope[l].data() : nullptr});
  const std::size_t half = beats.at.size() / 2 / kRun * kRun;
  double begin = 0;
  for (std::size_t i = 0; i < 2 * half; i += kRun) {
    if (i == half) begin = cpu_seconds();
    if (runs) {
      family.observe_run(
          {std::span(beats.at).subspan(i, kRun), std::span(beats.seq).subspan(i, kRun),
           std::span(beats.sent_at).subspan(i, kRun)},
          {}, lines);
      continue;
    }
    for (std::size_t k = i; k < i + kRun; ++k) {
      family.observe(
          beats.at[k],
          {detect::ObservationKind::heartbeat, {}, beats.seq[k], beats.sent_at[k], true});
      family.deadlines(deadlines);
    }
  }
  return (cpu_seconds() - begin) * 1e9 / static_cast<double>(half);
}

double best_of(const detect::DetectorInfo& info, const std::vector<detect::Setting>& settings,
               const Arrivals& beats, bool runs) {
  double best = 1e30;
  for (int round = 0; round < kRounds; ++round) {
    double sum = 0;
    // Settings that cannot share an estimator have a family each.
    std::vector<std::vector<detect::Setting>> groups;
    for (const detect::Setting& setting : settings) {
      auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) {
        return detect::share_family(info, g.front(), setting);
      });
      if (group == groups.end()) {
        groups.push_back({setting});
      } else {
        group->push_back(setting);
      }
    }
    for (const auto& group : groups)
      sum += time_of(*detect::make_family(info, group, {seconds(1), nullptr}), beats, runs);
    best = std::min(best, sum);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const long beats = argc > 1 ? std::atol(argv[1]) : 10'000;
  if (beats < 4 * static_cast<long>(kRun)) {
    std::fprintf(stderr, "usage: bench_detectors [heartbeats, at least 1024]\n");
    return 2;
  }
  const Arrivals all = arrivals(static_cast<std::size_t>(beats));
  std::printf("ns per heartbeat, best of %d      one by one: 1 setting, 64    in runs: 1, 64\n",
              kRounds);
  for (const Varied& varied : kVaried) {
    const detect::DetectorInfo& info = *detect::find_detector(varied.detector);
    const auto one = settings_of(info, varied, 1), many = settings_of(info, varied, 64);
    std::printf("%-20s %-28s %8.1f %9.1f   %8.1f %9.1f\n", varied.detector, varied.parameter,
                best_of(info, one, all, false), best_of(info, many, all, false),
                best_of(info, one, all, true), best_of(info, many, all, true));
  }
  return 0;
}
