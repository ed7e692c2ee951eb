#pragma once
// Charts and tables that the pages of all kinds of fits have.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/fit/trace_fit.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::cli {

double seconds_of(std::int64_t ns);

/// Share of the values above each, as steps; the last, which none exceeds, is left to be seen as
/// 1/n. `sorted`: ascending, ns.
report::ChartSeries tail_of(const std::string& name, const std::vector<std::int64_t>& sorted);
/// Pr(longer) of a law, from near the least of what was measured to as far as its tail may be asked
/// for.
report::ChartSeries tail_of(const random::Distribution& law, std::int64_t least, double farthest);

/// A chart with nothing in it yet.
report::LineChart chart_of(const std::string& file, const std::string& heading,
                           const std::string& caption);
/// Measured tail and those of the best two laws; what lies beyond the largest value is hatched.
/// `farthest`: see fit::farthest_tail.
void add_tails(report::LineChart& chart, const std::vector<std::int64_t>& sorted,
               const std::vector<fit::LawFit>& families, double farthest);
/// `tails` upside down.
report::LineChart shares_of(const report::LineChart& tails, const std::string& file,
                            const std::string& heading, const std::string& caption,
                            const std::string& y);
/// Rank correlations of `what` ("delays") of `things` ("heartbeats") that are 1, 2 ... apart.
report::LineChart correlation_chart(const std::string& file, const std::string& heading,
                                    const std::string& things, const std::string& what,
                                    const std::vector<double>& lags, double bound);

void add_parameters(report::PageTable& table, const std::string& of,
                    const std::vector<fit::Parameter>& parameters);
report::PageTable families_table(const std::string& heading,
                                 const std::vector<fit::LawFit>& families);
std::vector<report::Check> checks_of(const std::vector<fit::Feature>& features);

}  // namespace flatline::cli
