// A folder of results: whose it is, its parts, and how it is finished.

#include "flatline/results/store.hpp"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "files.hpp"
#include "flatline/base/check.hpp"
#include "flatline/results/sha256.hpp"

namespace flatline::results {
namespace {

namespace fs = std::filesystem;

// A part ends in this, the hash of what comes before it, and a line end.
constexpr std::string_view kTrailer = "\nsha256 ";
constexpr std::size_t kTrailerLength = kTrailer.size() + 64 + 1;

constexpr std::string_view kCells = "cells.csv";
constexpr std::string_view kDetection = "detection.csv";
constexpr std::string_view kTimeline = "timeline.csv";
constexpr std::string_view kScenario = "scenario.json";
constexpr std::array<std::string_view, 4> kResultNames{{kCells, kDetection, kTimeline, kScenario}};

Problem refused(const std::string& path, std::string message) {
  Problem p;
  p.file = path;
  p.message = std::move(message);
  p.expected = "a new folder, or one of the same plan";
  return p;
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_part_id(std::string_view id) {
  static constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !id.empty() && id.size() <= 128 && id.front() != '.' &&
         id.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string plan_text(const std::string& plan_sha256) {
  return "{\"plan_sha256\": \"" + plan_sha256 + "\"}\n";
}

// The plan that plan.json or manifest.json names; "" if the text names none.
std::string plan_of(const std::string& text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return {};
  const auto at = document.find("plan_sha256");
  return at != document.end() && at->is_string() ? at->get<std::string>() : std::string();
}

enum class Holds { nothing, same_plan };

// What stands at `path`, or why it must not be touched.
Result<Holds> inspect(const std::string& path, const std::string& plan_sha256) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  // A path below a file is not found either, but can never be created.
  const bool below_a_file = error == std::errc::not_a_directory;
  if (status.type() == fs::file_type::not_found && !below_a_file) return Holds::nothing;
  if (error) return system_problem(path, "cannot look at the results folder", error.value());
  if (status.type() != fs::file_type::directory) return refused(path, "this is not a folder");
  bool empty = true;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    // A run that was killed in its very first write leaves a temporary and nothing else.
    if (!entries->path().filename().string().starts_with(kTemporary)) empty = false;
  }
  if (error) return system_problem(path, "cannot look at the results folder", error.value());
  if (empty) return Holds::nothing;
  bool named = false;
  for (const char* name : {"plan.json", "manifest.json"}) {
    const std::string file = path + "/" + name;
    if (!fs::exists(file, error)) continue;
    const Result<std::string> text = read_file(file);
    if (!text) return text.problems();
    const std::string plan = plan_of(text.value());
    if (plan.empty()) return refused(path, std::string(name) + " in this folder names no plan");
    if (plan != plan_sha256) return refused(path, "this folder holds the results of another plan");
    named = true;
  }
  if (!named) return refused(path, "this folder is not empty and holds no results");
  return Holds::same_plan;
}

// The content of a part file, unless it is damaged.
std::optional<std::string> content_of(std::string bytes) {
  if (bytes.size() < kTrailerLength || bytes.back() != '\n') return std::nullopt;
  const std::size_t length = bytes.size() - kTrailerLength;
  const std::string trailer = bytes.substr(length);
  bytes.resize(length);
  if (trailer != std::string(kTrailer) + sha256_hex(bytes) + "\n") return std::nullopt;
  return bytes;
}

Problem file_system_problem(const fs::path& path, const std::string& what,
                            const std::error_code& error) {
  return system_problem(path.string(), what, error.value());
}

// Creates a folder and those above it, and makes each new name last.
Result<std::monostate> create_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::monostate{};
  const fs::path parent = path.parent_path();
  if (!parent.empty() && parent != path) {
    if (Result<std::monostate> above = create_folder(parent); !above) return above;
  }
  // An empty name is what stands after a trailing slash.
  if (path.filename().empty()) return std::monostate{};
  fs::create_directory(path, error);
  if (error) return file_system_problem(path, "cannot create the folder", error);
  if (const int sync = sync_folder(parent.empty() ? "." : parent.string()); sync != 0) {
    return system_problem(path.string(), "cannot create the folder", sync);
  }
  return std::monostate{};
}

// Writes both tables side by side. The digest of the first.
Result<std::string> write_tables(const std::string& path, const FinishedFiles& files) {
  Result<FileWriter> cells = FileWriter::create(path + "/" + std::string(kCells));
  if (!cells) return cells.problems();
  Result<FileWriter> detection = FileWriter::create(path + "/" + std::string(kDetection));
  if (!detection) return detection.problems();
  Sha256 digest;
  while (true) {
    Result<std::optional<TablePiece>> next = files.tables();
    if (!next) return next.problems();
    const std::optional<TablePiece>& piece = next.value();
    if (!piece) break;
    digest.update(piece->cells);
    if (auto added = cells.value().add(piece->cells); !added) return added.problems();
    if (auto added = detection.value().add(piece->detection); !added) return added.problems();
  }
  if (auto done = cells.value().commit(); !done) return done.problems();
  if (auto done = detection.value().commit(); !done) return done.problems();
  return digest.hex();
}

Result<std::monostate> remove_work(const std::string& path) {
  std::error_code error;
  fs::remove_all(path + "/parts", error);
  if (error) return file_system_problem(path + "/parts", "cannot remove", error);
  fs::remove(path + "/plan.json", error);
  if (error) return file_system_problem(path + "/plan.json", "cannot remove", error);
  // What killed processes left. Taking a living one's (same plan, same bytes) makes only that one
  // fail.
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.path().filename().string().starts_with(kTemporary)) left.push_back(entry.path());
  }
  for (const fs::path& file : left) fs::remove(file, error);
  if (const int sync = sync_folder(path); sync != 0)
    return system_problem(path, "cannot sync", sync);
  return std::monostate{};
}

}  // namespace

ResultsFolder::ResultsFolder(std::string path, std::string plan_sha256)
    : path_(std::move(path)), plan_sha256_(std::move(plan_sha256)) {}

Result<ResultsFolder> ResultsFolder::open(const std::string& path, const std::string& plan_sha256) {
  FLATLINE_CHECK(!path.empty(), "a results folder has a path");
  FLATLINE_CHECK(is_hash(plan_sha256), "a plan is named by its SHA-256");
  const Result<Holds> holds = inspect(path, plan_sha256);
  if (!holds) return holds.problems();
  return ResultsFolder(path, plan_sha256);
}

bool ResultsFolder::complete() const {
  const Result<Manifest> manifest = read_manifest(path_);
  if (!manifest || !manifest.value().complete || manifest.value().plan_sha256 != plan_sha256_)
    return false;
  std::error_code error;
  for (const std::string_view name : kResultNames) {
    if (!fs::is_regular_file(path_ + "/" + std::string(name), error)) return false;
  }
  Sha256 digest;
  const auto read =
      read_pieces(path_ + "/cells.csv", [&](std::string_view piece) { digest.update(piece); });
  return read && digest.hex() == manifest.value().digest;
}

Result<std::monostate> ResultsFolder::prepare() const {
  // Looked at again, since another run may have come here after open().
  const Result<Holds> holds = inspect(path_, plan_sha256_);
  if (!holds) return holds.problems();
  if (Result<std::monostate> made = create_folder(path_); !made) return made;
  std::error_code error;
  // The plan comes before any part, so that a folder with parts always says whose they are.
  if (!fs::exists(path_ + "/plan.json", error)) {
    if (Result<std::monostate> done = write_file(path_ + "/plan.json", plan_text(plan_sha256_));
        !done) {
      return done;
    }
  }
  return create_folder(path_ + "/parts");
}

std::string ResultsFolder::part_path(std::string_view id) const {
  FLATLINE_CHECK(is_part_id(id), "a part's id is made of letters, digits, '-', '_' and '.'");
  return path_ + "/parts/" + std::string(id) + ".part";
}

Result<std::monostate> ResultsFolder::write_part(std::string_view id,
                                                 std::string_view bytes) const {
  const std::string file = part_path(id);
  if (Result<std::monostate> ready = prepare(); !ready) return ready;
  std::string content(bytes);
  content += std::string(kTrailer) + sha256_hex(bytes) + "\n";
  return write_file(file, content);
}

bool ResultsFolder::has_part(std::string_view id) const {
  return read_part(id).ok();
}

Result<std::string> ResultsFolder::read_part(std::string_view id) const {
  const std::string file = part_path(id);
  Result<std::string> bytes = read_file(file);
  if (!bytes) return bytes.problems();
  std::optional<std::string> content = content_of(std::move(bytes).value());
  if (content) return *std::move(content);
  Problem p;
  p.file = file;
  p.message = "the part is damaged: its SHA-256 does not fit";
  return p;
}

Result<Manifest> ResultsFolder::finish(const FinishedFiles& files, Manifest manifest) const {
  if (Result<std::monostate> ready = prepare(); !ready) return ready.problems();
  Result<std::string> digest = write_tables(path_, files);
  if (!digest) return digest.problems();
  manifest.digest = std::move(digest).value();
  manifest.scenario_sha256 = sha256_hex(files.scenario);
  manifest.plan_sha256 = plan_sha256_;
  manifest.complete = true;
  const std::string text = to_json(manifest);
  // The manifest last: where it is, the rest is there.
  for (const auto& [name, content] :
       {std::pair(kTimeline, &files.timeline), std::pair(kScenario, &files.scenario),
        std::pair(std::string_view("manifest.json"), &text)}) {
    const auto done = write_file(path_ + "/" + std::string(name), *content);
    if (!done) return done.problems();
  }
  if (Result<std::monostate> done = remove_work(path_); !done) return done.problems();
  return manifest;
}

}  // namespace flatline::results
