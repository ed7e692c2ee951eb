#include "colour_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flatline::report {
namespace {

using Rgb = std::array<double, 3>;

// Few low (good), many high: from pale to dark reads as "more" on paper as on a screen.
constexpr std::array<Rgb, 6> kStops{
    {{255, 247, 214}, {254, 217, 142}, {251, 160, 80}, {222, 95, 60}, {160, 40, 75}, {74, 18, 77}}};

}  // namespace

std::string heat_colour(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double mix = at - static_cast<double>(below);
  std::string out = "#";
  for (std::size_t c = 0; c < 3; ++c) {
    const double value = kStops[below][c] + mix * (kStops[below + 1][c] - kStops[below][c]);
    const auto byte = static_cast<unsigned>(std::lround(value));
    out += "0123456789abcdef"[byte / 16];
    out += "0123456789abcdef"[byte % 16];
  }
  return out;
}

bool wants_white_text(double share) {
  return share > 0.55;
}

}  // namespace flatline::report
