#pragma once
// What all kinds of fits share: how they are asked for, their numbers as JSON, and the folder they
// are written to.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/fit_scenario.hpp"
#include "cli/trace_input.hpp"
#include "flatline/fit/trace_fit.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::cli {

struct FitRequest {
  TraceInput input;
  fit::TraceFitOptions options;
  Duration interval{};    ///< 0: not given.
  Duration resolution{};  ///< Of a log of histograms; 0: not given.
  std::string out;
  std::string format;
  bool quiet = false;
};

/// NaN and infinity as null.
nlohmann::ordered_json number(double value);
nlohmann::ordered_json json_of(const std::vector<fit::Parameter>& parameters);
nlohmann::ordered_json json_of(const fit::LawFit& law);
nlohmann::ordered_json json_of(const std::vector<fit::Feature>& features);

/// The file's own name, and what names folder and scenario after it.
struct FitName {
  std::string file;
  std::string slug;
};
FitName name_of_fit(const FitRequest& request);

/// "ok     name: found", a line for each.
std::string feature_lines(const std::vector<fit::Feature>& features);

/// What is written.
struct FitFiles {
  FittedScenario scenario;
  report::ChartPage page;  ///< Code and notes are filled in from scenario and remarks.
  std::string summary;     ///< For stdout, as text.
  std::string remarks;     ///< One sentence a line.
};

/// Writes the folder with `numbers` as fit.json, and says where it is. Gives the exit code. Throws
/// Failure.
int write_fit(const FitRequest& request, FitFiles files, nlohmann::ordered_json numbers);

/// Fits of files that hold no heartbeats; they give the exit code too.
int fit_pause_log(const FitRequest& request);
int fit_matrix(const FitRequest& request);

}  // namespace flatline::cli
