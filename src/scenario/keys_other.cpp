// Detectors, axes and laws of durations.

#include <array>

#include "scenario/key_tables.hpp"

namespace flatline::scenario {
namespace {

constexpr double kMostAxisValues = 1e6;

// owner, name, takes, shape or words, required, default, min, max, above min, help
constexpr auto kKeys = std::to_array<Key>({
    {"detector", "label", Takes::text, "", false, "", 0, 0, false,
     "What rows and settings call it; absent: the detector's name."},
    {"detector", "dead_after", Takes::duration, "", false, "", 0, 0, true,
     "Adds rows for the state dead: this long after the suspicion."},
    {"detector", "check_every", Takes::duration, "", false, "", 0, 0, true,
     "The monitor looks only this often; absent: it acts at the very instant."},
    {"detector", "clock", Takes::word, "monotonic|wall", false, "\"monotonic\"", 0, 0, false,
     "Which of the monitor's clocks the detector reads; only the wall clock is set by clock_step."},
    {"detector", "guard", Takes::object, "guard", false, "", 0, 0, false,
     "The monitor mistrusts itself after a pause; absent: it does not."},

    {"guard", "pause", Takes::duration, "", true, "", 0, 0, true,
     "Time between two looks above which the monitor has been held up."},
    {"guard", "hold", Takes::duration, "", false, "", 0, 0, true,
     "For how long after the late look it suspects nobody; absent: as long as pause."},

    {"axis", "from", Takes::scalar, "", true, "", 0, 0, false, "The first value."},
    {"axis", "to", Takes::scalar, "", true, "", 0, 0, false,
     "The last value, if the steps meet it."},
    {"axis", "step", Takes::scalar, "", false, "", 0, 0, true, "Distance of two values."},
    {"axis", "points", Takes::count, "", false, "", 2, kMostAxisValues, false,
     "Number of values, both ends included, instead of step."},
    {"axis", "scale", Takes::word, "linear|log", false, "\"linear\"", 0, 0, false,
     "How points are spaced; on a log scale they have 4 significant digits."},
    {"sweep", "where", Takes::text, "", false, "\"\"", 0, 0, false,
     "A condition on the axes; combinations that do not meet it are left out."},

    {"law", "uniform", Takes::laws, "", false, "", 0, 0, false, "Lowest and highest duration."},
    {"law", "exponential", Takes::object, "law_exponential", false, "", 0, 0, false,
     "Exponential law."},
    {"law", "normal", Takes::object, "law_normal", false, "", 0, 0, false,
     "Normal law, cut at zero."},
    {"law", "lognormal", Takes::object, "law_lognormal", false, "", 0, 0, false, "Lognormal law."},
    {"law", "gamma", Takes::object, "law_gamma", false, "", 0, 0, false, "Gamma law."},
    {"law", "weibull", Takes::object, "law_weibull", false, "", 0, 0, false, "Weibull law."},
    {"law", "pareto", Takes::object, "law_pareto", false, "", 0, 0, false, "Pareto law."},
    {"law", "empirical", Takes::text, "", false, "", 0, 0, false,
     "A file of recorded durations, drawn with equal weight; relative to the scenario's folder."},
    {"law", "mixture", Takes::list, "component", false, "", 0, 0, false,
     "Several laws, one of which is drawn first."},
    {"law", "plus", Takes::duration, "", false, "\"0s\"", 0, 0, false, "Added to every sample."},
    {"law_exponential", "mean", Takes::duration, "", true, "", 0, 0, true, "Mean."},
    {"law_normal", "mean", Takes::duration, "", true, "", 0, 0, false,
     "Mean before the cut at zero."},
    {"law_normal", "deviation", Takes::duration, "", true, "", 0, 0, false,
     "Standard deviation before the cut."},
    {"law_lognormal", "median", Takes::duration, "", true, "", 0, 0, true, "Median."},
    {"law_lognormal", "sigma", Takes::number, "", true, "", 0, 0, false,
     "Standard deviation of the natural logarithm."},
    {"law_gamma", "shape", Takes::number, "", true, "", 0, 0, true, "Shape parameter (k)."},
    {"law_gamma", "scale", Takes::duration, "", true, "", 0, 0, true, "Scale parameter (theta)."},
    {"law_weibull", "shape", Takes::number, "", true, "", 0, 0, true, "Shape parameter (k)."},
    {"law_weibull", "scale", Takes::duration, "", true, "", 0, 0, true,
     "Scale parameter (lambda)."},
    {"law_pareto", "shape", Takes::number, "", true, "", 0, 0, true, "Tail index (alpha)."},
    {"law_pareto", "scale", Takes::duration, "", true, "", 0, 0, true, "Smallest value (x_m)."},
    {"component", "weight", Takes::number, "", true, "", 0, 0, true,
     "Its share, relative to the other weights."},
    {"component", "of", Takes::law, "", true, "", 0, 0, false, "The law of this component."},
});

}  // namespace

std::span<const Key> other_keys() {
  return kKeys;
}

}  // namespace flatline::scenario
