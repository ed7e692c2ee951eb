#include <algorithm>
#include <cmath>
#include <map>

#include "charts.hpp"
#include "colour_map.hpp"
#include "flatline/base/text.hpp"

namespace flatline::report {
namespace {

constexpr double kWidth = 960;
constexpr std::size_t kMostColumns = 160;

// The distinct values of a parameter among the rows of one label; empty if one is not a number.
std::vector<double> values_of(const Rows& rows, const std::string& label, const std::string& state,
                              std::size_t parameter) {
  std::vector<double> out;
  for (const Row& row : rows.rows) {
    if (row.label != label || row.state != state || row.parameters[parameter].empty()) continue;
    const Result<double> value = parse_number(row.parameters[parameter]);
    if (!value) return {};
    out.push_back(value.value());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::size_t place_of(const std::vector<double>& values, double value) {
  return static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), value) -
                                  values.begin());
}

// The two axes of `label` with the most values, the larger as x.
std::optional<HeatGrid> axes_of(const Rows& rows, const std::string& label,
                                const std::string& state) {
  HeatGrid grid;
  grid.label = label;
  for (std::size_t i = 0; i < rows.parameters.size(); ++i) {
    if (!rows.parameters[i].varies) continue;
    std::vector<double> values = values_of(rows, label, state, i);
    if (values.size() < 2) continue;
    if (values.size() > grid.x_values.size()) {
      grid.y_values = std::move(grid.x_values);
      grid.y_parameter = grid.x_parameter;
      grid.x_values = std::move(values);
      grid.x_parameter = i;
    } else if (values.size() > grid.y_values.size()) {
      grid.y_values = std::move(values);
      grid.y_parameter = i;
    }
  }
  if (grid.y_values.empty()) return std::nullopt;
  return grid;
}

// Places the rows; where another parameter varies too, only those that share the first row's values
// of it.
void fill(HeatGrid& grid, const Rows& rows, const std::string& state) {
  grid.row_at.assign(grid.x_values.size() * grid.y_values.size(), -1);
  const Row* first = nullptr;
  for (std::size_t r = 0; r < rows.rows.size(); ++r) {
    const Row& row = rows.rows[r];
    if (row.label != grid.label || row.state != state) continue;
    if (first == nullptr) first = &row;
    bool same = true;
    for (std::size_t i = 0; i < row.parameters.size(); ++i) {
      same = same && (i == grid.x_parameter || i == grid.y_parameter ||
                      row.parameters[i] == first->parameters[i]);
    }
    if (!same) continue;
    const Result<double> x = parse_number(row.parameters[grid.x_parameter]);
    const Result<double> y = parse_number(row.parameters[grid.y_parameter]);
    if (!x || !y) continue;
    grid.row_at[place_of(grid.y_values, y.value()) * grid.x_values.size() +
                place_of(grid.x_values, x.value())] = static_cast<std::ptrdiff_t>(r);
  }
  for (std::size_t i = 0; first != nullptr && i < rows.parameters.size(); ++i) {
    const Parameter& p = rows.parameters[i];
    if (!p.varies || i == grid.x_parameter || i == grid.y_parameter) continue;
    if (first->parameters[i].empty() || values_of(rows, grid.label, state, i).size() == 1) continue;
    grid.slice +=
        (grid.slice.empty() ? "" : ", ") + p.name + " " + parameter_value(p, first->parameters[i]);
  }
}

struct Shades {
  double least = 0;
  double most = 0;
  [[nodiscard]] double at(double rate) const {
    return most > least ? std::log(rate / least) / std::log(most / least) : 0.5;
  }
};

Shades shades_of(const HeatGrid& grid, const Rows& rows) {
  Shades out;
  for (const std::ptrdiff_t r : grid.row_at) {
    if (r < 0) continue;
    const double rate = rows.rows[static_cast<std::size_t>(r)].of(Measure::mistake_rate).mean;
    if (!(rate > 0)) continue;
    out.least = out.least == 0 ? rate : std::min(out.least, rate);
    out.most = std::max(out.most, rate);
  }
  return out;
}

std::string axis_value(const Parameter& p, double value) {
  return p.is_time ? exact_time(value, 4) : format_number(value, 6);
}

std::string axis_name(const Parameter& p) {
  return (p.label.empty() ? "" : p.label + ".") + p.name;
}

void draw_cell(Svg& svg, const Row& row, const Shades& shades, Pixel corner, double w, double h) {
  const Estimate& rate = row.of(Measure::mistake_rate);
  const bool none = !(rate.mean > 0);
  const double share = none ? 0 : shades.at(rate.mean);
  const std::string tip = row.label + "\n" + readable_rate(rate, row.mistakes()) +
                          " per hour\ndetection " + readable_time(row.of(Measure::detection_mean));
  svg.rect(corner, w, h, none ? "cell none" : "cell", none ? "" : heat_colour(share), tip);
  std::string text = none ? "none" : plain_number(rate.mean);
  if (text_width(text) > w - 6) text = short_number(rate.mean);
  if (text_width(text) > w + 2 || h < 17) return;
  svg.text({corner.x + w / 2, corner.y + h / 2 + 4}, text,
           none ? "note" : (wants_white_text(share) ? "onDark" : "onLight"), Anchor::middle);
}

void draw_key(Svg& svg, const Shades& shades, Pixel at) {
  if (shades.most <= 0) return;
  constexpr int kSteps = 40;
  constexpr double kLong = 240;
  svg.text({at.x, at.y - 8}, "mistakes per hour and pair", "label");
  for (int i = 0; i < kSteps; ++i) {
    svg.rect({at.x + kLong * i / kSteps, at.y}, kLong / kSteps + 0.5, 12, "",
             heat_colour((i + 0.5) / kSteps));
  }
  svg.text({at.x, at.y + 27}, plain_number(shades.least), "tick");
  svg.text({at.x + kLong, at.y + 27}, plain_number(shades.most), "tick", Anchor::end);
  svg.rect({at.x + kLong + 30, at.y}, 24, 12, "none");
  svg.text({at.x + kLong + 60, at.y + 11}, "none seen", "label");
}

void draw_x_values(Svg& svg, const HeatGrid& grid, const Parameter& p, const Frame& f, double w,
                   std::size_t every) {
  double last_end = -1e9;
  for (std::size_t i = 0, column = 0; i < grid.x_values.size(); i += every, ++column) {
    const std::string text = axis_value(p, grid.x_values[i]);
    const double at = f.left + (static_cast<double>(column) + 0.5) * w;
    const double half = text_width(text) / 2;
    if (at - half < last_end + 8) continue;
    svg.text({at, f.bottom + 19}, text, "tick", Anchor::middle);
    last_end = at + half;
  }
}

Svg draw_grid(const HeatGrid& grid, const Rows& rows, const Chart& chart) {
  const std::size_t every = (grid.x_values.size() + kMostColumns - 1) / kMostColumns;
  const std::size_t columns = (grid.x_values.size() + every - 1) / every;
  const std::size_t lines = grid.y_values.size();
  const double h = std::clamp(420.0 / static_cast<double>(lines), 6.0, 44.0);
  const Frame f{110, 64, kWidth - 20, 64 + h * static_cast<double>(lines)};
  const double w = (f.right - f.left) / static_cast<double>(columns);
  Svg svg(kWidth, f.bottom + 58, chart.heading, chart.caption);
  const Shades shades = shades_of(grid, rows);
  draw_key(svg, shades, {f.left, 22});
  const Parameter& x = rows.parameters[grid.x_parameter];
  const Parameter& y = rows.parameters[grid.y_parameter];
  double last = 1e9;
  for (std::size_t j = 0; j < lines; ++j) {
    const double top = f.bottom - static_cast<double>(j + 1) * h;
    if (last - top >= 14) {
      svg.text({f.left - 8, top + h / 2 + 4}, axis_value(y, grid.y_values[j]), "tick", Anchor::end);
      last = top;
    }
    for (std::size_t i = 0, column = 0; i < grid.x_values.size(); i += every, ++column) {
      const std::ptrdiff_t r = grid.row_at[j * grid.x_values.size() + i];
      if (r < 0) continue;
      draw_cell(svg, rows.rows[static_cast<std::size_t>(r)], shades,
                {f.left + static_cast<double>(column) * w, top}, w, h);
    }
  }
  draw_x_values(svg, grid, x, f, w, every);
  svg.line({f.left, f.bottom}, {f.right, f.bottom}, "axis");
  svg.line({f.left, f.top}, {f.left, f.bottom}, "axis");
  svg.text({(f.left + f.right) / 2, f.bottom + 44}, axis_name(x), "name", Anchor::middle);
  svg.text({18, (f.top + f.bottom) / 2}, axis_name(y), "name", Anchor::middle, -90);
  return svg;
}

}  // namespace

std::optional<HeatGrid> heat_grid(const Rows& rows, const std::string& state) {
  std::optional<HeatGrid> best;
  for (const std::string& label : rows.labels) {
    std::optional<HeatGrid> grid = axes_of(rows, label, state);
    if (!grid) continue;
    const auto size = [](const HeatGrid& g) { return g.x_values.size() * g.y_values.size(); };
    if (!best || size(*grid) > size(*best)) best = std::move(grid);
  }
  if (best) fill(*best, rows, state);
  return best;
}

Chart heat_chart(const Rows& rows, const std::string& state) {
  Chart chart{"heat_map.svg", "Two parameters at once", "", {}};
  const std::optional<HeatGrid> grid = heat_grid(rows, state);
  if (!grid) {
    chart.caption =
        "No heat map: no detector has two numeric parameters that take more than one value each.";
    return chart;
  }
  chart.caption = "Mistakes per hour and pair of " + series_name(rows, grid->label) + ", state \"" +
                  state + "\", over " + rows.parameters[grid->x_parameter].name + " and " +
                  rows.parameters[grid->y_parameter].name + ".";
  if (!grid->slice.empty())
    chart.caption += " Other parameters as in the first row: " + grid->slice + ".";
  if (std::count(grid->row_at.begin(), grid->row_at.end(), -1) > 0) {
    chart.caption += " Blank: not run.";
  }
  if (grid->x_values.size() > kMostColumns) {
    chart.caption +=
        " Of " + std::to_string(grid->x_values.size()) + " values across, the drawing shows every ";
    chart.caption += std::to_string((grid->x_values.size() + kMostColumns - 1) / kMostColumns) +
                     "th; cells.csv has all.";
  }
  chart.svg = draw_grid(*grid, rows, chart);
  return chart;
}

}  // namespace flatline::report
