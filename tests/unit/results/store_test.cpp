#include "flatline/results/store.hpp"

#include <filesystem>
#include <limits>
#include <set>

#include "flatline/results/sha256.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace flatline;
using namespace flatline::results;
using flatline::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

const std::string kPlan = sha256_hex("plan");
const std::string kOtherPlan = sha256_hex("another plan");

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.insert(fs::relative(entry.path(), folder).string());
  }
  return names;
}

ResultsFolder opened(const std::string& path, const std::string& plan = kPlan) {
  const Result<ResultsFolder> folder = ResultsFolder::open(path, plan);
  INFO((folder ? "" : text_of(folder.problems())));
  REQUIRE(folder.ok());
  return folder.value();
}

std::string refusal(const std::string& path, const std::string& plan) {
  const Result<ResultsFolder> folder = ResultsFolder::open(path, plan);
  REQUIRE_FALSE(folder.ok());
  return text_of(folder.problems());
}

const std::string kCells = "cell\n0\n";
const std::string kTimeline = "time_s\n0\n";
const std::string kScenario = "{\"name\": \"x\"}\n";

// Both tables in two pieces.
FinishedFiles files() {
  FinishedFiles files{{}, kTimeline, kScenario};
  files.tables = [next = 0]() mutable -> Result<std::optional<TablePiece>> {
    ++next;
    if (next == 1) return std::optional(TablePiece{"cell\n", "detection\n1"});
    if (next == 2) return std::optional(TablePiece{"0\n", "\n"});
    return std::optional<TablePiece>();
  };
  return files;
}

const std::set<std::string> kFinishedNames{"cells.csv", "detection.csv", "timeline.csv",
                                           "scenario.json", "manifest.json"};

Manifest sample() {
  Manifest m;
  m.name = "a \"quoted\" name";
  m.seed = std::numeric_limits<std::uint64_t>::max();
  m.replications = 4;
  m.engine = "event";
  m.version = "0.1.0";
  m.compiler = "g++ 12";
  m.build_type = "Release";
  m.rows = 1;
  m.worlds = 3;
  m.duration = "30d";
  m.command = "flatline run x.json";
  m.scenario_sha256 = m.digest = m.plan_sha256 = kPlan;
  return m;
}

std::string manifest_problem(const std::string& text) {
  const Result<Manifest> m = manifest_from_json(text, "m.json");
  REQUIRE_FALSE(m.ok());
  return text_of(m.problems());
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = to_json(sample());
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("Manifest: what is written is read back, the largest seed too") {
  const Result<Manifest> back = manifest_from_json(to_json(sample()));
  INFO((back ? "" : text_of(back.problems())));
  REQUIRE(back.ok());
  CHECK(back.value() == sample());
  CHECK(to_json(sample()).find("\n  \"seed\": 18446744073709551615,\n") != std::string::npos);
}

TEST_CASE("Manifest: reading is strict and names the key") {
  CHECK(manifest_problem(with("\"rows\": 1", "\"rows\": -1")) ==
        "m.json: /rows: the value is of the wrong kind; expected a whole number from 0 to 2^64 - "
        "1\n");
  for (const char* bad : {"\"rows\": 2.9", "\"rows\": \"1\"", "\"rows\": 18446744073709551616"}) {
    CHECK(manifest_problem(with("\"rows\": 1", bad)).find("/rows") != std::string::npos);
  }
  CHECK(manifest_problem(with("\"rows\": 1", "\"row\": 1")) ==
        "m.json: /rows: the key is missing; expected a whole number from 0 to 2^64 - 1\n"
        "m.json: /row: unknown key \"row\"; did you mean \"rows\"?\n");
  CHECK(manifest_problem(with("\"rows\": 1", "\"rows\": 1, \"rows\": 1")) ==
        "m.json: /rows: the key is there twice\n");
  CHECK(manifest_problem(with("\"complete\": false", "\"complete\": 0")) ==
        "m.json: /complete: the value is of the wrong kind; expected true or false\n");
  CHECK(manifest_problem(with(kPlan, "ABC")) ==
        "m.json: /scenario_sha256: the value is of the wrong kind; expected 64 lower-case hex "
        "digits\n");
  CHECK(manifest_problem("{").find("m.json: not valid JSON") == 0);
  CHECK(manifest_problem("[]").find("m.json: not a JSON object") == 0);
}

TEST_CASE("ResultsFolder: opening creates nothing") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "a/b");
  CHECK_FALSE(folder.complete());
  CHECK_FALSE(folder.has_part("0"));
  CHECK(names_in(temporary.path()).empty());
}

TEST_CASE("ResultsFolder: a run stopped after some parts leaves the plan and them, and resumes") {
  const TemporaryFolder temporary;
  const std::string path = temporary / "a/b";
  REQUIRE(opened(path).write_part("cell-0.7", "first\nbytes").ok());
  REQUIRE(opened(path).write_part("cell-1", "").ok());
  CHECK(names_in(path) ==
        std::set<std::string>{"plan.json", "parts", "parts/cell-0.7.part", "parts/cell-1.part"});
  const ResultsFolder resumed = opened(path);
  CHECK_FALSE(resumed.complete());
  CHECK(resumed.has_part("cell-1"));
  CHECK_FALSE(resumed.has_part("cell-2"));
  CHECK(resumed.read_part("cell-0.7").value() == "first\nbytes");
  CHECK(resumed.read_part("cell-1").value().empty());
  REQUIRE_FALSE(resumed.read_part("cell-2").ok());
}

TEST_CASE(
    "ResultsFolder: a part damaged in any byte, or cut, is absent, and can be written again") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r");
  REQUIRE(folder.write_part("p", "content").ok());
  const std::string file = temporary / "r/parts/p.part";
  const std::string good = read_file(file).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    REQUIRE(write_file(file, bad).ok());
    REQUIRE_FALSE(folder.has_part("p"));
    REQUIRE(write_file(file, good.substr(0, i)).ok());
    REQUIRE_FALSE(folder.has_part("p"));
  }
  REQUIRE(folder.write_part("p", "content").ok());
  CHECK(folder.has_part("p"));
}

TEST_CASE(
    "ResultsFolder: finishing leaves the result files only, with a digest that sha256sum gives "
    "too") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r/");
  REQUIRE(folder.write_part("p", "content").ok());
  Manifest given = sample();
  given.plan_sha256.clear();
  const Result<Manifest> written = folder.finish(files(), given);
  REQUIRE(written.ok());
  CHECK(names_in(temporary / "r") == kFinishedNames);
  const Result<Manifest> manifest = read_manifest(temporary / "r");
  REQUIRE(manifest.ok());
  CHECK(manifest.value() == written.value());
  CHECK(manifest.value().complete);
  CHECK(manifest.value().plan_sha256 == kPlan);
  CHECK(manifest.value().digest ==
        "641c4f25631f1352ea2d81fd1ed15eb6eaa085913c71abeb25b0e63b9c1c2e52");
  CHECK(manifest.value().scenario_sha256 == sha256_hex(kScenario));
  CHECK(read_file(temporary / "r/cells.csv").value() == kCells);
  CHECK(read_file(temporary / "r/detection.csv").value() == "detection\n1\n");
  CHECK(read_file(temporary / "r/timeline.csv").value() == kTimeline);
  CHECK(opened(temporary / "r").complete());
}

TEST_CASE(
    "ResultsFolder: a finished run whose rows were changed, or whose file is gone, is not "
    "complete") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r");
  REQUIRE(folder.finish(files(), sample()).ok());
  REQUIRE(write_file(temporary / "r/cells.csv", "cell\n1\n").ok());
  CHECK_FALSE(opened(temporary / "r").complete());
  REQUIRE(folder.finish(files(), sample()).ok());
  CHECK(folder.complete());
  fs::remove(temporary / "r/detection.csv");
  CHECK_FALSE(folder.complete());
}

TEST_CASE("ResultsFolder: a run killed while finishing resumes") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r");
  REQUIRE(folder.write_part("p", "content").ok());
  REQUIRE(write_file(temporary / "r/cells.csv", kCells).ok());
  CHECK_FALSE(opened(temporary / "r").complete());
  CHECK(opened(temporary / "r").has_part("p"));
  // Killed after the manifest, before the parts were removed.
  REQUIRE(folder.finish(files(), sample()).ok());
  REQUIRE(folder.write_part("p", "content").ok());
  CHECK(opened(temporary / "r").complete());
  CHECK(folder.finish(files(), sample()).ok());
  CHECK(names_in(temporary / "r") == kFinishedNames);
}

TEST_CASE("ResultsFolder: another plan is refused, running or finished, and nothing is touched") {
  const TemporaryFolder temporary;
  const std::string path = temporary / "r";
  const ResultsFolder folder = opened(path);
  REQUIRE(folder.write_part("p", "content").ok());
  const std::string expected = path +
                               ": this folder holds the results of another plan; expected a new "
                               "folder, or one of the same plan\n";
  const auto before = names_in(path);
  CHECK(refusal(path, kOtherPlan) == expected);
  CHECK(names_in(path) == before);
  REQUIRE(folder.finish(files(), sample()).ok());
  CHECK(refusal(path, kOtherPlan) == expected);
  CHECK(names_in(path) == kFinishedNames);
}

TEST_CASE("ResultsFolder: a folder with other things in it, and a file, are refused") {
  const TemporaryFolder temporary;
  fs::create_directory(temporary / "r");
  CHECK(ResultsFolder::open(temporary / "r", kPlan).ok());
  REQUIRE(write_file(temporary / "r/.flatline-tmp-1-0", "left by a kill").ok());
  CHECK(ResultsFolder::open(temporary / "r", kPlan).ok());
  REQUIRE(write_file(temporary / "r/thesis.tex", "precious").ok());
  CHECK(refusal(temporary / "r", kPlan).find("this folder is not empty and holds no results") !=
        std::string::npos);
  CHECK(refusal(temporary / "r/thesis.tex", kPlan).find("this is not a folder") !=
        std::string::npos);
  REQUIRE(write_file(temporary / "r/manifest.json", "not JSON").ok());
  CHECK(refusal(temporary / "r", kPlan).find("manifest.json in this folder names no plan") !=
        std::string::npos);
}

TEST_CASE(
    "ResultsFolder: a folder taken by another plan after opening is refused at the first write") {
  const TemporaryFolder temporary;
  const ResultsFolder late = opened(temporary / "r");
  REQUIRE(opened(temporary / "r", kOtherPlan).write_part("p", "theirs").ok());
  CHECK_FALSE(late.write_part("p", "ours").ok());
  CHECK_FALSE(late.finish(files(), sample()).ok());
  CHECK(opened(temporary / "r", kOtherPlan).read_part("p").value() == "theirs");
}

TEST_CASE("ResultsFolder: a place that cannot be written is a problem with its path") {
  const TemporaryFolder temporary;
  REQUIRE(write_file(temporary / "file", "x").ok());
  CHECK(refusal(temporary / "file/r", kPlan).find("Not a directory") != std::string::npos);
  // Opened while the way was free, then blocked: works for root too, whom permissions do not stop.
  const ResultsFolder folder = opened(temporary / "way/r");
  REQUIRE(write_file(temporary / "way", "x").ok());
  const Result<std::monostate> part = folder.write_part("p", "content");
  REQUIRE_FALSE(part.ok());
  CHECK(text_of(part.problems()).find("Not a directory") != std::string::npos);
  CHECK(text_of(part.problems()).find(temporary / "way") == 0);
  CHECK_FALSE(folder.finish(files(), sample()).ok());
}

TEST_CASE(
    "ResultsFolder: temporaries that killed processes left are gone when the run is finished") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r");
  REQUIRE(folder.write_part("p", "content").ok());
  REQUIRE(write_file(temporary / "r/.flatline-tmp-1-0", "left by a kill").ok());
  REQUIRE(folder.finish(files(), sample()).ok());
  CHECK(names_in(temporary / "r") == kFinishedNames);
}

TEST_CASE("ResultsFolder: a part's id that could leave the folder is a broken contract") {
  const TemporaryFolder temporary;
  const ResultsFolder folder = opened(temporary / "r");
  for (const char* id : {"", "..", "../x", "a/b", ".hidden", "a b"}) {
    CAPTURE(id);
    CHECK_THROWS_AS(folder.has_part(id), ContractViolation);
    CHECK_THROWS_AS(folder.write_part(id, ""), ContractViolation);
  }
  CHECK_THROWS_AS(ResultsFolder::open(temporary / "r", "abc"), ContractViolation);
}
