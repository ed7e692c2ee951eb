// Causes as a page of charts and tables.

#include <algorithm>

#include "cli/causes.hpp"

namespace flatline::cli {
namespace {

constexpr std::size_t kMostCharts = 24;  // rows beyond are in the tables
constexpr std::size_t kAllCauses = 100;

// Causes that some row has, in some run: they have the same colour in every chart.
std::vector<std::size_t> seen(const Causes& causes) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < causes.names.size(); ++c) {
    const auto has = [&](const Ablation& ablation) {
      return std::any_of(ablation.rows.begin(), ablation.rows.end(),
                         [&](const Mistakes& m) { return m.by[c] > 0; });
    };
    if (has(causes.baseline) ||
        std::any_of(causes.ablations.begin(), causes.ablations.end(), has)) {
      out.push_back(c);
    }
  }
  return out;
}

std::string readable_cause(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

report::Bar bar_of(const Mistakes& mistakes, std::int64_t all,
                   const std::vector<std::size_t>& shown) {
  report::Bar bar;
  for (const std::size_t c : shown) {
    bar.parts.push_back(all == 0 ? 0
                                 : static_cast<double>(mistakes.by[c]) / static_cast<double>(all));
    bar.tips.push_back(std::to_string(mistakes.by[c]) + ", " + share_text(mistakes.by[c], all));
  }
  return bar;
}

report::BarChart chart_of(const Causes& causes, const std::vector<std::size_t>& shown) {
  report::BarChart chart;
  for (const std::size_t c : shown) chart.series.push_back(readable_cause(causes.names[c]));
  return chart;
}

report::BarChart tally_chart(const Causes& causes, const std::vector<std::size_t>& shown) {
  report::BarChart chart = chart_of(causes, shown);
  chart.file = "tally.svg";
  chart.heading = "Mistakes by cause";
  chart.caption =
      "The causes of each detector's mistakes, found from what truly happened: each mistake is "
      "counted once, as a combination where more than one cause had a part in it.";
  chart.axis = "share of the detector's mistakes";
  for (std::size_t r = 0; r < causes.rows.size(); ++r) {
    const Mistakes& mistakes = causes.baseline.rows[r];
    report::Bar bar = bar_of(mistakes, mistakes.all, shown);
    bar.name = causes.rows[r].name;
    bar.note = mistakes.all == 1 ? "1 mistake" : std::to_string(mistakes.all) + " mistakes";
    chart.bars.push_back(std::move(bar));
  }
  return chart;
}

report::BarChart ablation_chart(const Causes& causes, std::size_t row,
                                const std::vector<std::size_t>& shown) {
  const std::int64_t all = causes.baseline.rows[row].all;
  report::BarChart chart = chart_of(causes, shown);
  chart.file = "ablation_" + std::to_string(row) + ".svg";
  chart.heading = "Without each source: " + causes.rows[row].name;
  chart.caption = "What remains of " + std::to_string(all) + (all == 1 ? " mistake" : " mistakes") +
                  " when one source of trouble is switched off, by cause. The shorter the bar, the "
                  "more of the mistakes hang on that source.";
  chart.axis = "share of the mistakes as it is";
  for (const Ablation* ablation : ranking(causes, row)) {
    report::Bar bar = bar_of(ablation->rows[row], all, shown);
    bar.name = ablation->without;
    bar.note = std::to_string(ablation->rows[row].all) + " remain, " +
               share_text(ablation->rows[row].all, all);
    chart.bars.push_back(std::move(bar));
  }
  return chart;
}

report::PageTable ablation_table(const Causes& causes, std::size_t row) {
  const std::int64_t all = causes.baseline.rows[row].all;
  report::PageTable table;
  table.heading = causes.rows[row].name;
  table.note = "As it is: " + std::to_string(all) + ". " + causes.rows[row].kind + ".";
  table.columns = {"without", "how", "remain", "of all", "causes of what remains"};
  for (const Ablation* ablation : ranking(causes, row)) {
    const Mistakes& left = ablation->rows[row];
    table.rows.push_back({ablation->without, ablation->how, std::to_string(left.all),
                          share_text(left.all, all), causes_text(causes, left, kAllCauses)});
  }
  return table;
}

report::PageTable tally_table(const Causes& causes) {
  report::PageTable table;
  table.heading = "Mistakes by cause";
  table.columns = {"detector", "mistakes"};
  for (const std::string& name : causes.names) table.columns.push_back(readable_cause(name));
  for (std::size_t r = 0; r < causes.rows.size(); ++r) {
    const Mistakes& mistakes = causes.baseline.rows[r];
    std::vector<std::string> line{causes.rows[r].name, std::to_string(mistakes.all)};
    for (const std::int64_t n : mistakes.by) line.push_back(std::to_string(n));
    table.rows.push_back(std::move(line));
  }
  return table;
}

}  // namespace

report::ChartPage page_of(const Causes& causes, const CausesSource& source) {
  report::ChartPage page;
  page.kind = "flatline explain causes";
  page.title = source.name;
  page.version = source.version;
  page.facts = source.facts;
  page.summary = conclusions(causes, 0);
  if (!source.why.empty()) page.notes.push_back("The scenario asks: " + source.why);
  page.notes.push_back(switches_text(causes));
  const std::vector<std::size_t> shown = seen(causes);
  page.tables.push_back(tally_table(causes));
  const auto with_mistakes = std::any_of(causes.baseline.rows.begin(), causes.baseline.rows.end(),
                                         [](const Mistakes& mistakes) { return mistakes.all > 0; });
  if (with_mistakes) page.bars.push_back(tally_chart(causes, shown));
  std::size_t left_out = 0;
  for (std::size_t r = 0; r < causes.rows.size() && !causes.ablations.empty(); ++r) {
    page.tables.push_back(ablation_table(causes, r));
    if (causes.baseline.rows[r].all == 0) continue;
    if (page.bars.size() <= kMostCharts) {
      page.bars.push_back(ablation_chart(causes, r, shown));
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) {
    page.notes.push_back("The charts show the first " + std::to_string(kMostCharts) +
                         " detectors with mistakes; the tables have all.");
  }
  page.code_heading = "The scenario";
  page.code = source.scenario;
  return page;
}

}  // namespace flatline::cli
