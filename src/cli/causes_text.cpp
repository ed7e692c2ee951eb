// Causes as plain text, Markdown and a table of rows.

#include <algorithm>
#include <iostream>

#include "cli/causes.hpp"
#include "cli/explain.hpp"

namespace flatline::cli {
namespace {

using Lines = std::vector<std::vector<std::string>>;

constexpr std::size_t kShownCauses = 3;

// Causes that some row has.
std::vector<std::size_t> seen(const Causes& causes) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < causes.names.size(); ++c) {
    const bool any = std::any_of(causes.baseline.rows.begin(), causes.baseline.rows.end(),
                                 [&](const Mistakes& m) { return m.by[c] > 0; });
    if (any) out.push_back(c);
  }
  return out;
}

std::string counted(std::int64_t n, std::int64_t all) {
  return n == 0 ? "-" : std::to_string(n) + " (" + share_text(n, all) + ")";
}

// The heading, then a line per detector row.
Lines tally_lines(const Causes& causes) {
  const std::vector<std::size_t> shown = seen(causes);
  Lines lines{{"detector", "mistakes"}};
  for (const std::size_t c : shown) lines[0].push_back(causes.names[c]);
  for (std::size_t r = 0; r < causes.rows.size(); ++r) {
    const Mistakes& mistakes = causes.baseline.rows[r];
    std::vector<std::string> line{causes.rows[r].name, std::to_string(mistakes.all)};
    for (const std::size_t c : shown) line.push_back(counted(mistakes.by[c], mistakes.all));
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines ablation_lines(const Causes& causes, std::size_t row) {
  const std::int64_t all = causes.baseline.rows[row].all;
  Lines lines{{"without", "remain", "of all", "causes of what remains"}};
  for (const Ablation* ablation : ranking(causes, row)) {
    const Mistakes& left = ablation->rows[row];
    lines.push_back({ablation->without, std::to_string(left.all), share_text(left.all, all),
                     causes_text(causes, left, kShownCauses)});
  }
  return lines;
}

// Columns one beside the other; the first and the last stand left, unless all are numbers.
void print_plain(const Lines& lines, std::size_t indent, bool last_is_text) {
  std::vector<std::size_t> widths(lines[0].size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    std::string text(indent, ' ');
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool left = i == 0 || (last_is_text && i + 1 == line.size());
      const std::string space(widths[i] - line[i].size(), ' ');
      text += (i == 0 ? "" : "  ") + (left ? line[i] + space : space + line[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << "\n";
  }
}

void print_markdown(const Lines& lines, bool last_is_text) {
  for (std::size_t l = 0; l < lines.size(); ++l) {
    std::cout << "|";
    for (const std::string& text : lines[l]) {
      std::string cell = text;
      for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2)
        cell.insert(at, "\\");
      std::cout << " " << cell << " |";
    }
    std::cout << "\n";
    if (l > 0) continue;
    std::cout << "|";
    for (std::size_t i = 0; i < lines[0].size(); ++i) {
      const bool left = i == 0 || (last_is_text && i + 1 == lines[0].size());
      std::cout << (left ? "---|" : "---:|");
    }
    std::cout << "\n";
  }
}

std::string heading_of(const Causes& causes, std::size_t row) {
  const std::int64_t all = causes.baseline.rows[row].all;
  return causes.rows[row].name + ": " + std::to_string(all) +
         (all == 1 ? " mistake" : " mistakes") + " as it is";
}

}  // namespace

results::Table causes_table(const Causes& causes) {
  results::Table table{{"kind", "label", "state", "without", "how", "mistakes", "remaining_share"},
                       {}};
  for (const std::string& name : causes.names) table.columns.push_back("mistakes_by_" + name);
  for (std::size_t r = 0; r < causes.rows.size(); ++r) {
    const CauseRow& row = causes.rows[r];
    const std::int64_t all = causes.baseline.rows[r].all;
    const auto add = [&](const Ablation& ablation, results::Cell without, results::Cell how) {
      const Mistakes& mistakes = ablation.rows[r];
      std::vector<results::Cell> cells{row.kind,           row.label,      row.state,
                                       std::move(without), std::move(how), mistakes.all};
      cells.emplace_back();
      if (all > 0) cells.back() = static_cast<double>(mistakes.all) / static_cast<double>(all);
      for (const std::int64_t n : mistakes.by) cells.emplace_back(n);
      table.rows.push_back(std::move(cells));
    };
    add(causes.baseline, {}, {});
    for (const Ablation* ablation : ranking(causes, r))
      add(*ablation, ablation->without, ablation->how);
  }
  return table;
}

void print_causes(const Causes& causes, const std::string& format) {
  const bool markdown = format == "markdown";
  std::cout << (markdown ? "## Mistakes by cause\n\n" : "Mistakes by cause\n\n");
  if (markdown) {
    print_markdown(tally_lines(causes), false);
  } else {
    print_plain(tally_lines(causes), 2, false);
  }
  if (!causes.ablations.empty()) {
    std::cout << (markdown ? "\n## What remains without each source of trouble\n\n"
                           : "\nWhat remains without each source of trouble\n\n")
              << wrapped(switches_text(causes), markdown ? 0 : 2);
    for (std::size_t r = 0; r < causes.rows.size(); ++r) {
      if (causes.baseline.rows[r].all == 0 && causes.rows.size() > 1) continue;
      std::cout << (markdown ? "\n### " : "\n  ") << heading_of(causes, r)
                << (markdown ? "\n\n" : "\n");
      if (markdown) {
        print_markdown(ablation_lines(causes, r), true);
      } else {
        print_plain(ablation_lines(causes, r), 4, true);
      }
    }
  }
  std::cout << "\n";
  for (const std::string& sentence : conclusions(causes, 0)) std::cout << wrapped(sentence, 0);
}

}  // namespace flatline::cli
