#include <algorithm>
#include <set>

#include "flatline/base/text.hpp"
#include "page.hpp"

namespace flatline::report {
namespace {

constexpr std::size_t kMostRows = 1000;

// A cell of the table: what people read, and the number by which a column sorts.
std::string cell(const std::string& shown, double sort_by) {
  const std::string value = sort_by == sort_by ? format_number(sort_by, 9) : "";
  return "<td class=\"n\" data-v=\"" + value + "\">" + escaped(shown) + "</td>";
}

std::string words(const std::string& text) {
  return "<td>" + escaped(text) + "</td>";
}

std::string time_cell(const Estimate& e) {
  return cell(readable_time(e), e.mean);
}

std::string row_html(const Report& report, const Row& row, bool best, bool with_setting) {
  const Estimate& rate = row.of(Measure::mistake_rate);
  const bool none = !(rate.mean > 0);
  std::string out =
      best ? "<tr class=\"best\"><td data-v=\"0\"><abbr title=\"beaten by no other setting\">best"
             "</abbr></td>"
           : "<tr><td data-v=\"1\"></td>";
  out += words(row.label);
  if (with_setting) out += words(setting_text(report.rows, row));
  out += words(row.state);
  const auto time = [&](Measure m) { return cell(readable_time(row.of(m).mean), row.of(m).mean); };
  const auto count = [&](Measure m) {
    return cell(readable_count(row.of(m).mean), row.of(m).mean);
  };
  out += time_cell(row.of(Measure::detection_mean)) + time(Measure::detection_p99);
  out += cell(readable_rate(rate, row.mistakes()), none ? 0 : rate.mean);
  out += count(Measure::mistakes) + time_cell(row.of(Measure::mistake_duration));
  out += cell(readable_share(row.of(Measure::query_accuracy).mean),
              row.of(Measure::query_accuracy).mean);
  out += time(Measure::detection_p50) + time(Measure::detection_max);
  out += count(Measure::missed) + count(Measure::censored);
  out += cell(plain_number(row.of(Measure::messages).mean), row.of(Measure::messages).mean);
  return out + "</tr>\n";
}

// The best rows always, then the first others, all in the order of the file.
std::vector<std::size_t> shown_rows(const Report& report, const std::set<std::size_t>& best) {
  const std::size_t n = report.rows.rows.size();
  std::size_t others = kMostRows - std::min(kMostRows, best.size());
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < n; ++i) {
    if (best.count(i) > 0) {
      out.push_back(i);
    } else if (others > 0) {
      --others;
      out.push_back(i);
    }
  }
  return out;
}

}  // namespace

std::string page_table(const Report& report) {
  const std::vector<Row>& rows = report.rows.rows;
  std::set<std::size_t> best;
  for (const TradeGroup& group : report.groups) {
    for (const std::size_t i : group.front) best.insert(group.points[i].row);
  }
  const std::vector<std::size_t> shown = shown_rows(report, best);
  std::string caption =
      "Brackets hold 95 % intervals. Rates are per hour and monitored pair. \"best\": no other "
      "setting in state \"" +
      report.state + "\" is both faster and makes fewer mistakes.";
  if (shown.size() < rows.size()) {
    caption += " Shown: " + readable_count(static_cast<double>(shown.size())) + " of " +
               readable_count(static_cast<double>(rows.size())) +
               " rows, the best ones among them; cells.csv has all.";
  }
  const bool with_setting = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
    return !setting_text(report.rows, row).empty();
  });
  static constexpr std::string_view kNumbers[] = {"Detection mean",
                                                  "p99",
                                                  "Mistakes per hour",
                                                  "Mistakes",
                                                  "Mistake lasts",
                                                  "P_A",
                                                  "p50",
                                                  "max",
                                                  "Missed",
                                                  "Censored",
                                                  "Messages/s"};
  std::string out =
      "<div class=\"wide\" role=\"region\" aria-label=\"All rows\" tabindex=\"0\">\n<table "
      "id=\"rows\">\n"
      "<caption>" +
      escaped(caption) +
      "</caption>\n<thead><tr><th scope=\"col\"><span class=\"unseen\">"
      "Best</span></th><th scope=\"col\">Detector</th>";
  if (with_setting) out += "<th scope=\"col\">Setting</th>";
  out += "<th scope=\"col\">State</th>";
  for (const std::string_view name : kNumbers) {
    out += "<th scope=\"col\" class=\"n\">" + std::string(name) + "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const std::size_t i : shown)
    out += row_html(report, rows[i], best.count(i) > 0, with_setting);
  return out + "</tbody>\n</table>\n</div>\n";
}

}  // namespace flatline::report
