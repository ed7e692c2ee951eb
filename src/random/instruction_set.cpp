#include "flatline/random/instruction_set.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "flatline/base/check.hpp"
#include "random/kernels.hpp"

namespace flatline::random {
namespace {

constexpr std::array<std::string_view, 3> kNames{"portable", "x86-64-v3", "x86-64-v4"};

struct Available {
  std::array<InstructionSet, kNames.size()> sets{InstructionSet::portable};
  std::size_t count = 1;
};

Available look() {
  Available found;
#if defined(__x86_64__)
  // The compiler's support library also asks whether the system saves the wide registers.
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v3) found.sets[found.count++] = InstructionSet::x86_64_v3;
  if (v4) found.sets[found.count++] = InstructionSet::x86_64_v4;
#endif
  return found;
}

const Kernels& kernels_of(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::x86_64_v3) return kV3Kernels;
  if (set == InstructionSet::x86_64_v4) return kV4Kernels;
#endif
  static_cast<void>(set);
  return kPortableKernels;
}

// What is in use; before the first call nothing has been picked. The kernels are constants, so no
// thread needs to see more than the pointer.
constinit std::atomic<const Kernels*> kernels_in_use{nullptr};

}  // namespace

const Kernels& kernels() {
  const Kernels* in_use = kernels_in_use.load(std::memory_order_relaxed);
  if (in_use != nullptr) [[likely]]
    return *in_use;
  const Kernels& widest = kernels_of(available_instruction_sets().back());
  // Another thread may have forced a set in between: that one stands.
  kernels_in_use.compare_exchange_strong(in_use, &widest, std::memory_order_relaxed);
  return in_use != nullptr ? *in_use : widest;
}

std::string_view name_of(InstructionSet set) {
  return kNames[static_cast<std::size_t>(set)];
}

std::optional<InstructionSet> instruction_set_named(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<InstructionSet>(found - kNames.begin());
}

std::span<const InstructionSet> available_instruction_sets() {
  static const Available found = look();
  return {found.sets.data(), found.count};
}

InstructionSet instruction_set() {
  const Kernels* in_use = &kernels();
  for (const InstructionSet set : available_instruction_sets()) {
    if (&kernels_of(set) == in_use) return set;
  }
  return InstructionSet::portable;
}

void use_instruction_set(InstructionSet set) {
  const auto available = available_instruction_sets();
  FLATLINE_CHECK(std::find(available.begin(), available.end(), set) != available.end(),
                 "an instruction set of this machine");
  kernels_in_use.store(&kernels_of(set), std::memory_order_relaxed);
}

}  // namespace flatline::random
