#pragma once
// Colours for a heat map: from pale yellow over orange to dark purple, darkening steadily, readable
// to the colour-blind and on paper.

#include <string>

namespace flatline::report {

/// Colour at `share` (0 to 1) as "#rrggbb".
std::string heat_colour(double share);

/// Whether white letters read better than black ones on heat_colour(share).
bool wants_white_text(double share);

}  // namespace flatline::report
