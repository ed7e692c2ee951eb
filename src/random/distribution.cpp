#include "flatline/random/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "flatline/random/stream.hpp"
#include "random/exact_quantile.hpp"

namespace flatline::random {
namespace {

using Table = Sampler::Table;

constexpr std::array<std::string_view, 10> kNames{"constant",  "uniform", "exponential", "normal",
                                                  "lognormal", "gamma",   "weibull",     "pareto",
                                                  "empirical", "mixture"};

// Outside, the incomplete gamma function takes seconds or does not converge.
constexpr double kLeastGammaShape = 1e-3;
constexpr double kLargestGammaShape = 1e4;

Problem refuse(std::string message, std::string expected) {
  Problem problem;
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

Sampler finish(Table table, Duration plus) {
  table.min += plus.ns;
  table.max += plus.ns;
  table.mean_ns += static_cast<double>(plus.ns);
  for (std::int64_t& knot : table.knots) knot += plus.ns;
  return Sampler(std::make_shared<const Table>(std::move(table)));
}

Result<Sampler> too_long(const Distribution& law) {
  return refuse("the tail of this " + std::string(name_of(law.family)) +
                    " law passes 36 years before probability 2^-56",
                "a lighter tail: a smaller scale or sigma, or a larger shape");
}

// The mean of what the table gives: every cell is uniform between its knots, and rounded down if it
// is not flat.
double mean_of(const std::vector<std::int64_t>& knots) {
  double mean = 0;
  for (std::size_t half = 0; half < 2; ++half) {
    const std::int64_t* k = knots.data() + half * Table::kKnots;
    mean += std::ldexp(static_cast<double>(k[0]), -Table::kOctaves - 1);
    for (std::size_t j = 0; j + 1 < Table::kKnots; ++j) {
      const int octave = Table::kOctaves - 1 - static_cast<int>(j >> Table::kSubBits);
      const double width = std::ldexp(1.0, -(octave + 2) - Table::kSubBits);
      const double floor_loss = k[j] == k[j + 1] ? 0 : 0.5;
      mean +=
          width * (0.5 * (static_cast<double>(k[j]) + static_cast<double>(k[j + 1])) - floor_loss);
    }
  }
  return mean;
}

std::optional<Problem> bad_parameters(const Distribution& law) {
  const std::string name(name_of(law.family));
  const bool shaped = law.family == Family::lognormal || law.family == Family::gamma ||
                      law.family == Family::weibull || law.family == Family::pareto;
  if (shaped && (!(law.shape > 0) || !std::isfinite(law.shape))) {
    const char* what = law.family == Family::lognormal ? "sigma" : "shape";
    return refuse("the " + std::string(what) + " of the " + name + " law is not positive",
                  "a finite number above 0");
  }
  if (law.family == Family::gamma &&
      !(law.shape >= kLeastGammaShape && law.shape <= kLargestGammaShape)) {
    return refuse("the shape of the gamma law is out of range",
                  "a number from 0.001 to 10000; beyond it use a normal law");
  }
  const Duration largest = std::max({law.value, law.second, law.plus});
  const Duration smallest = std::min({law.value, law.second, law.plus});
  if (smallest.ns < 0 || largest > kLongestTime || law.value + law.plus > kLongestTime ||
      law.second + law.plus > kLongestTime) {
    return refuse("a duration of the " + name + " law is out of range",
                  "durations from 0 to 36 years");
  }
  const bool scaled = shaped || law.family == Family::exponential;
  if (scaled && law.value.ns <= 0) {
    const char* what = law.family == Family::exponential ? "mean"
                       : law.family == Family::lognormal ? "median"
                                                         : "scale";
    return refuse("the " + std::string(what) + " of the " + name + " law is not positive",
                  "a duration above 0");
  }
  return std::nullopt;
}

Result<Sampler> compile_quantiles(const Distribution& law) {
  Table table;
  table.kind = Table::Kind::quantiles;
  table.knots.reserve(2 * Table::kKnots);
  for (const bool upper : {false, true}) {
    for (std::size_t j = 0; j < Table::kKnots; ++j) {
      const int octave = Table::kOctaves - 1 - static_cast<int>(j >> Table::kSubBits);
      const double sub = static_cast<double>(j & ((1u << Table::kSubBits) - 1));
      const double p = std::ldexp(1 + sub / (1 << Table::kSubBits), -(octave + 2));
      const auto knot = rounded_quantile(law, p, upper);
      if (!knot || *knot > kLongestTime.ns - law.plus.ns) return too_long(law);
      table.knots.push_back(*knot);
    }
  }
  table.min = table.knots.front();
  table.max = table.knots[Table::kKnots];
  table.mean_ns = mean_of(table.knots);
  return finish(std::move(table), law.plus);
}

Sampler compile_constant(std::int64_t ns, Duration plus) {
  Table table;
  table.min = table.max = ns;
  table.mean_ns = static_cast<double>(ns);
  return finish(std::move(table), plus);
}

Result<Sampler> compile_uniform(const Distribution& law) {
  if (law.second < law.value) {
    return refuse("the upper end of the uniform law lies below its lower end", "[lower, upper]");
  }
  Table table;
  table.kind = Table::Kind::uniform;
  table.min = law.value.ns;
  table.max = law.second.ns;
  table.mean_ns = 0.5 * (static_cast<double>(table.min) + static_cast<double>(table.max));
  return finish(std::move(table), law.plus);
}

Result<Sampler> compile_empirical(const Distribution& law) {
  if (law.values.empty())
    return refuse("the empirical law has no values", "at least one recorded duration");
  Table table;
  table.kind = Table::Kind::empirical;
  table.knots = law.values;
  std::sort(table.knots.begin(), table.knots.end());
  table.min = table.knots.front();
  table.max = table.knots.back();
  if (table.min < 0 || table.max > kLongestTime.ns - law.plus.ns) {
    return refuse("a recorded duration is out of range", "durations from 0 to 36 years");
  }
  double sum = 0;
  for (const std::int64_t value : table.knots) sum += static_cast<double>(value);
  table.mean_ns = sum / static_cast<double>(table.knots.size());
  return finish(std::move(table), law.plus);
}

// Cumulative 64-bit thresholds of positive weights. Each width is rounded on its own, so that a
// weight of 1e-15 keeps its digits wherever it stands; the heaviest component takes the rounding of
// all.
std::vector<std::uint64_t> thresholds_of(const std::vector<Distribution::Component>& components,
                                         double total) {
  std::vector<unsigned __int128> widths;
  unsigned __int128 sum = 0;
  std::size_t heaviest = 0;
  for (std::size_t i = 0; i < components.size(); ++i) {
    widths.push_back(static_cast<unsigned __int128>(std::ldexp(components[i].weight / total, 64)));
    sum += widths.back();
    if (components[i].weight > components[heaviest].weight) heaviest = i;
  }
  widths[heaviest] +=
      (static_cast<unsigned __int128>(1) << 64) - sum;  // unsigned: wraps if it is negative
  std::vector<std::uint64_t> thresholds;
  unsigned __int128 before = 0;
  for (const unsigned __int128 width : widths) {
    before += width;
    thresholds.push_back(
        static_cast<std::uint64_t>(before >> 64 != 0 ? ~std::uint64_t{0} : before));
  }
  return thresholds;
}

Result<Sampler> compile_mixture(const Distribution& law) {
  if (law.mixture.empty())
    return refuse("the mixture has no components", "at least one {\"weight\", \"of\"}");
  Table table;
  table.kind = Table::Kind::mixture;
  double total = 0;
  for (const Distribution::Component& component : law.mixture) {
    if (!(component.weight > 0) || !std::isfinite(component.weight)) {
      return refuse("a weight of the mixture is not positive", "a finite weight above 0");
    }
    total += component.weight;
  }
  if (!std::isfinite(total)) return refuse("the weights of the mixture overflow", "finite weights");
  for (const Distribution::Component& component : law.mixture) {
    if (auto problem = bad_parameters(component.of)) return *problem;
    Distribution shifted = component.of;
    shifted.plus += law.plus;
    auto sampler = compile(shifted);
    if (!sampler.ok()) return sampler;
    table.mean_ns += component.weight / total * sampler.value().table().mean_ns;
    table.components.push_back(std::move(sampler).value());
  }
  table.thresholds = thresholds_of(law.mixture, total);
  table.min = table.components.front().min_ns();
  for (const Sampler& component : table.components) {
    table.min = std::min(table.min, component.min_ns());
    table.max = std::max(table.max, component.max_ns());
  }
  return Sampler(std::make_shared<const Table>(std::move(table)));
}

}  // namespace

std::string_view name_of(Family family) {
  return kNames[static_cast<std::size_t>(family)];
}

Distribution Distribution::constant(Duration d) {
  Distribution law;
  law.value = d;
  return law;
}

Sampler::Sampler() {
  static const auto zero = std::make_shared<const Table>();
  table_ = zero;
}

Sampler::Sampler(std::shared_ptr<const Table> table) : table_(std::move(table)) {
  if (table_->kind == Table::Kind::quantiles) quantiles_ = table_->knots.data();
}

std::int64_t Sampler::min_ns() const {
  return table_->min;
}
std::int64_t Sampler::max_ns() const {
  return table_->max;
}
double Sampler::mean_seconds() const {
  return table_->mean_ns * 1e-9;
}

std::int64_t Sampler::Table::component_at(std::uint64_t bits) const {
  std::size_t i = 0;
  while (i + 1 < components.size() && bits >= thresholds[i]) ++i;
  return components[i](rehash(bits));
}

Result<Sampler> compile(const Distribution& law) {
  if (auto problem = bad_parameters(law)) return *problem;
  switch (law.family) {
    case Family::constant:
      return compile_constant(law.value.ns, law.plus);
    case Family::uniform:
      return compile_uniform(law);
    case Family::empirical:
      return compile_empirical(law);
    case Family::mixture:
      return compile_mixture(law);
    case Family::normal:
      if (law.second.ns == 0) return compile_constant(law.value.ns, law.plus);
      break;
    default:
      break;
  }
  return compile_quantiles(law);
}

}  // namespace flatline::random
