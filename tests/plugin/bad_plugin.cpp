// Plug-ins that break their contract. What they do wrong from the fifth heartbeat on is a
// parameter; what is wrong with the description is one of the macros.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "flatline/detect/plugin.h"

#ifndef NAME
#define NAME "bad"
#endif
#ifndef ABI
#define ABI FLATLINE_PLUGIN_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(flatline_plugin)
#endif
#ifndef PARAMETER
#define PARAMETER "timeout"
#endif
#ifndef DEFAULT
#define DEFAULT "3s"
#endif
#ifndef DEADLINE
#define DEADLINE deadline
#endif

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Bad {
  std::string how;
  int beats = 0;
  std::int64_t last = 0;
  mutable int asked = 0;
  [[nodiscard]] bool now(const char* what) const { return beats >= 5 && how == what; }
};

const Bad& of(const void* detector) {
  return *static_cast<const Bad*>(detector);
}

void* create(const char* parameters, const flatline_surroundings*, char* error,
             std::size_t error_size) {
  const std::string how = std::strchr(flatline_value_of(parameters, "how"), '"') + 1;
  auto* bad = new Bad{how.substr(0, how.find('"')), 0, 0, 0};
  if (bad->how == "refuse") {
    delete bad;
    std::snprintf(error, error_size, "the moon is full");
    return nullptr;
  }
  if (bad->how == "throw_create") {
    delete bad;
    throw std::runtime_error("create");
  }
  return bad;
}

void* clone(const void* detector) {
  if (of(detector).how == "no_clone") return nullptr;
  if (of(detector).how == "same_clone") return const_cast<void*>(detector);
  return new Bad(of(detector));
}

void destroy(void* detector) {
  delete static_cast<Bad*>(detector);
}

std::int32_t observe(void* detector, const flatline_observation* observation) {
  Bad& bad = *static_cast<Bad*>(detector);
  ++bad.beats;
  bad.last = observation->now;
  bad.asked = 0;
  if (bad.now("throw_observe")) throw std::runtime_error("observe");
  return bad.now("fail_observe") ? 7 : 0;
}

[[maybe_unused]] std::int64_t deadline(const void* detector) {
  const Bad& bad = of(detector);
  if (bad.now("move_deadline")) return bad.last + 3 * kSecond + bad.asked++;
  if (bad.now("past_deadline")) return bad.last - 1;
  if (bad.now("huge_deadline")) return INT64_MAX - 1;
  if (bad.now("tiny_deadline")) return INT64_MIN + 1;
  return bad.last + 3 * kSecond;
}

double suspicion(const void* detector, std::int64_t now) {
  const Bad& bad = of(detector);
  if (bad.now("nan")) return std::nan("");
  if (bad.now("minus_nan")) return -std::nan("");
  const double silence = static_cast<double>(now - bad.last) * 1e-9;
  if (bad.now("fall")) return -silence;
  if (bad.now("fall_from_infinity")) return now == bad.last ? HUGE_VAL : silence;
  return bad.now("infinite") ? HUGE_VAL : silence;
}

const char* const kHow[] = {"good",          "refuse",        "throw_create",  "no_clone",
                            "same_clone",    "throw_observe", "fail_observe",  "move_deadline",
                            "past_deadline", "huge_deadline", "tiny_deadline", "nan",
                            "minus_nan",     "fall",          "infinite",      "fall_from_infinity",
                            nullptr};

const flatline_parameter kParameters[] = {
    {"how", FLATLINE_CHOICE, 0, "good", 0, 0, kHow, "What it does wrong."},
    {PARAMETER, FLATLINE_DURATION, FLATLINE_MIN_EXCLUSIVE, DEFAULT, 0, 0, nullptr, "Not used."},
};

const flatline_plugin kDescription = {
    ABI,
    SIZE,
    NAME,
    "Breaks its contract.",
    nullptr,
    0,
    sizeof(flatline_parameter),
    2,
    kParameters,
    create,
    clone,
    destroy,
    observe,
    DEADLINE,
    suspicion,
    nullptr,
};

}  // namespace

#ifndef SYMBOL
#define SYMBOL flatline_detector_plugin
#endif
FLATLINE_PLUGIN_EXPORT const flatline_plugin* SYMBOL(void) {
  return &kDescription;
}
