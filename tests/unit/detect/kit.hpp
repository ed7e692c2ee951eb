#pragma once
// What the detect tests share: settings by name, recorded arrivals, one example per detector.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flatline/base/check.hpp"
#include "flatline/detect/registry.hpp"

namespace flatline::detect::kit {

using Named = std::vector<std::pair<std::string, Value>>;

/// A setting with the values named, and the defaults for the rest.
inline Setting setting_of(const DetectorInfo& info, const Named& values) {
  Setting setting;
  for (const ParameterInfo& parameter : info.parameters) setting.push_back(parameter.default_value);
  for (const auto& named : values) {
    const auto found = std::find_if(info.parameters.begin(), info.parameters.end(),
                                    [&](const ParameterInfo& p) { return p.name == named.first; });
    FLATLINE_CHECK(found != info.parameters.end(), "the test names a parameter");
    setting[static_cast<std::size_t>(found - info.parameters.begin())] = named.second;
  }
  return setting;
}

inline std::unique_ptr<Family> family_of(const std::string& name,
                                         const std::vector<Named>& settings,
                                         Duration interval = seconds(1)) {
  const DetectorInfo* info = find_detector(name);
  FLATLINE_CHECK(info != nullptr, "the test names a detector");
  std::vector<Setting> made;
  for (const Named& values : settings) made.push_back(setting_of(*info, values));
  return make_family(*info, made, Surroundings{interval, nullptr});
}

inline std::vector<LocalInstant> deadlines_of(const Family& family) {
  std::vector<LocalInstant> out(family.size());
  family.deadlines(out);
  return out;
}

struct Arrival {
  LocalInstant at;
  Observation observation;
};

inline Arrival beat(std::int64_t at_ns, std::int64_t seq, std::int64_t sent_ns = 0) {
  Observation observation;
  observation.seq = SeqNo{seq};
  observation.sent_at = LocalInstant{sent_ns};
  return {LocalInstant{at_ns}, observation};
}

/// SplitMix64: the tests' own fixed random numbers.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// From 0 to limit - 1.
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(limit));
  }

 private:
  std::uint64_t state_;
};

/// Heartbeats every second, some lost, some twice, delays up to 2.5 s (so they overtake each
/// other).
inline std::vector<Arrival> rough_traffic(std::uint64_t seed, int sent) {
  Random random(seed);
  std::vector<Arrival> arrivals;
  for (int i = 0; i < sent; ++i) {
    if (random.below(10) == 0) continue;
    const std::int64_t sent_at = std::int64_t{1'000'000'000} * i;
    const int copies = random.below(12) == 0 ? 2 : 1;
    for (int c = 0; c < copies; ++c) {
      const std::int64_t reach = random.below(8) == 0 ? 2'500'000'000 : 80'000'000;
      arrivals.push_back(beat(sent_at + 1 + random.below(reach), i, sent_at));
    }
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

inline void feed(Family& family, const std::vector<Arrival>& arrivals) {
  for (const Arrival& arrival : arrivals) family.observe(arrival.at, arrival.observation);
}

/// One detector with settings that share a family, the most eager first, and the level at which
/// each suspects.
struct Example {
  std::string name;
  std::vector<Named> settings;
  std::vector<double> levels;
  Duration grid = nanoseconds(1);  ///< Its clock's grid: only whole multiples are a mere shift.
  bool counts_probes = false;      ///< Failed probes and replies tell it more than heartbeats.
};

/// Those of kit_literature.cpp.
std::vector<Example> literature_examples();
/// Those of kit_products.cpp.
std::vector<Example> product_examples();

/// Examples of every detector; several of those with variants. A test demands that none is
/// forgotten.
inline std::vector<Example> examples() {
  const Value window = std::int64_t{8};
  const auto word = [](const char* text) { return Value(std::string(text)); };
  const auto timeouts = [&](const char* restart_on) {
    std::vector<Named> out;
    for (const int ms : {1, 1500, 3000}) {
      out.push_back({{"timeout", milliseconds(ms)}, {"restart_on", word(restart_on)}});
    }
    return out;
  };
  const auto normals = [&](const char* deviation) {
    std::vector<Named> out;
    for (const double phi : {0.1, 1.0, 8.0, 40.0}) {
      out.push_back({{"threshold", phi}, {"window", window}, {"deviation", word(deviation)}});
    }
    out.push_back({{"threshold", 40.0},
                   {"window", window},
                   {"deviation", word(deviation)},
                   {"min_deviation", seconds(9)}});
    out.push_back({{"threshold", 40.0},
                   {"window", window},
                   {"deviation", word(deviation)},
                   {"min_deviation", seconds(9)},
                   {"acceptable_pause", seconds(3)}});
    return out;
  };
  const auto exponentials = [&](const Named& more) {
    std::vector<Named> out;
    for (const double phi : {0.01, 1.0, 8.0}) {
      Named named{{"threshold", phi}, {"window", window}};
      named.insert(named.end(), more.begin(), more.end());
      out.push_back(named);
    }
    return out;
  };
  std::vector<Example> out{
      {"fixed_timeout", timeouts("any"), {1, 1, 1}},
      {"fixed_timeout", timeouts("newest"), {1, 1, 1}},
      {"nfd_s", {{{"shift", seconds(0)}}, {{"shift", milliseconds(1700)}}}, {0, 0}},
      {"nfd_e",
       {{{"safety_margin", seconds(0)}, {"window", window}},
        {{"safety_margin", milliseconds(900)}, {"window", window}}},
       {0, 0}},
      {"phi_normal", normals("population"), {0.1, 1, 8, 40, 40, 40}},
      {"phi_normal", normals("sample"), {0.1, 1, 8, 40, 40, 40}},
      {"phi_exponential", exponentials({}), {0.01, 1, 8}},
      {"phi_exponential", exponentials({{"first_beat_estimate", seconds(2)}}), {0.01, 1, 8}},
  };
  const auto literature = literature_examples();
  out.insert(out.end(), literature.begin(), literature.end());
  const auto products = product_examples();
  out.insert(out.end(), products.begin(), products.end());
  return out;
}

}  // namespace flatline::detect::kit
