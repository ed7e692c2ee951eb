// Examples of the detectors of the literature that are not in kit.hpp itself.

#include "kit.hpp"

namespace flatline::detect::kit {
namespace {

/// The settings of `base`, one for each value of `parameter`.
template <typename T>
std::vector<Named> varied(const Named& base, const std::string& parameter,
                          const std::vector<T>& values) {
  std::vector<Named> out;
  for (const T& value : values) {
    out.push_back(base);
    out.back().emplace_back(parameter, value);
  }
  return out;
}

}  // namespace

std::vector<Example> literature_examples() {
  std::vector<Example> out;
  const Value window = std::int64_t{8};
  const auto word = [](const char* text) { return Value(std::string(text)); };
  const std::vector<Duration> margins{seconds(0), milliseconds(900)};
  out.push_back(
      {"nfd_u", varied({{"expected_delay", milliseconds(300)}}, "safety_margin", margins), {0, 0}});
  out.push_back(
      {"bertier", varied<double>({{"window", window}}, "variation_weight", {0, 4, 20}), {0, 0, 0}});
  out.push_back(
      {"bertier", varied({{"window", window}, {"gain", 0.7}}, "min_margin", margins), {0, 0}});
  out.push_back({"two_window",
                 varied({{"long_window", window}, {"short_window", std::int64_t{2}}},
                        "safety_margin", margins),
                 {0, 0}});
  out.push_back({"sfd",
                 varied({{"window", window},
                         {"target_detection_time", milliseconds(1900)},
                         {"target_mistake_rate", 0.05},
                         {"target_query_accuracy", 0.99},
                         {"step", milliseconds(200)},
                         {"slot", std::int64_t{5}}},
                        "safety_margin", margins),
                 {0, 0}});
  const std::vector<double> phis{0.1, 1, 8, 40};
  out.push_back({"phi_logistic", varied({{"window", window}}, "threshold", phis), phis});
  const std::vector<double> chances{0.01, 0.5, 0.95, 0.999999};
  out.push_back({"ed", varied({{"window", window}}, "threshold", chances), chances});
  const std::vector<double> shares{0.01, 0.5, 0.9, 1};
  out.push_back({"satzger_histogram", varied({{"window", window}}, "threshold", shares), shares});
  out.push_back({"satzger_histogram",
                 varied({{"window", window}, {"scale", 0.7}}, "threshold", shares), shares});
  const std::vector<double> missing{0.3, 1, 2.5, 30};
  out.push_back({"kappa", varied({{"window", window}}, "threshold", missing), missing});
  out.push_back({"kappa",
                 varied({{"window", window},
                         {"offset", milliseconds(300)},
                         {"min_deviation", milliseconds(900)}},
                        "threshold", missing),
                 missing});
  // A level of whole numbers reaches any threshold between two at the upper.
  out.push_back({"kappa",
                 varied({{"window", window}, {"contribution", word("step")}}, "threshold", missing),
                 missing});
  return out;
}

}  // namespace flatline::detect::kit
