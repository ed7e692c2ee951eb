#include "flatline/report/page_of_charts.hpp"

#include <algorithm>
#include <set>

#include "bar_chart.hpp"
#include "flatline/base/check.hpp"
#include "flatline/results/store.hpp"
#include "line_chart.hpp"
#include "page.hpp"

namespace flatline::report {
namespace {

constexpr std::size_t kLongestOpenCode = 40;  // Lines; more wait behind a click.

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

// What this page has beyond page_css().
constexpr std::string_view kCss = R"(:root{--good:#0a6b3d;--bad:#b3261e}
@media screen and (prefers-color-scheme:dark){:root{--good:#4fd18f;--bad:#ff8a80}}
.summary p{max-width:76ch}
.checks{list-style:none;margin:20px 0 0;padding:0;border-top:1px solid var(--rule)}
.checks li{display:grid;grid-template-columns:20px minmax(12ch,24rem) 1fr;gap:4px 14px;
padding:8px 0;border-bottom:1px solid var(--rule)}
.checks svg{width:18px;height:18px;margin-top:4px;fill:none;stroke:currentColor;stroke-width:2;
stroke-linecap:round;stroke-linejoin:round}
.good .mark{color:var(--good)}
.bad .mark{color:var(--bad)}
.neutral .mark{color:var(--soft)}
.what{font-weight:600}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(460px,100%),1fr));
gap:40px 36px;margin-top:48px}
.charts>*{min-width:0;max-width:680px}
.charts h2{font-size:1.1rem;margin:0 0 8px}
.tables{display:flex;flex-wrap:wrap;gap:0 48px;align-items:flex-start}
.tables>*{max-width:100%}
.tables .wide{border:0;max-height:none}
.tables table{min-width:280px}
.tables thead th{color:var(--soft);font-weight:600;border-bottom-color:var(--soft)}
.tables tbody th{font-weight:400}
.tables th:first-child{padding-left:0}
.tables caption{padding:8px 0 0;max-width:72ch}
.notes{color:var(--soft);padding-left:20px;max-width:80ch}
@media (max-width:640px){.checks li{grid-template-columns:20px 1fr}.found{grid-column:2}}
@media print{:root{font-size:12px}body{font-size:1rem}h2{margin:24px 0 8px}
.checks li{padding:3px 0;break-inside:avoid}
.charts{grid-template-columns:1fr 1fr;gap:20px;margin-top:20px}.tables section{break-inside:avoid}
pre{white-space:pre-wrap}}
)";

std::string headed_section(std::string_view css, const std::string& id, std::string_view heading) {
  return "<section" + (css.empty() ? "" : " class=\"" + std::string(css) + "\"") +
         " aria-labelledby=\"" + id + "\"><h2 id=\"" + id + "\">" + escaped(heading) + "</h2>\n";
}

std::string header(const ChartPage& page) {
  std::string facts;
  for (const std::string& fact : page.facts) {
    facts += (facts.empty() ? "" : " &middot; ") + escaped(fact);
  }
  return "<header><p class=\"kind\">" + escaped(page.kind) + "</p>\n" +
         element("h1", page.title.empty() ? page.kind : page.title) +
         (facts.empty() ? "" : "<p class=\"facts\">" + facts + "</p>\n") + "</header>\n";
}

struct Mark {
  std::string_view css;
  std::string_view words;  ///< For who cannot see the mark.
  std::string_view path;
};

Mark mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return {"good", "Good: ", "M3 10l4.5 4.5L16 5"};
    case Verdict::bad:
      return {"bad", "Bad: ", "M4 4l11 11M15 4L4 15"};
    case Verdict::neutral:
      break;
  }
  return {"neutral", "Neither good nor bad: ", "M4 9.5h11"};
}

std::string check_list(const std::vector<Check>& checks) {
  if (checks.empty()) return "";
  std::string out = "<ul class=\"checks\">\n";
  for (const Check& check : checks) {
    const Mark mark = mark_of(check.verdict);
    out += "<li class=\"" + std::string(mark.css) +
           "\"><span class=\"mark\" aria-hidden=\"true\"><svg viewBox=\"0 0 19 19\"><path d=\"" +
           std::string(mark.path) +
           "\"/></svg></span><span class=\"what\"><span class=\"unseen\">" +
           std::string(mark.words) + "</span>" + escaped(check.what) +
           "</span> <span class=\"found\">" + escaped(check.found) + "</span></li>\n";
  }
  return out + "</ul>\n";
}

std::string summary(const ChartPage& page) {
  if (page.summary.empty() && page.checks.empty()) return "";
  std::string out = headed_section("summary", "page-answer", "In short");
  for (const std::string& paragraph : page.summary) out += element("p", paragraph);
  return out + check_list(page.checks) + "</section>\n";
}

std::string figure(const Chart& chart) {
  const std::string id = chart.file.substr(0, chart.file.find('.'));
  std::string out = headed_section("figure", id + "-name", chart.heading);
  if (!chart.svg) return out + element("p", chart.caption) + "</section>\n";
  return out + "<figure id=\"" + id + "\">\n" + chart.svg->inline_text() + "<figcaption>" +
         escaped(chart.caption) + "</figcaption></figure>\n</section>\n";
}

bool is_number_like(std::string_view cell) {
  const std::size_t at = cell.find_first_not_of("+-<>~ ");
  return at == std::string_view::npos || (cell[at] >= '0' && cell[at] <= '9');
}

std::string table_row(const std::vector<std::string>& cells, const std::vector<bool>& numbers,
                      bool is_head) {
  std::string out = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string tag = is_head || i == 0 ? "th" : "td";
    const std::string scope = is_head ? " scope=\"col\"" : i == 0 ? " scope=\"row\"" : "";
    out += "<" + tag + scope + (numbers[i] ? " class=\"n\"" : "") + ">" + escaped(cells[i]) + "</" +
           tag + ">";
  }
  return out + "</tr>\n";
}

std::string table_html(const PageTable& table, const std::string& id) {
  std::vector<bool> numbers(table.columns.size(), !table.rows.empty());
  for (const std::vector<std::string>& row : table.rows) {
    FLATLINE_CHECK(row.size() == table.columns.size(), "each row has a cell for each column");
    for (std::size_t i = 0; i < row.size(); ++i) {
      numbers[i] = numbers[i] && is_number_like(row[i]);
    }
  }
  std::string out =
      headed_section("", id, table.heading) +
      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"" + id +
      "\"><table>\n" +
      (table.note.empty() ? "<caption><span class=\"unseen\">" + escaped(table.heading) + "</span>"
                          : "<caption>" + escaped(table.note)) +
      "</caption>\n<thead>" + table_row(table.columns, numbers, true) + "</thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) out += table_row(row, numbers, false);
  return out + "</tbody></table></div>\n</section>\n";
}

std::string code(const ChartPage& page) {
  if (page.code.empty()) return "";
  const std::string block = "<pre tabindex=\"0\"><code>" + escaped(page.code) + "</code></pre>\n";
  const auto lines = static_cast<std::size_t>(std::count(page.code.begin(), page.code.end(), '\n'));
  const std::string heading = page.code_heading.empty() ? "As text" : page.code_heading;
  const std::string out = headed_section("", "page-code", heading);
  if (lines <= kLongestOpenCode) return out + block + "</section>\n";
  return out + "<details><summary>Show " + std::to_string(lines) + " lines</summary>\n" + block +
         "</details></section>\n";
}

std::string notes(const ChartPage& page) {
  if (page.notes.empty()) return "";
  std::string out = headed_section("", "page-notes", "Notes") + "<ul class=\"notes\">\n";
  for (const std::string& note : page.notes) out += element("li", note);
  return out + "</ul></section>\n";
}

std::string page_html(const ChartPage& page, const std::vector<Chart>& charts, bool has_files) {
  std::string out = page_head({kPolicy, page.version, page.title, page.kind, kCss}) +
                    "<body>\n<main>\n" + header(page) + summary(page);
  if (!charts.empty()) {
    out += "<div class=\"charts\">\n";
    for (const Chart& chart : charts) out += figure(chart);
    out += "</div>\n";
  }
  if (!page.tables.empty()) {
    out += "<div class=\"tables\">\n";
    for (std::size_t i = 0; i < page.tables.size(); ++i) {
      out += table_html(page.tables[i], "page-table-" + std::to_string(i + 1));
    }
    out += "</div>\n";
  }
  return out + code(page) + notes(page) + "<footer><p>Written by flatline" +
         (page.version.empty() ? "" : " " + escaped(page.version)) +
         ". This page loads nothing and runs no script." +
         (charts.empty() || !has_files ? "" : " Each chart also lies beside it as an SVG file.") +
         "</p></footer>\n</main>\n</body>\n</html>\n";
}

bool is_plain_svg_name(std::string_view file) {
  constexpr std::string_view kEnd = ".svg";
  if (file.size() <= kEnd.size() || !file.ends_with(kEnd)) return false;
  file.remove_suffix(kEnd.size());
  return std::all_of(file.begin(), file.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::vector<Chart> charts_of(const ChartPage& page) {
  std::set<std::string> files;
  std::vector<Chart> charts;
  for (const BarChart& chart : page.bars) charts.push_back(draw_bar_chart(chart));
  for (const LineChart& chart : page.charts) charts.push_back(draw_line_chart(chart));
  for (const Chart& chart : charts) {
    FLATLINE_CHECK(is_plain_svg_name(chart.file), "a chart's file is a plain name in .svg");
    FLATLINE_CHECK(files.insert(chart.file).second, "each chart has a file of its own");
  }
  return charts;
}

}  // namespace

std::string chart_page_html(const ChartPage& page) {
  return page_html(page, charts_of(page), false);
}

Result<std::string> write_chart_page(const std::string& folder, const ChartPage& page) {
  const std::vector<Chart> charts = charts_of(page);
  const std::string html = page_html(page, charts, true);
  for (const Chart& chart : charts) {
    if (!chart.svg) continue;
    const auto written = results::write_file(folder + "/" + chart.file, chart.svg->file_text());
    if (!written) return written.problems();
  }
  // The page last: who sees it finds its charts.
  std::string path = folder + "/report.html";
  const auto written = results::write_file(path, html);
  if (!written) return written.problems();
  return path;
}

}  // namespace flatline::report
