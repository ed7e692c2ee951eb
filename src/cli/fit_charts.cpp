#include "cli/fit_charts.hpp"

#include <algorithm>
#include <cmath>

#include "cli/fit_scenario.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

using report::ChartSeries;
using report::LineChart;
using report::LineStyle;

constexpr double kModelPoints = 400;

}  // namespace

double seconds_of(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

ChartSeries tail_of(const std::string& name, const std::vector<std::int64_t>& sorted) {
  ChartSeries out{name, LineStyle::steps, {}, {}};
  const auto n = static_cast<double>(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    out.x.push_back(seconds_of(sorted[i]));
    out.y.push_back((n - static_cast<double>(i)) / n);
  }
  return out;
}

ChartSeries tail_of(const random::Distribution& law, std::int64_t least, double farthest) {
  ChartSeries out{std::string(random::name_of(law.family)), LineStyle::line, {}, {}};
  for (double i = 0; i <= kModelPoints; ++i) {
    const double tail = std::pow(farthest, i / kModelPoints);
    const double p = std::min(1 - tail, 1 - 1e-16);
    const double ns = fit::quantile(law, std::max(p, 1e-6));
    if (ns < 0.5 * static_cast<double>(least)) continue;
    out.x.push_back(ns * 1e-9);
    out.y.push_back(fit::survival(law, ns));
  }
  return out;
}

LineChart chart_of(const std::string& file, const std::string& heading,
                   const std::string& caption) {
  LineChart chart;
  chart.file = file;
  chart.heading = heading;
  chart.caption = caption;
  return chart;
}

void add_tails(LineChart& chart, const std::vector<std::int64_t>& sorted,
               const std::vector<fit::LawFit>& families, double farthest) {
  chart.series.push_back(tail_of("measured", sorted));
  for (std::size_t i = 0; i < std::min<std::size_t>(families.size(), 2); ++i)
    chart.series.push_back(tail_of(families[i].law, sorted.front(), farthest));
  chart.beyond = seconds_of(sorted.back());
  chart.beyond_text = "nothing measured";
}

LineChart shares_of(const LineChart& tails, const std::string& file, const std::string& heading,
                    const std::string& caption, const std::string& y) {
  LineChart chart = chart_of(file, heading, caption);
  chart.x = tails.x;
  chart.y = {y, false, false};
  for (const ChartSeries& tail : tails.series) {
    ChartSeries share = tail;
    for (double& value : share.y) value = 1 - value;
    chart.series.push_back(std::move(share));
  }
  return chart;
}

LineChart correlation_chart(const std::string& file, const std::string& heading,
                            const std::string& things, const std::string& what,
                            const std::vector<double>& lags, double bound) {
  LineChart chart = chart_of(file, heading,
                             "Rank correlation of the " + what + " of " + things +
                                 " that are so many apart. Independent " + what +
                                 " stay between the lines 19 times in 20.");
  chart.x = {things + " apart", false, false};
  chart.y = {"rank correlation", false, false};
  ChartSeries values{"measured", LineStyle::points, {}, {}};
  ChartSeries upper{"if independent", LineStyle::line, {}, {}}, lower{"", LineStyle::line, {}, {}};
  for (std::size_t k = 0; k < lags.size(); ++k) {
    const auto lag = static_cast<double>(k + 1);
    values.x.push_back(lag);
    values.y.push_back(lags[k]);
    upper.x.push_back(lag);
    upper.y.push_back(bound);
    lower.x.push_back(lag);
    lower.y.push_back(-bound);
  }
  chart.series = {values, upper, lower};
  return chart;
}

void add_parameters(report::PageTable& table, const std::string& of,
                    const std::vector<fit::Parameter>& parameters) {
  for (const fit::Parameter& p : parameters) {
    const auto text = [&](double value) {
      return p.is_duration ? readable_seconds(value) : format_number(value, 4);
    };
    table.rows.push_back({of, p.name, text(p.value), text(p.lo), text(p.hi)});
  }
}

report::PageTable families_table(const std::string& heading,
                                 const std::vector<fit::LawFit>& families) {
  report::PageTable table;
  table.heading = heading;
  table.note =
      "BIC: Schwarz's criterion, less is better, by how much worse than the best. D: largest "
      "difference of the shares. Tail: how far a law's quantiles are off up to the tenth slowest, "
      "as a factor.";
  table.columns = {"law", "BIC", "p", "D", "tail off by"};
  for (const fit::LawFit& law : families) {
    table.rows.push_back({std::string(random::name_of(law.law.family)),
                          "+" + format_number(law.bic - families.front().bic, 4),
                          format_number(law.goodness.p_value, 2),
                          format_number(law.goodness.distance, 2),
                          format_number(std::exp2(law.goodness.tail_octaves), 3)});
  }
  return table;
}

std::vector<report::Check> checks_of(const std::vector<fit::Feature>& features) {
  std::vector<report::Check> out;
  for (const fit::Feature& feature : features) {
    const auto verdict = !feature.p_value && feature.holds ? report::Verdict::neutral
                         : feature.holds                   ? report::Verdict::good
                                                           : report::Verdict::bad;
    out.push_back({verdict, feature.name, feature.found});
  }
  return out;
}

}  // namespace flatline::cli
