// Planning, and that neither threads nor interruptions change a byte.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "flatline/results/store.hpp"
#include "flatline/sweep/execute.hpp"
#include "flatline/sweep/plan.hpp"
#include "flatline/sweep/rows.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace flatline::sweep {
namespace {

std::string scenario_text(const std::string& sweep, const std::string& more = "") {
  return R"({
  "name": "small",
  "seed": 7,
  "nodes": {"worker": 5, "monitor": 1},
  "link": {"delay": {"exponential": {"mean": "30ms"}}, "loss": 0.05},
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "100ms"}},
  "detectors": [
    {"fixed_timeout": {"timeout": "300ms"}, "dead_after": "100ms"},
    {"phi_normal": {"threshold": 3, "window": 20}},
    {"phi_exponential": {"threshold": 1, "window": 20}}
  ],
  "faults": [{"crash": {"nodes": "worker", "mean_time_between": "20s", "down": "2s"}}],
  "duration": "60s",
  "replications": 2)" +
         more + (sweep.empty() ? "" : ",\n  \"sweep\": " + sweep) + "\n}\n";
}

Result<Plan> planned(const std::string& text, bool use_axes = true) {
  const auto document = scenario::Document::parse(text, "test.json");
  if (!document.ok()) return document.problems();
  const auto base = scenario::read_scenario(document.value(), ".");
  if (!base.ok()) return base.problems();
  return make_plan(document.value(), base.value(), ".", {}, use_axes);
}

Plan plan_of(const std::string& text, bool use_axes = true) {
  auto plan = planned(text, use_axes);
  INFO((plan.ok() ? std::string() : text_of(plan.problems())));
  REQUIRE(plan.ok());
  return std::move(plan).value();
}

const std::string kSweep = R"({"loss": [0, 0.1, 0.3], "timeout": ["250ms", "400ms"]})";

results::ResultsFolder folder_for(const Plan& plan, const std::string& path) {
  auto folder = results::ResultsFolder::open(path, plan.sha256("test"));
  REQUIRE(folder.ok());
  return std::move(folder).value();
}

struct Tables {
  std::string cells_csv;
  std::string detection_csv;
  std::string timeline_csv;
  results::Table cells;
  std::size_t largest_piece = 0;  // bytes that were in memory at once
};

Tables tables_in(const Plan& plan, const results::ResultsFolder& folder) {
  const results::FinishedFiles files = stored_files(plan, folder);
  Tables tables;
  while (true) {
    const auto next = files.tables();
    REQUIRE(next.ok());
    if (!next.value()) break;
    tables.cells_csv += next.value()->cells;
    tables.detection_csv += next.value()->detection;
    tables.largest_piece =
        std::max(tables.largest_piece, next.value()->cells.size() + next.value()->detection.size());
  }
  tables.timeline_csv = files.timeline;
  tables.cells = results::read_csv(tables.cells_csv).value();
  return tables;
}

Tables run(const Plan& plan, unsigned jobs, const results::ResultsFolder& folder) {
  ExecuteOptions options;
  options.jobs = jobs;
  const auto executed = execute(plan, folder, options);
  REQUIRE(executed.ok());
  REQUIRE(executed.value().outcome == Outcome::finished);
  CHECK(executed.value().worlds_done == plan.worlds.size());
  return tables_in(plan, folder);
}

Tables run(const Plan& plan, unsigned jobs) {
  const test::TemporaryFolder temporary;
  return run(plan, jobs, folder_for(plan, temporary / "run"));
}

void check_same(const Tables& a, const Tables& b) {
  CHECK(a.cells_csv == b.cells_csv);
  CHECK(a.detection_csv == b.detection_csv);
  CHECK(a.timeline_csv == b.timeline_csv);
}

/// Runs until `worlds` are done, then stops. On one thread: a second may finish the last world
/// while the first asks to stop.
void run_partly(const Plan& plan, const results::ResultsFolder& folder, std::size_t worlds) {
  std::atomic<bool> stop{false};
  ExecuteOptions options;
  options.stop = &stop;
  options.on_progress = [&](const Progress& progress) {
    if (progress.worlds_done >= worlds) stop = true;
  };
  const auto executed = execute(plan, folder, options);
  REQUIRE(executed.ok());
  CHECK(executed.value().outcome == Outcome::interrupted);
  CHECK(executed.value().worlds_done == worlds);
}

}  // namespace

TEST_CASE("without axes a plan is one world with a cell per detector") {
  for (const Plan& plan : {plan_of(scenario_text("")), plan_of(scenario_text(kSweep), false)}) {
    CHECK(plan.worlds.size() == 1);
    CHECK(plan.cells == 3);
    CHECK(plan.world_axes.empty());
  }
}

TEST_CASE("an axis over detectors multiplies only the cells that have it, any other makes worlds") {
  const Plan plan = plan_of(scenario_text(kSweep));
  CHECK(plan.world_axes == std::vector<std::string>{"loss"});
  REQUIRE(plan.worlds.size() == 3);
  CHECK(plan.cells == 3 * (2 + 1 + 1));
  CHECK(plan.worlds[1].first_cell == 4);
  const Plan both =
      plan_of(scenario_text(R"({"threshold": [1, 2, 4], "timeout": ["250ms", "400ms"]})"));
  CHECK(both.worlds.size() == 1);
  CHECK(both.cells == 2 + 3 + 3);
  const Plan one = plan_of(scenario_text(R"({"phi_normal.threshold": [1, 2, 4]})"));
  CHECK(one.cells == 1 + 3 + 1);
}

TEST_CASE("an axis over a detector's clock or guard sets it, and the rows tell") {
  const Plan plan = plan_of(scenario_text(
      R"({"fixed_timeout.pause": ["1s", "2s"], "fixed_timeout.clock": ["wall", "monotonic"]})"));
  REQUIRE(plan.worlds.size() == 1);
  const World world = plan.world(0);
  REQUIRE(world.cells.size() == 2 * 2 + 1 + 1);
  CHECK(world.cells[0].judged.wall_clock);
  CHECK_FALSE(world.cells[1].judged.wall_clock);
  CHECK(world.cells[0].judged.guard->pause == seconds(1));
  CHECK(world.cells[2].judged.guard->pause == seconds(2));
  CHECK(world.cells[2].judged.guard->hold == seconds(2));  // as long as the pause
  CHECK_FALSE(world.cells[4].judged.guard.has_value());

  const auto columns = parameter_columns(plan);
  const auto rows = parameter_rows(plan, world);
  const auto at = [&](const std::string& name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    REQUIRE(found != columns.end());
    return static_cast<std::size_t>(found - columns.begin());
  };
  for (const auto& row : rows) CHECK(row.size() == columns.size());
  CHECK(rows[0][at("fixed_timeout.clock")] == results::Cell(std::string("wall")));
  CHECK(rows[0][at("fixed_timeout.pause_s")] == results::Cell(1.0));
  CHECK(rows.back()[at("fixed_timeout.hold_s")] == results::Cell());

  // A hold that the file gives stays; columns are there only where they tell something.
  std::string given = scenario_text(R"({"pause": ["1s", "2s"]})");
  given.replace(given.find("\"dead_after\""), 0, R"("guard": {"pause": "5s", "hold": "5s"}, )");
  CHECK(plan_of(given).world(0).cells[1].judged.guard->hold == seconds(5));
  const auto plain = parameter_columns(plan_of(scenario_text("")));
  CHECK(std::none_of(plain.begin(), plain.end(), [](const std::string& name) {
    return name.ends_with(".clock") || name.ends_with(".pause_s");
  }));
}

TEST_CASE("a plan's hash knows the clock, the guard and the round trips") {
  const std::string text = scenario_text("");
  const auto with = [&](const std::string& mark, const std::string& more) {
    std::string out = text;
    return out.insert(out.find(mark), more);
  };
  std::set<std::string> hashes{
      plan_of(text).sha256("1"),
      plan_of(with("\"dead_after\"", R"("clock": "wall", )")).sha256("1"),
      plan_of(with("\"dead_after\"", R"("guard": {"pause": "1s"}, )")).sha256("1")};
  const auto document = scenario::Document::parse(
      with("\"duration\"",
           R"("zones": {"round_trips": "rtt.tsv", "names": ["worker", "monitor"]}, )"),
      "test.json");
  REQUIRE(document.ok());
  for (const double trip : {1.0, 2.0}) {
    scenario::ReadOptions options;
    options.read_matrix = [trip](const std::string&) {
      return Result<scenario::Matrix>(scenario::Matrix{{0, trip}, {trip, 0}});
    };
    const auto base = scenario::read_scenario(document.value(), ".", options);
    REQUIRE(base.ok());
    const auto plan = make_plan(document.value(), base.value(), ".", options, true);
    REQUIRE(plan.ok());
    hashes.insert(plan.value().sha256("1"));
  }
  CHECK(hashes.size() == 5);
}

TEST_CASE("where leaves out combinations, and a row without the axis is not asked") {
  const std::string axes = R"("loss": [0, 0.1, 0.3], "timeout": ["250ms", "400ms"])";
  const Plan plan =
      plan_of(scenario_text("{" + axes + R"(, "where": "loss < 0.2 and timeout > 300ms"})"));
  CHECK(plan.worlds.size() == 2);
  // One timeout is left in each; the accrual detectors have none.
  CHECK(plan.cells == 2 * (1 + 2));
  const auto nothing = planned(scenario_text("{" + axes + R"(, "where": "loss > 1"})"));
  REQUIRE_FALSE(nothing.ok());
  CHECK(nothing.problems().front().pointer == "/sweep/where");
}

TEST_CASE(
    "the automatic warm-up is that of the longest window and interval, the same for all worlds") {
  const Plan plan =
      plan_of(scenario_text(R"({"window": [10, 200], "interval": ["100ms", "200ms"]})"));
  for (std::size_t w = 0; w < plan.worlds.size(); ++w)
    CHECK(plan.world(w).warm_up == seconds(60));  // 1.5 x 200 x 200 ms
}

TEST_CASE("a sweep over one value is another plan than the run that ignores it") {
  const std::string one_value = scenario_text(R"({"timeout": ["5s"]})");
  CHECK(plan_of(one_value).sha256("1") != plan_of(one_value, false).sha256("1"));
}

TEST_CASE("a plan's hash knows the seed, the axes and the version") {
  const Plan plan = plan_of(scenario_text(kSweep));
  std::set<std::string> hashes{plan.sha256("1"), plan.sha256("2"),
                               plan_of(scenario_text("")).sha256("1"),
                               plan_of(scenario_text(kSweep), false).sha256("1")};
  std::string other = scenario_text(kSweep);
  other.replace(other.find("\"seed\": 7"), 9, "\"seed\": 8");
  hashes.insert(plan_of(other).sha256("1"));
  CHECK(hashes.size() == 5);
  CHECK(plan.sha256("1") == plan_of(scenario_text(kSweep)).sha256("1"));
}

TEST_CASE("one, two and three threads write the same tables") {
  const Plan plan = plan_of(scenario_text(kSweep));
  const Tables one = run(plan, 1);
  CHECK(one.cells.rows.size() == 3 * (2 * 2 + 2));  // the timeout has a row for dead as well
  CHECK(one.cells.columns == cell_columns(plan));
  check_same(one, run(plan, 2));
  check_same(one, run(plan, 3));
}

TEST_CASE("the cells of a sweep are those of runs with the same settings") {
  const Tables sweep = run(plan_of(scenario_text(kSweep)), 2);
  std::string single = scenario_text("");
  single.replace(single.find("\"loss\": 0.05"), 12, "\"loss\": 0.1");
  single.replace(single.find("\"timeout\": \"300ms\""), 18, "\"timeout\": \"400ms\"");
  const Tables alone = run(plan_of(single), 1);
  // World 1 (loss 0.1), second timeout: rows 2 and 3 of its six.
  const std::size_t row = 6 + 2;
  REQUIRE(results::cell_text(sweep.cells.at(row, "loss")) == "0.1");
  for (const char* column :
       {"mistakes", "detection_time_mean_s", "query_accuracy", "heartbeats", "missed"}) {
    CAPTURE(column);
    CHECK(results::cell_text(sweep.cells.at(row, column)) ==
          results::cell_text(alone.cells.at(0, column)));
  }
}

TEST_CASE("interrupted and resumed is the same as never interrupted") {
  const Plan plan = plan_of(scenario_text(kSweep));
  const Tables whole = run(plan, 1);
  const test::TemporaryFolder temporary;
  for (const std::size_t worlds : {1u, 2u}) {
    const auto folder = folder_for(plan, temporary / ("run-" + std::to_string(worlds)));
    run_partly(plan, folder, worlds);
    bool resumed = false;
    ExecuteOptions options;
    options.on_progress = [&](const Progress& progress) { resumed = resumed || progress.resumed; };
    const auto executed = execute(plan, folder, options);
    REQUIRE(executed.ok());
    CHECK(resumed);
    check_same(tables_in(plan, folder), whole);
  }
}

TEST_CASE("a part that was damaged on disk is done again") {
  const Plan plan = plan_of(scenario_text(kSweep));
  const test::TemporaryFolder temporary;
  const auto folder = folder_for(plan, temporary / "run");
  const Tables whole = run(plan, 2, folder);
  int parts = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(temporary / "run")) {
    if (!entry.is_regular_file() || entry.path().string().find("world-") == std::string::npos)
      continue;
    ++parts;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(entry.file_size()) / 2);
    file.put('\x7f');
  }
  REQUIRE(parts == 3);
  std::size_t found = 99;
  ExecuteOptions options;
  options.on_progress = [&](const Progress& progress) {
    found = std::min(found, progress.worlds_done);
  };
  const auto executed = execute(plan, folder, options);
  REQUIRE(executed.ok());
  CHECK(found == 0);
  check_same(tables_in(plan, folder), whole);
}

TEST_CASE("a finished run is taken from disk, and progress ends at one") {
  const Plan plan = plan_of(scenario_text(kSweep));
  const test::TemporaryFolder temporary;
  const auto folder = folder_for(plan, temporary / "run");
  const Tables whole = run(plan, 2, folder);
  Progress last;
  int reports = 0;
  ExecuteOptions options;
  options.on_progress = [&](const Progress& progress) {
    last = progress;
    ++reports;
  };
  const auto executed = execute(plan, folder, options);
  REQUIRE(executed.ok());
  CHECK(reports == 1);
  CHECK(last.worlds_done == 3);
  CHECK(last.done == Approx(1));
  CHECK(last.resumed);
  check_same(tables_in(plan, folder), whole);
}

TEST_CASE(
    "a world with more cells than go at once is simulated in lots, and its rows stay the same") {
  const std::string text = scenario_text(
      R"({"loss": [0, 0.3], "timeout": ["250ms", "400ms", "1s"], "threshold": [1, 2],
          "where": "loss > 0 or timeout > 300ms"})");
  const auto document = scenario::Document::parse(text, "test.json");
  REQUIRE(document.ok());
  const auto base = scenario::read_scenario(document.value(), ".");
  REQUIRE(base.ok());
  // Three rows of a curve are still judged one by one, so no quantile may move.
  const Plan whole = make_plan(document.value(), base.value(), ".", {}, true).value();
  const Plan lots = make_plan(document.value(), base.value(), ".", {}, true, 4).value();
  CHECK(whole.worlds.size() == 2);
  CHECK(lots.worlds.size() == 4);
  CHECK(lots.cells == 2 + 2 + 2 + 3 + 2 + 2);
  CHECK(lots.rows == whole.rows);
  CHECK(lots.sha256("1") != whole.sha256("1"));
  std::size_t cells = 0;
  for (std::size_t w = 0; w < lots.worlds.size(); ++w) {
    const World world = lots.world(w);
    CHECK(world.cells.size() <= 4);
    CHECK(world.first_cell == cells);
    cells += world.cells.size();
  }
  CHECK(cells == lots.cells);
  const Tables one = run(whole, 1);
  const Tables other = run(lots, 2);
  CHECK(one.cells_csv == other.cells_csv);
  CHECK(one.detection_csv == other.detection_csv);
}

TEST_CASE("however many worlds there are, only one world's rows are put together at a time") {
  const auto largest_of = [](std::size_t worlds) {
    std::string losses;
    for (std::size_t i = 0; i < worlds; ++i)
      losses += (i == 0 ? "0." : ", 0.") + std::to_string(100 + i);
    const Plan plan = plan_of(scenario_text("{\"loss\": [" + losses + "]}"));
    REQUIRE(plan.worlds.size() == worlds);
    return run(plan, 2).largest_piece;
  };
  // Losses this near give pieces of nearly the same size; ten worlds in one would be ten times it.
  CHECK(largest_of(20) < 2 * largest_of(2));
}

TEST_CASE("planned work counts pairs, warm-up, replications and settings") {
  const Plan plan = plan_of(scenario_text("", ",\n  \"warm_up\": \"10s\""));
  CHECK(planned_heartbeats(plan) == Approx(5 * 700 * 2));
  CHECK(planned_judgements(plan) == Approx(5 * 700 * 2 * 3));
}

}  // namespace flatline::sweep
