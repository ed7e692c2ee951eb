// flatline explain causes: why a scenario's detectors make mistakes, by tally and by ablation.

#include "cli/causes.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <numeric>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/simulation.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/store.hpp"
#include "flatline/scenario/troubles.hpp"
#include "flatline/sweep/rows.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr std::string_view kByCause = "mistakes_by_";

constexpr Command kCommand{
    "explain",
    "tell what makes the mistakes of a scenario: counted, and by switching off each "
    "source of trouble",
    "explain causes SCENARIO [options]",
    "  flatline explain causes scenarios/flapping-causes.json\n"
    "  flatline explain causes scenario.json --set timeout=5s --html causes.html\n"
    "  flatline explain causes scenario.json --jobs 2 --format csv > causes.csv\n",
    explain_command};

struct Request {
  std::string scenario;
  Simulation simulation;
  std::string format;
  std::string html;
  bool quiet = false;
};

std::string causes_format_of(const po::variables_map& values) {
  const auto format = values["format"].as<std::string>();
  const std::vector<std::string> known{"table", "json", "ndjson", "csv", "markdown"};
  if (std::find(known.begin(), known.end(), format) != known.end()) return format;
  const std::string nearest = nearest_name(format, known);
  fail(kUsage, "--format " + format + " is not table, json, ndjson, csv or markdown" +
                   (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

// A page that cannot be written is refused before the work, not after it.
std::string html_of(const po::variables_map& values) {
  const std::string path = option_or(values, "html");
  if (path.empty()) {
    if (values.contains("html")) fail(kUsage, "--html is empty; expected the name of a file");
    return path;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::is_directory(path)) fail(kInputOutput, path + ": is a folder");
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    fail(kInputOutput, path + ": there is no folder " + folder.string());
  return path;
}

std::int64_t count_at(const results::Table& table, std::size_t row, std::size_t column) {
  const auto* count = std::get_if<std::int64_t>(&table.rows[row][column]);
  FLATLINE_CHECK(count != nullptr, "mistakes are counts");
  return *count;
}

std::vector<Mistakes> mistakes_of(const results::Table& table,
                                  const std::vector<std::string>& causes) {
  std::vector<Mistakes> out;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Mistakes& mistakes = out.emplace_back();
    mistakes.all = count_at(table, r, *table.index_of("mistakes"));
    for (const std::string& cause : causes) {
      mistakes.by.push_back(count_at(table, r, *table.index_of(std::string(kByCause) + cause)));
    }
  }
  return out;
}

std::vector<CauseRow> rows_of(const results::Table& table) {
  const auto text = [&](std::size_t r, std::string_view column) {
    return results::cell_text(table.at(r, column));
  };
  bool has_dead = false;
  for (std::size_t r = 0; r < table.rows.size(); ++r) has_dead |= text(r, "state") == "dead";
  std::vector<CauseRow> out;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    CauseRow row{"", text(r, "kind"), text(r, "label"), text(r, "state")};
    row.name = row.label + (has_dead ? ", " + row.state : "");
    out.push_back(std::move(row));
  }
  return out;
}

// The plan of the scenario as it is, then one for each trouble.
std::vector<sweep::Plan> plans_of(const Loaded& loaded,
                                  const std::vector<scenario::Trouble>& troubles) {
  std::vector<sweep::Plan> plans;
  const auto add = [&](const scenario::Document& document, const scenario::ReadOptions& options) {
    // The scenario as it was read: with its sweep, on which an automatic warm-up depends.
    plans.push_back(value_or_fail(
        sweep::make_plan(document, loaded.scenario, loaded.folder, options, false), kInvalid));
  };
  add(loaded.document, read_options());
  for (const scenario::Trouble& trouble : troubles) {
    scenario::ReadOptions options = read_options();
    options.idle_faults = trouble.idle_faults;
    add(trouble.document, options);
  }
  return plans;
}

// Puts the worlds of one plan together in the order of their cells.
results::Table joined(std::vector<std::pair<std::size_t, results::Table>> pieces) {
  std::sort(pieces.begin(), pieces.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  results::Table out = std::move(pieces.front().second);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    for (auto& row : pieces[i].second.rows) out.rows.push_back(std::move(row));
  }
  return out;
}

std::vector<results::Table> simulate(const Request& request,
                                     const std::vector<sweep::Plan>& plans) {
  catch_signals();
  ProgressMeter meter(request.quiet);
  sweep::ExecuteOptions options;
  options.engine = engine_of(request.simulation, plans.front());
  options.jobs = request.simulation.jobs;
  options.stop = &interrupted();
  options.on_progress = [&](const sweep::Progress& progress) { meter(progress); };
  std::vector<std::vector<std::pair<std::size_t, results::Table>>> pieces(plans.size());
  const sweep::Executed done = sweep::execute_in_memory(
      plans,
      [&](std::size_t plan, const sweep::World& world, const qos::Tally& tally) {
        pieces[plan].emplace_back(world.first_cell, cells_table(plans[plan], world, tally));
      },
      options);
  meter.finish();
  if (done.outcome == sweep::Outcome::interrupted)
    fail(kInterrupted, "interrupted; nothing is kept, the same command starts anew");
  std::vector<results::Table> tables;
  for (auto& piece : pieces) tables.push_back(joined(std::move(piece)));
  return tables;
}

Causes causes_of(const std::vector<results::Table>& tables,
                 const std::vector<scenario::Trouble>& troubles) {
  Causes out;
  for (const std::string& column : tables.front().columns) {
    if (column.starts_with(kByCause)) out.names.push_back(column.substr(kByCause.size()));
  }
  out.rows = rows_of(tables.front());
  out.baseline.rows = mistakes_of(tables.front(), out.names);
  for (std::size_t i = 0; i < troubles.size(); ++i) {
    out.ablations.push_back({troubles[i].name, troubles[i].off, troubles[i].whole,
                             troubles[i].causes, mistakes_of(tables[i + 1], out.names)});
  }
  return out;
}

CausesSource source_of(const Loaded& loaded, const Causes& causes) {
  const scenario::Scenario& scenario = loaded.scenario;
  const auto counted = [](std::size_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  CausesSource out{
      scenario.name, scenario.why, {}, scenario::resolved_json(scenario), FLATLINE_VERSION};
  out.facts = {counted(causes.rows.size(), "detector row"),
               format_duration(scenario.duration) + " simulated",
               counted(scenario.replications, "replication"),
               "seed " + std::to_string(scenario.seed),
               counted(causes.ablations.size() + 1, "run")};
  return out;
}

int explain_causes(const Request& request) {
  const Loaded loaded = load(request.scenario, request.simulation.overrides);
  const auto troubles =
      value_or_fail(scenario::troubles(loaded.document, loaded.folder, read_options()), kInvalid);
  const std::vector<sweep::Plan> plans = plans_of(loaded, troubles);
  const Causes causes = causes_of(simulate(request, plans), troubles);
  if (!request.html.empty()) {
    const std::string page = report::chart_page_html(page_of(causes, source_of(loaded, causes)));
    value_or_fail(results::write_file(request.html, page), kInputOutput);
  }
  if (request.format == "table" || request.format == "markdown") {
    print_causes(causes, request.format);
  } else {
    print_rows(causes_table(causes), request.format);
    if (!request.quiet) {
      for (const std::string& sentence : conclusions(causes, 0)) std::cerr << sentence << "\n";
    }
  }
  if (!request.html.empty() && !request.quiet) std::cerr << "page in " << request.html << "\n";
  return kOk;
}

}  // namespace

int explain_causes(const std::vector<std::string>& arguments) {
  po::options_description options("Options");
  add_simulation_options(options);
  add_set_option(options);
  add_plugin_option(options);
  options.add_options()("format", po::value<std::string>()->default_value("table"),
                        "table, json, ndjson, csv or markdown")(
      "html", po::value<std::string>(), "also write tables and charts as one page to this file")(
      "quiet,q", "no progress, no messages");
  po::variables_map values;
  if (!parse(kCommand, arguments, options, {"scenario"}, values)) return kOk;
  Request request;
  request.scenario = required(values, "scenario", kCommand);
  request.format = causes_format_of(values);
  request.html = html_of(values);
  request.quiet = values.contains("quiet");
  request.simulation = simulation_of(values);
  return explain_causes(request);
}

}  // namespace flatline::cli
