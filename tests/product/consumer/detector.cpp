// A detector in a production program: real clock, no simulation, and only the detect room linked.

#include <chrono>
#include <cstdio>
#include <memory>
#include <span>
#include <thread>

#include "flatline/detect/registry.hpp"

namespace {

using flatline::LocalInstant;

LocalInstant now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return LocalInstant{std::chrono::duration_cast<std::chrono::nanoseconds>(since_boot).count()};
}

}  // namespace

int main() {
  using namespace flatline;
  const detect::DetectorInfo* info = detect::find_detector("fixed_timeout");
  if (info == nullptr) return 1;
  detect::Setting setting;
  for (const auto& parameter : info->parameters) setting.push_back(parameter.default_value);
  setting[0] = detect::parse_value(info->parameters[0], "50ms").value();
  const auto family = detect::make_family(*info, std::span(&setting, 1), {});

  LocalInstant deadline{};
  for (std::int64_t beat = 0; beat < 3; ++beat) {
    const LocalInstant at = now();
    detect::Observation observation;
    observation.seq = SeqNo{beat};
    observation.sent_at = at;
    family->observe(at, observation);
    family->deadlines(std::span(&deadline, 1));
    if (deadline.ns != at.ns + 50'000'000) return 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  while (now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::puts("suspected after silence");
  return family->suspicion(0, now()) >= 0 ? 0 : 1;
}
