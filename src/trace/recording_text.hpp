#pragma once
// The fixed words of a recording, shared by its writer and its reader.

#include <string_view>

namespace flatline::trace {

inline constexpr std::string_view kRecordingMark = "# flatline trace";
inline constexpr std::string_view kRecordingVersion = "1";
inline constexpr std::string_view kRecordingColumns = "seq,sent_ns,received_ns,skipped,waited_ns";
inline constexpr std::string_view kRecordingEnd = "# end:";
/// Stands for a number that is not known in the last line.
inline constexpr std::string_view kNotKnown = "unknown";

}  // namespace flatline::trace
