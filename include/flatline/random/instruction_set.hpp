#pragma once
// The vector instructions in use. Blocks of draws and samples are computed by kernels that exist
// for each of these sets; all give the same bits, so the choice moves time and nothing else.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flatline::random {

/// In rising order: what the compiler's default target offers, and the levels v3 (AVX2) and v4
/// (AVX-512 F, BW, CD, DQ, VL) of the x86-64 psABI.
enum class InstructionSet : std::uint8_t { portable, x86_64_v3, x86_64_v4 };

/// "portable", "x86-64-v3" or "x86-64-v4".
std::string_view name_of(InstructionSet set);
/// The set of that name, whether or not this machine has it.
std::optional<InstructionSet> instruction_set_named(std::string_view name);

/// What this machine can run, in rising order. Portable is always among them.
std::span<const InstructionSet> available_instruction_sets();

/// The set in use, by the whole process: the widest available unless another was forced.
InstructionSet instruction_set();
/// Forces a set, for the whole process, from the next block on. May be called at any time, by any
/// thread. REQUIRES: `set` is available.
void use_instruction_set(InstructionSet set);

}  // namespace flatline::random
