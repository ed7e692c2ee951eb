#pragma once
// Results on disk. A file appears whole or not at all, a folder of results belongs to one plan, and
// a run that was killed goes on where it stopped. Every failure is a Problem that names the path
// and what the system said.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "flatline/base/result.hpp"

namespace flatline::results {

/// Puts `bytes` into the file `path`, replacing it, so that a reader or a crash sees the old bytes
/// or the new ones and never a part: a temporary file in the same folder, fsync, rename, fsync of
/// the folder. The temporary is gone if anything fails. A symbolic link is followed; a device or a
/// pipe is written directly.
Result<std::monostate> write_file(const std::string& path, std::string_view bytes);

/// The same for a file that comes in pieces: it appears at commit(), whole, and not at all without.
class FileWriter {
 public:
  static Result<FileWriter> create(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();  ///< Without commit() the temporary is removed.

  Result<std::monostate> add(std::string_view bytes);
  /// REQUIRES: called once, after the last add().
  Result<std::monostate> commit();

 private:
  FileWriter(std::string path, std::string target, std::string temporary, int fd);
  [[nodiscard]] Problem problem(int error) const;

  std::string path_;       // as given, for problems
  std::string target_;     // what is replaced: the file behind a symbolic link
  std::string temporary_;  // empty: a device, written directly
  int fd_ = -1;
};

/// All bytes of a file.
Result<std::string> read_file(const std::string& path);

/// Calls use(bytes) for a file's bytes, piece by piece.
Result<std::monostate> read_pieces(const std::string& path,
                                   const std::function<void(std::string_view)>& use);

/// What was run and what came out: manifest.json, written last, so its presence says that the rest
/// is there.
struct Manifest {
  std::string name;             ///< Of the scenario.
  std::string scenario_sha256;  ///< Of scenario.json.
  std::uint64_t seed = 0;
  std::uint64_t replications = 0;
  std::string engine;   ///< "event" or "stream".
  std::string version;  ///< Of flatline.
  std::string compiler;
  std::string build_type;
  std::uint64_t rows = 0;    ///< Rows of cells.csv, header not counted.
  std::string digest;        ///< SHA-256 of cells.csv, as sha256sum prints it.
  std::string plan_sha256;   ///< Of everything that decides the rows; resuming needs the same.
  std::uint64_t worlds = 0;  ///< Simulated worlds (cells that share one count once).
  bool complete = false;
  std::string duration;  ///< Simulated time per replication, as in the scenario: "30d".
  std::string command;   ///< The command line.

  bool operator==(const Manifest&) const = default;
};

/// One JSON object, a key per line, keys as the members are named, ending in "\n".
std::string to_json(const Manifest& manifest);

/// Reads it back. Strict: fails on a missing, unknown or repeated key, on a value of another type,
/// and on a hash that is not 64 lower-case hex digits. `file` names the text in problems.
Result<Manifest> manifest_from_json(std::string_view text,
                                    const std::string& file = "manifest.json");

/// The manifest of the results in `folder`.
Result<Manifest> read_manifest(const std::string& folder);

/// Some bytes of cells.csv and some of detection.csv.
struct TablePiece {
  std::string cells;
  std::string detection;
};

/// The files of a finished run; each is written as it stands.
struct FinishedFiles {
  /// The next bytes of both tables; nothing at their end.
  std::function<Result<std::optional<TablePiece>>()> tables;
  std::string timeline;  ///< timeline.csv
  std::string scenario;  ///< scenario.json
};

/// A folder of results that belongs to one plan. While the run goes on it holds plan.json and
/// parts/; finish() turns these into the result files. Methods may be called from several threads,
/// for different parts.
class ResultsFolder {
 public:
  /// Looks at `path` and touches nothing. Not there, or empty: it will be created by the first
  /// write. There with the same plan: resumes. Refused: another plan, a folder with other things in
  /// it, a file.
  static Result<ResultsFolder> open(const std::string& path, const std::string& plan_sha256);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Whether a run of this plan is finished here and its files are there, cells.csv unchanged (by
  /// its digest).
  [[nodiscard]] bool complete() const;

  /// Keeps a part of the work. `id`: letters, digits, '-', '_' and '.' (not first), 1 to 128 of
  /// them.
  Result<std::monostate> write_part(std::string_view id, std::string_view bytes) const;
  /// Whether the part is there and whole.
  [[nodiscard]] bool has_part(std::string_view id) const;
  /// The bytes of a part. Fails if it is absent; a damaged one (its SHA-256 does not fit) is absent
  /// too.
  [[nodiscard]] Result<std::string> read_part(std::string_view id) const;

  /// Writes the result files, the manifest last, then removes plan.json and parts/. Sets digest,
  /// scenario_sha256, plan_sha256 and complete itself; gives back the manifest as written. Only one
  /// piece of the tables is in memory at a time.
  Result<Manifest> finish(const FinishedFiles& files, Manifest manifest) const;

 private:
  ResultsFolder(std::string path, std::string plan_sha256);
  Result<std::monostate> prepare() const;
  [[nodiscard]] std::string part_path(std::string_view id) const;

  std::string path_;
  std::string plan_sha256_;
};

}  // namespace flatline::results
