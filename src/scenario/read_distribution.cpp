#include <algorithm>
#include <filesystem>

#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

using random::Distribution;
using random::Family;

std::optional<Distribution> parse_law(Context& context, const Spot& spot);

/// Laws with one duration and, for most, a shape.
struct Simple {
  std::string_view name;
  Family family;
  std::string_view value;  // key of Distribution::value
  std::string_view shape;  // key of Distribution::shape, if it has one
};
constexpr Simple kSimple[] = {{"exponential", Family::exponential, "mean", ""},
                              {"lognormal", Family::lognormal, "median", "sigma"},
                              {"gamma", Family::gamma, "scale", "shape"},
                              {"weibull", Family::weibull, "scale", "shape"},
                              {"pareto", Family::pareto, "scale", "shape"}};

std::optional<Distribution> parse_simple(Context& context, const Spot& spot, const Simple& law) {
  Fields fields(context, spot, "law_" + std::string(law.name));
  const auto value = fields.duration(law.value);
  const auto shape = law.shape.empty() ? std::optional<double>(0) : fields.number(law.shape);
  if (!value || !shape) return std::nullopt;
  Distribution out;
  out.family = law.family;
  out.value = *value;
  out.shape = *shape;
  return out;
}

std::optional<Distribution> parse_normal(Context& context, const Spot& spot) {
  Fields fields(context, spot, "law_normal");
  const auto mean = fields.duration("mean");
  const auto deviation = fields.duration("deviation");
  if (!mean || !deviation) return std::nullopt;
  Distribution out;
  out.family = Family::normal;
  out.value = *mean;
  out.second = *deviation;
  return out;
}

std::optional<Distribution> parse_uniform(Context& context, const Spot& spot) {
  if (!is_list(context, spot, 0)) return std::nullopt;
  if (spot.node->members.size() != 2) {
    context.add(spot, "a uniform law has " + std::to_string(spot.node->members.size()) + " ends",
                "two durations, such as [\"0s\", \"3s\"]");
    return std::nullopt;
  }
  const auto low = duration_at(context, spot.at(0), false);
  const auto high = duration_at(context, spot.at(1), false);
  if (!low || !high) return std::nullopt;
  if (*low > *high) {
    context.add(spot, "the first end is above the second", "the smaller duration first");
    return std::nullopt;
  }
  Distribution out;
  out.family = Family::uniform;
  out.value = *low;
  out.second = *high;
  return out;
}

std::optional<Distribution> parse_empirical(Context& context, const Spot& spot) {
  const auto file = text_at(context, spot);
  if (!file) return std::nullopt;
  Session& session = context.session();
  if (!session.options.read_durations) {
    context.add(spot, "recorded durations cannot be read here: no reader of traces was given",
                "a law that needs no file");
    return std::nullopt;
  }
  const std::string path = (std::filesystem::path(session.base_folder) / *file).string();
  auto found = session.files.find(path);
  if (found == session.files.end()) {
    found = session.files.emplace(path, session.options.read_durations(path)).first;
  }
  if (!found->second) {
    for (const Problem& problem : found->second.problems()) context.add(spot, problem.text());
    return std::nullopt;
  }
  Distribution out;
  out.family = Family::empirical;
  out.file = *file;
  out.values = found->second.value();
  return out;
}

std::optional<Distribution> parse_mixture(Context& context, const Spot& spot) {
  if (!is_list(context, spot, 1)) return std::nullopt;
  Distribution out;
  out.family = Family::mixture;
  for (std::size_t i = 0; i < spot.node->members.size(); ++i) {
    Fields fields(context, spot.at(i), "component");
    const auto weight = fields.number("weight");
    const Spot of = fields.get("of");
    auto law = of ? parse_law(context, of) : std::nullopt;
    if (weight && law) out.mixture.push_back({*weight, *std::move(law)});
  }
  if (out.mixture.size() != spot.node->members.size()) return std::nullopt;
  return out;
}

std::optional<Distribution> parse_family(Context& context, Fields& fields,
                                         const std::string& name) {
  const Spot spot = fields.get(name);
  for (const Simple& law : kSimple) {
    if (name == law.name) return parse_simple(context, spot, law);
  }
  if (name == "normal") return parse_normal(context, spot);
  if (name == "uniform") return parse_uniform(context, spot);
  if (name == "empirical") return parse_empirical(context, spot);
  return parse_mixture(context, spot);
}

std::optional<Distribution> parse_law(Context& context, const Spot& spot) {
  if (spot.node->kind != Kind::object) {
    const auto value = duration_at(context, spot, false);
    return value ? std::optional(Distribution::constant(*value)) : std::nullopt;
  }
  Fields fields(context, spot, "law");
  std::vector<std::string> families = key_names("law");
  std::erase(families, "plus");
  std::vector<std::string> named;
  for (const std::string& family : families) {
    if (fields.has(family)) named.push_back(family);
  }
  const auto plus = fields.has("plus") ? fields.duration("plus") : std::optional(Duration{});
  if (named.empty() && !fields.all_known()) return std::nullopt;  // a misspelt law was reported
  if (named.size() != 1) {
    context.add(spot,
                named.empty() ? "the distribution names no law"
                              : "the distribution names several laws: " + list_of(named),
                "exactly one of " + list_of(families));
    return std::nullopt;
  }
  auto law = parse_family(context, fields, named.front());
  if (!law || !plus) return std::nullopt;
  law->plus = *plus;
  return law;
}

}  // namespace

bool is_never_above_zero(const Distribution& law) {
  if (law.plus.ns > 0) return false;
  switch (law.family) {
    case Family::constant:
      return law.value.ns == 0;
    case Family::uniform:
      return law.second.ns == 0;
    case Family::normal:
      return law.value.ns == 0 && law.second.ns == 0;
    case Family::empirical:
      return std::all_of(law.values.begin(), law.values.end(),
                         [](std::int64_t value) { return value == 0; });
    case Family::mixture:
      return std::all_of(law.mixture.begin(), law.mixture.end(),
                         [](const auto& component) { return is_never_above_zero(component.of); });
    default:
      return false;
  }
}

std::optional<Distribution> law_at(Context& context, const Spot& spot) {
  auto law = parse_law(context, spot);
  if (!law) return std::nullopt;
  auto& laws = context.session().laws;
  const std::string text = json_of(*spot.node);
  auto found = laws.find(text);
  if (found == laws.end()) {
    const auto compiled = random::compile(*law);
    found = laws.emplace(text, compiled ? Problems{} : compiled.problems()).first;
  }
  for (const Problem& problem : found->second) context.add(spot, problem);
  if (!found->second.empty()) return std::nullopt;
  return law;
}

}  // namespace flatline::scenario
