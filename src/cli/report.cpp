// flatline report.

#include "flatline/report/report.hpp"

#include <iostream>

#include "cli/command.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

int report_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("quiet,q", "no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {"folder"}, values)) return kOk;
  const auto written =
      value_or_fail(report::write_report(required(values, "folder", command)), kInputOutput);
  std::cout << written.html << "\n";
  for (const std::string& chart : written.charts) std::cout << chart << "\n";
  if (!written.interactive && !values.contains("quiet")) {
    std::cerr << "this build has no interactive charts (npm was not there when it was built): the "
                 "page is static\n";
  }
  return kOk;
}

}  // namespace flatline::cli
