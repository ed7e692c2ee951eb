#pragma once
// The format of flatline's own recordings, and its writer. A text file, gzip if its name ends in
// ".gz":
//
//   # flatline trace 1
//   # interval: 100ms
//   # clocks: one
//   # begun: 2026-11-21T15:00:00Z
//   # note: any text
//   seq,sent_ns,received_ns,skipped,waited_ns
//   0,0,81234,0,1250
//   2,200000512,200081000,0,900
//   # end: sent 3, dropped 0
//
// Rows stand in order of receipt. seq is the place on the sender's grid: beat k is due k intervals
// after the sender's start. A sender that was stalled sends once on waking and skips the places it
// has missed; skipped says how many places up to seq were never sent. So between two rows
// (seq2 - seq1 - 1) - (skipped2 - skipped1) heartbeats were lost. Times are nanoseconds of
// monotonic clocks. With "clocks: one" both count from the sender's start on one and the same
// clock; with "clocks: two" sent_ns counts from the sender's start on its clock and received_ns
// from the first receipt on the receiver's, so that their difference has an unknown offset and
// drifts. waited_ns, which may be empty, is how long the datagram had lain in the receiver's
// socket. A second row with the same seq is a duplicate. The last line tells how many heartbeats
// were sent in all (if the sender said so) and how many the receiver's own socket dropped; a file
// without it was cut off.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::trace {

/// What the header says.
struct RecordingHeader {
  Duration interval{};  ///< > 0.
  bool one_clock = false;
  std::string begun;               ///< UTC in ISO 8601, or empty; for readers only.
  std::vector<std::string> notes;  ///< One line each.
};

/// One heartbeat as received.
struct RecordedBeat {
  std::int64_t seq = 0;
  LocalInstant sent{};
  LocalInstant received{};
  std::int64_t skipped = 0;
  std::optional<Duration> waited;
};

/// What the last line says.
struct RecordingEnd {
  std::optional<std::int64_t> sent;     ///< Heartbeats sent; empty if the sender did not tell.
  std::optional<std::int64_t> dropped;  ///< By the receiver's own socket; empty if not known.
};

/// Writes a recording beside its name (PATH.part) and renames it when it is finished, so that a
/// complete file appears or none; what was flushed before a crash stays in PATH.part.
class RecordingWriter {
 public:
  /// Fails, with what the system says, if PATH.part cannot be made, and if PATH or PATH.part is
  /// there already (a recording is never overwritten).
  static Result<RecordingWriter> create(const std::string& path, const RecordingHeader& header);

  RecordingWriter(RecordingWriter&&) noexcept;
  RecordingWriter& operator=(RecordingWriter&&) noexcept;
  ~RecordingWriter();  ///< An unfinished file stays as PATH.part.

  /// Buffers a row; an error is kept for flush() or finish().
  void add(const RecordedBeat& beat);
  /// Hands what is buffered to the system.
  Result<bool> flush();
  /// Writes the last line, syncs and renames. REQUIRES: not finished yet.
  Result<bool> finish(const RecordingEnd& end);
  /// Removes PATH.part: for a recording that never began. REQUIRES: not finished yet.
  void discard();

 private:
  struct State;
  explicit RecordingWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> x_;
};

}  // namespace flatline::trace
