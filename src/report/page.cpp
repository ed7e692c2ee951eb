#include "page.hpp"

#include <algorithm>

#include "flatline/base/text.hpp"

namespace flatline::report {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: "
    "blob:; "
    "base-uri 'none'; form-action 'none'";

// A trace lasts to the nanosecond, which nobody wants to read.
std::string length_of(const Source& source) {
  const auto duration = parse_duration(source.duration);
  return duration.ok() ? readable_time(duration.value().seconds()) : source.duration;
}

std::string short_facts(const Report& report) {
  std::string out;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : " &middot; ") + escaped(text);
  };
  const auto counted = [](std::size_t n, const std::string& one) {
    return readable_count(static_cast<double>(n)) + " " + one + (n == 1 ? "" : "s");
  };
  add(counted(report.rows.labels.size(), "detector"));
  add(counted(report.rows.rows.size(), "row"));
  const Source& source = report.source;
  const std::string runs =
      source.replications > 1 ? std::to_string(source.replications) + " runs of " : "";
  if (source.replayed) {
    add(length_of(source) + " replayed");
  } else {
    if (!source.duration.empty()) add(runs + source.duration + " simulated");
    add("seed " + source.seed);
  }
  if (!source.version.empty()) add("flatline " + source.version);
  return "<p class=\"facts\">" + out + "</p>\n";
}

std::string question(const Source& source) {
  if (source.why.empty() && source.expect.empty()) return "";
  std::string out =
      "<section aria-labelledby=\"asked\"><h2 id=\"asked\">What was asked</h2>\n<dl>\n";
  if (!source.why.empty()) out += "<dt>Why</dt><dd>" + escaped(source.why) + "</dd>\n";
  if (!source.expect.empty()) out += "<dt>Expected</dt><dd>" + escaped(source.expect) + "</dd>\n";
  return out + "</dl></section>\n";
}

std::string verdict_html(const ConditionVerdict& verdict) {
  std::string out;
  if (!verdict.condition.empty()) out += "<h3>With " + escaped(verdict.condition) + "</h3>\n";
  out += element("p", verdict.summary) + "<div class=\"findings\">\n";
  for (const Finding& f : verdict.findings) {
    out += "<div class=\"finding\"><p class=\"role\">" + escaped(f.role) +
           "</p><p class=\"setting\">" + escaped(f.setting) + "</p>" + element("p", f.text) +
           "</div>\n";
  }
  return out + "</div>\n";
}

std::string answer(const Report& report) {
  std::string out = "<section aria-labelledby=\"answer\"><h2 id=\"answer\">In short</h2>\n";
  if (report.words.verdicts.empty()) {
    out += element("p", "No setting has both a detection time and a mistake rate; see the table.");
  }
  for (const ConditionVerdict& verdict : report.words.verdicts) out += verdict_html(verdict);
  if (!report.words.cautions.empty()) {
    out += "<ul class=\"cautions\">\n";
    for (const std::string& caution : report.words.cautions) out += element("li", caution);
    out += "</ul>\n";
  }
  return out + "</section>\n";
}

std::string figure(const Chart& chart) {
  const std::string id = chart.file.substr(0, chart.file.find('.'));
  std::string out = "<section class=\"figure\" aria-labelledby=\"" + id + "-name\"><h2 id=\"" + id +
                    "-name\">" + escaped(chart.heading) + "</h2>\n";
  if (!chart.svg) return out + element("p", chart.caption) + "</section>\n";
  out += "<figure id=\"" + id + "\"><div class=\"live\"></div><div class=\"still\">\n" +
         chart.svg->inline_text() + "</div><figcaption>" + escaped(chart.caption) +
         "</figcaption></figure>\n";
  return out + "</section>\n";
}

std::string reproduce(const Source& source) {
  std::string out =
      "<section aria-labelledby=\"again\"><h2 id=\"again\">How to reproduce this</h2>\n";
  if (!source.command.empty()) out += "<pre><code>" + escaped(source.command) + "</code></pre>\n";
  out += source.replayed ? "<p>The same flatline version, trace and settings give the same rows; "
                         : "<p>The same flatline version, scenario and seed give the same rows, "
                           "whatever the number of threads; ";
  out += "the digest tells.</p>\n<table class=\"plain\">\n";
  for (const auto& [name, value] : source.facts) {
    out += "<tr><th scope=\"row\">" + escaped(name) + "</th><td><code>" + escaped(value) +
           "</code></td></tr>\n";
  }
  out += "</table>\n";
  std::string sums;
  if (!source.scenario_sha256.empty()) sums += source.scenario_sha256 + "  scenario.json\n";
  if (!source.digest.empty()) sums += source.digest + "  cells.csv\n";
  if (!sums.empty()) {
    out +=
        "<p>Checksums of the files beside this one, as <code>sha256sum --check</code> reads "
        "them:</p>\n<pre><code>" +
        escaped(sums) + "</code></pre>\n";
  }
  out += "<details><summary>";
  out += source.replayed ? "The settings, as a scenario" : "The scenario, as run";
  out += "</summary>\n<pre><code>" + escaped(source.scenario) + "</code></pre></details>\n";
  return out + "</section>\n";
}

std::string scripts(const Report& report, std::string_view script) {
  std::string out = "<script>" + std::string(page_script()) + "</script>\n";
  if (script.empty()) return out;
  return out + "<script type=\"application/json\" id=\"data\">" + page_data(report) +
         "</script>\n<script>" + std::string(script) + "</script>\n";
}

}  // namespace

std::string element(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + escaped(text) + "</" + tag + ">\n";
}

std::string page_head(const PageHead& head) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
         std::string(head.policy) +
         "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta name=\"generator\" content=\"flatline " +
         escaped(head.version) + "\">\n<title>" + escaped(head.title) + " - " + escaped(head.kind) +
         "</title>\n<style>\n" + std::string(page_css()) + std::string(chart_css()) +
         std::string(head.css) + "</style>\n</head>\n";
}

std::string page(const Report& report, std::string_view script) {
  const Source& source = report.source;
  std::string out = page_head({kPolicy, source.version, source.name, "flatline report", {}}) +
                    "<body>\n<main>\n<header><p class=\"kind\">flatline report</p>\n" +
                    element("h1", source.name.empty() ? "Unnamed scenario" : source.name) +
                    short_facts(report) + "</header>\n";
  if (!source.complete) {
    out +=
        "<p class=\"warning\" role=\"note\">These results are incomplete: the run has not "
        "finished, and rows are "
        "missing.</p>\n";
  }
  out += question(source) + answer(report);
  for (const Chart& chart : report.charts) out += figure(chart);
  out += "<section aria-labelledby=\"all\"><h2 id=\"all\">All rows</h2>\n" + page_table(report) +
         "</section>\n";
  out += reproduce(source);
  out += "<footer><p>";
  out += script.empty()
             ? "This copy of flatline was built without the interactive charts; the drawings above "
               "are "
               "complete without them."
             : "Interactive charts by Apache ECharts; its licence and notice stand in this file.";
  out += "</p></footer>\n</main>\n" + scripts(report, script) + "</body>\n</html>\n";
  return out;
}

}  // namespace flatline::report
