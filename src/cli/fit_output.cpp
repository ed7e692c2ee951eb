#include "cli/fit_output.hpp"

#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/folder.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"

namespace flatline::cli {
namespace {

// What decides the result: the file, this program, and the options that matter.
std::string identity_of(const FitRequest& request) {
  std::string all = file_sha256(request.input.path) + FLATLINE_VERSION + request.input.clocks +
                    "," + format_duration(request.interval) + "," +
                    format_duration(request.options.stall) + "," +
                    format_duration(request.options.least_delay) + "," +
                    std::to_string(static_cast<int>(request.options.laws));
  const trace::ArrivalOptions& columns = request.input.columns;
  for (const std::string* option :
       {&columns.column, &columns.unit, &columns.seq_column, &columns.send_column, &columns.target})
    all += "," + *option;
  return results::sha256_hex(all + "," + format_duration(request.resolution));
}

// Where the results go: as asked, or the first default name that is free or holds this very fit.
std::string folder_for(const FitRequest& request, const std::string& identity) {
  const auto is_ours = [&](const std::string& folder) {
    const auto text = results::read_file(folder + "/fit.json");
    return text.ok() && text.value().find(identity) != std::string::npos;
  };
  if (!request.out.empty()) {
    if (std::filesystem::exists(request.out) && !std::filesystem::is_empty(request.out) &&
        !is_ours(request.out)) {
      fail(kInputOutput, request.out +
                             ": holds something else; expected a new folder, or that of "
                             "the same fit");
    }
    return request.out;
  }
  const std::string name = name_of_fit(request).slug;
  for (int i = 1;; ++i) {
    const std::string folder = "results/fit-" + name + (i == 1 ? "" : "-" + std::to_string(i));
    if (!std::filesystem::exists(folder) || is_ours(folder)) return folder;
  }
}

void write(const std::string& path, const std::string& text) {
  value_or_fail(results::write_file(path, text), kInputOutput);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

}  // namespace

nlohmann::ordered_json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

nlohmann::ordered_json json_of(const std::vector<fit::Parameter>& parameters) {
  auto out = nlohmann::ordered_json::object();
  for (const fit::Parameter& p : parameters) {
    out[p.name + (p.is_duration ? "_s" : "")] = {
        {"value", number(p.value)}, {"lo", number(p.lo)}, {"hi", number(p.hi)}};
  }
  return out;
}

nlohmann::ordered_json json_of(const fit::LawFit& law) {
  return {{"family", std::string(random::name_of(law.law.family))},
          {"parameters", json_of(law.parameters)},
          {"log_likelihood", number(law.log_likelihood)},
          {"bic", number(law.bic)},
          {"p_value", number(law.goodness.p_value)},
          {"distance", number(law.goodness.distance)},
          {"tail_octaves", number(law.goodness.tail_octaves)}};
}

nlohmann::ordered_json json_of(const std::vector<fit::Feature>& features) {
  auto out = nlohmann::ordered_json::array();
  for (const fit::Feature& feature : features) {
    out.push_back(
        {{"name", feature.name},
         {"holds", feature.holds},
         {"p_value", feature.p_value ? number(*feature.p_value) : nlohmann::ordered_json()},
         {"found", feature.found}});
  }
  return out;
}

FitName name_of_fit(const FitRequest& request) {
  const std::string file = std::filesystem::path(request.input.path).filename().string();
  return {file, slug(file.substr(0, file.find('.')))};
}

std::string feature_lines(const std::vector<fit::Feature>& features) {
  std::string out;
  for (const fit::Feature& feature : features) {
    const char* mark = feature.holds ? (feature.p_value ? "ok     " : "-      ") : "FAILS  ";
    out += mark + feature.name + ": " + feature.found + "\n";
  }
  return out;
}

int write_fit(const FitRequest& request, FitFiles files, nlohmann::ordered_json numbers) {
  const std::string identity = identity_of(request);
  const std::string folder = folder_for(request, identity);
  nlohmann::ordered_json all{{"identity", identity}, {"version", FLATLINE_VERSION}};
  all.update(numbers);
  all["remarks"] = files.remarks;
  const std::string json = all.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  files.page.code_heading = "The scenario";
  files.page.code = files.scenario.text;
  files.page.notes = lines_of(files.remarks);
  files.page.version = FLATLINE_VERSION;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(kInputOutput, folder + ": " + error.message());
  for (const SideFile& side : files.scenario.files) write(folder + "/" + side.name, side.text);
  write(folder + "/scenario.json", files.scenario.text);
  value_or_fail(report::write_chart_page(folder, files.page), kInputOutput);
  write(folder + "/fit.json", json);
  std::cout << (request.format == "json" ? json : files.summary);
  if (!request.quiet) {
    std::cerr << files.remarks << "report in " << folder
              << "/report.html; to find settings: flatline sweep " << folder << "/scenario.json\n";
  }
  return kOk;
}

}  // namespace flatline::cli
