// A plug-in in C++: suspects when the silence is a multiple of the widest gap seen lately.
//   c++ -std=c++17 -O2 -shared -fPIC -I include -o libwidest_gap.so
//   docs/examples/plugin/widest_gap.cpp

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "flatline/detect/plugin.h"

namespace {

struct WidestGap {
  double factor = 2;
  std::size_t window = 0;
  std::int64_t widest = 0;        // ns; at first the sender's interval
  std::deque<std::int64_t> gaps;  // ns, the newest last
  std::int64_t last = 0;
  bool any = false;

  void beat(std::int64_t now) {
    if (any) gaps.push_back(now - last);
    if (gaps.size() > window) gaps.pop_front();
    last = now;
    any = true;
    if (!gaps.empty()) widest = *std::max_element(gaps.begin(), gaps.end());
  }
};

const WidestGap& of(const void* detector) {
  return *static_cast<const WidestGap*>(detector);
}

// No exception may get out: memory is all that can run out here.
void* create(const char* parameters, const flatline_surroundings* surroundings, char* error,
             std::size_t error_size) {
  try {
    auto* detector = new WidestGap;
    detector->factor = std::strtod(flatline_value_of(parameters, "factor"), nullptr);
    detector->window = std::strtoull(flatline_value_of(parameters, "window"), nullptr, 10);
    detector->widest = surroundings->heartbeat_interval;
    return detector;
  } catch (...) {
    std::snprintf(error, error_size, "out of memory");
    return nullptr;
  }
}

void* clone(const void* detector) {
  try {
    return new WidestGap(of(detector));
  } catch (...) {
    return nullptr;
  }
}

void destroy(void* detector) {
  delete static_cast<WidestGap*>(detector);
}

std::int32_t observe(void* detector, const flatline_observation* observation) {
  if (observation->kind != FLATLINE_HEARTBEAT && observation->kind != FLATLINE_REPLY) return 0;
  try {
    static_cast<WidestGap*>(detector)->beat(observation->now);
    return 0;
  } catch (...) {
    return 1;
  }
}

std::int64_t deadline(const void* detector) {
  const WidestGap& it = of(detector);
  const double silence = std::ceil(it.factor * static_cast<double>(it.widest));
  return silence < 0x1p61 ? it.last + static_cast<std::int64_t>(silence) : FLATLINE_NEVER;
}

// The silence in widest gaps; it suspects at `factor`.
double suspicion(const void* detector, std::int64_t now) {
  const WidestGap& it = of(detector);
  return static_cast<double>(now - it.last) / std::max(1.0, static_cast<double>(it.widest));
}

std::int32_t warmed_up(const void* detector) {
  return of(detector).gaps.size() == of(detector).window ? 1 : 0;
}

const flatline_parameter kParameters[] = {
    {"factor", FLATLINE_NUMBER, 0, "2", 1, 1000, nullptr, "Suspects at so many widest gaps."},
    {"window", FLATLINE_COUNT, 0, "100", 1, 100000, nullptr, "How many gaps it remembers."},
};

const flatline_plugin kDescription = {
    FLATLINE_PLUGIN_ABI,
    sizeof(flatline_plugin),
    "widest_gap",
    "Suspects when the silence is a multiple of the widest gap seen lately.",
    "An example of a plug-in in C++",
    FLATLINE_NEEDS_INTERVAL,
    sizeof(flatline_parameter),
    sizeof(kParameters) / sizeof(kParameters[0]),
    kParameters,
    create,
    clone,
    destroy,
    observe,
    deadline,
    suspicion,
    warmed_up,
};

}  // namespace

FLATLINE_PLUGIN_EXPORT const flatline_plugin* flatline_detector_plugin(void) {
  return &kDescription;
}
