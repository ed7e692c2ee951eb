#include "flatline/fit/loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fit/loss_chain.hpp"
#include "fit/loss_runs.hpp"
#include "fit/maximise.hpp"
#include "flatline/base/check.hpp"
#include "flatline/qos/intervals.hpp"

namespace flatline::fit {
namespace {

constexpr std::int64_t kLeastLost = 10;
constexpr double kNormal95 = 1.959963984540054;
constexpr double kLongest = 1e9;    // Seconds: no sojourn is longer.
constexpr double kShortest = 1e-3;  // Intervals: shorter sojourns are independent loss.
constexpr double kFarLogit = 30;
// An event of which none was seen has its 95 % bound where seeing none has 5 %: ln 20 below.
constexpr double kEdgeDrop = 2.995732273553991;
// A loss probability leaves its edge if twice the likelihood gains more: 5 % of the records whose
// law is at the edge do (half of chi-square with one degree of freedom; Self and Liang 1987, JASA
// 82).
constexpr double kOffEdge = 2.705543454095404;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double logit(double p) {
  return std::log(p / (1 - p));
}
double expit(double x) {
  return 1 / (1 + std::exp(-x));
}

/// Which loss probabilities are held, and where. Not held: a free variable on the logit scale.
struct Held {
  std::optional<double> good, bad;
};

BurstParameters unpack(std::span<const double> at, const Held& held) {
  std::size_t next = 2;
  BurstParameters law;
  law.good_s = std::exp(at[0]);
  law.bad_s = std::exp(at[1]);
  law.loss_good = held.good ? *held.good : expit(at[next++]);
  law.loss_bad = held.bad ? *held.bad : expit(at[next]);
  return law;
}

std::vector<double> pack(const BurstParameters& law, const Held& held) {
  std::vector<double> at{std::log(law.good_s), std::log(law.bad_s)};
  const auto inside = [](double p) { return logit(std::clamp(p, 1e-9, 1 - 1e-9)); };
  if (!held.good) at.push_back(inside(law.loss_good));
  if (!held.bad) at.push_back(inside(law.loss_bad));
  return at;
}

struct Model {
  Held held;
  Maximum best;
  [[nodiscard]] BurstParameters law() const { return unpack(best.at, held); }
  /// Twice the likelihood, what each free variable must bring taken off.
  [[nodiscard]] double merit(double price) const {
    return 2 * best.value - price * static_cast<double>(best.at.size());
  }
};

/// The best law with what is held, from the likeliest of the starts.
std::optional<Model> climb(const LossRecord& record, const Held& held,
                           const std::vector<BurstParameters>& starts) {
  const double shortest = std::log(kShortest * record.interval_s());
  const Objective likelihood = [&](std::span<const double> at) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      const bool out =
          i < 2 ? at[i] < shortest || at[i] > std::log(kLongest) : std::abs(at[i]) > kFarLogit;
      if (out) return -kInfinity;
    }
    const BurstParameters law = unpack(at, held);
    // Which state is called bad is a matter of names.
    return law.loss_good > law.loss_bad ? -kInfinity : record.log_likelihood(law);
  };
  std::vector<double> start;
  double most = -kInfinity;
  for (const BurstParameters& from : starts) {
    std::vector<double> at = pack(from, held);
    const double value = likelihood(at);
    if (value > most) {
      most = value;
      start = std::move(at);
    }
  }
  if (!std::isfinite(most)) return std::nullopt;
  const std::vector<double> steps(start.size(), 0.5);
  return Model{held, maximise(likelihood, start, steps)};
}

/// Laws to start from: losses with at most `reach` delivered heartbeats between them make one bad
/// sojourn; those that stay alone are losses of the good state. With reach 0 it is Gilbert's
/// closed form.
std::vector<BurstParameters> starts_of(std::span<const Fate> fates, double interval_s) {
  std::vector<std::int64_t> lost;
  for (const Fate& fate : fates) {
    if (fate.lost) lost.push_back(fate.slot);
  }
  const auto places = static_cast<double>(fates.back().slot - fates.front().slot + 1);
  std::vector<BurstParameters> starts;
  const auto add = [&](double bursts, double span, double inside, double alone) {
    BurstParameters law;
    law.bad_s = std::max(0.5, span / bursts) * interval_s;
    law.good_s = std::max(0.5, (places - span) / bursts) * interval_s;
    law.loss_bad = std::clamp(inside / span, 1e-6, 1 - 1e-3);
    law.loss_good = std::clamp(alone / std::max(1.0, places - span), 1e-7, 0.5);
    starts.push_back(law);
  };
  for (const std::int64_t reach : {0, 1, 3, 10, 30, 100, 300, 1000}) {
    double bursts = 0, span = 0, inside = 0, alone = 0;
    for (std::size_t i = 0; i < lost.size();) {
      std::size_t end = i + 1;
      while (end < lost.size() && lost[end] - lost[end - 1] <= reach + 1) ++end;
      if (end - i == 1) {
        ++alone;
      } else {
        ++bursts;
        span += static_cast<double>(lost[end - 1] - lost[i] + 1);
        inside += static_cast<double>(end - i);
      }
      i = end;
    }
    if (bursts > 0) add(bursts, span, inside, alone);
    if (reach == 0) add(bursts + alone, inside + alone, inside + alone, 0);
  }
  return starts;
}

/// All four models: each loss probability free or at its edge.
struct Models {
  std::optional<Model> fitted[2][2];  // [loss_good free][loss_bad free]
  [[nodiscard]] const Model* best() const {
    const Model* best = nullptr;
    for (const auto& row : fitted) {
      for (const std::optional<Model>& model : row) {
        if (!model) continue;
        if (best == nullptr || model->merit(kOffEdge) > best->merit(kOffEdge)) best = &*model;
      }
    }
    return best;
  }
};

Models climb_all(const LossRecord& record, std::vector<BurstParameters> starts) {
  Models models;
  for (const auto& [good, bad] : {std::pair(0, 0), {1, 0}, {0, 1}, {1, 1}}) {
    Held held;
    if (good == 0) held.good = 0;
    if (bad == 0) held.bad = 1;
    std::optional<Model>& model = models.fitted[good][bad];
    model = climb(record, held, starts);
    if (!model) continue;
    // A larger model starts no worse than the smaller ones ended.
    BurstParameters law = model->law();
    law.loss_good = std::max(law.loss_good, 1e-7);
    law.loss_bad = std::min(law.loss_bad, 1 - 1e-3);
    starts.push_back(law);
  }
  return models;
}

/// How far from its edge a held loss probability may be: where the likelihood, all else fitted
/// anew, has fallen by kEdgeDrop from its top.
double edge_reach(const LossRecord& record, const Model& model, bool good, double top) {
  BurstParameters law = model.law();
  const double most = good ? law.loss_bad : 1 - law.loss_good;
  const auto fall = [&](double distance) {
    Held held = model.held;
    (good ? held.good : held.bad) = good ? distance : 1 - distance;
    const std::optional<Model> there = climb(record, held, {law});
    if (!there) return kInfinity;
    law = there->law();
    return top - there->best.value;
  };
  const double share = law.bad_s / (law.good_s + law.bad_s);
  const double n = static_cast<double>(record.sent()) * (good ? 1 - share : share);
  // The fall is nearly straight in the distance: n distance at first.
  double near = 0, near_fall = top - model.best.value;
  double far = std::min(0.5, 1 / std::max(2.0, n)), far_fall = fall(far);
  while (far_fall < kEdgeDrop) {
    if (far >= most / 2) return most;
    near = far;
    near_fall = far_fall;
    far *= 2;
    far_fall = fall(far);
  }
  for (int i = 0; i < 5 && far_fall > kEdgeDrop + 0.02; ++i) {
    const double part =
        std::isfinite(far_fall) ? (kEdgeDrop - near_fall) / (far_fall - near_fall) : 0.5;
    const double between = near + std::clamp(part + 0.02, 0.05, 0.95) * (far - near);
    const double between_fall = fall(between);
    (between_fall < kEdgeDrop ? near : far) = between;
    (between_fall < kEdgeDrop ? near_fall : far_fall) = between_fall;
  }
  return far;
}

Parameter bounded(std::string name, bool is_duration, double at, double error) {
  const auto value = [&](double x) { return is_duration ? std::exp(x) : expit(x); };
  if (std::isfinite(error)) {
    return {std::move(name), is_duration, value(at), value(at - kNormal95 * error),
            value(at + kNormal95 * error)};
  }
  return {std::move(name), is_duration, value(at), 0, is_duration ? kInfinity : 1.0};
}

std::vector<Parameter> parameters_of(const LossRecord& record, const Models& models,
                                     const Model& model, bool chosen) {
  const std::vector<double> covariance = model.best.covariance();
  const std::size_t n = model.best.at.size();
  const auto error = [&](std::size_t i) {
    return covariance.empty() ? kInfinity : std::sqrt(covariance[i * n + i]);
  };
  const auto& at = model.best.at;
  std::vector<Parameter> parameters{bounded("good_mean", true, at[0], error(0)),
                                    bounded("bad_mean", true, at[1], error(1))};
  const bool good_free = !model.held.good;
  const bool bad_free = !model.held.bad;
  const auto reach = [&](bool good, const std::optional<Model>& freed) {
    if (!chosen) return 1.0;  // Not worth the time: the law is not the one to use.
    return edge_reach(record, model, good,
                      std::max(model.best.value, freed ? freed->best.value : -kInfinity));
  };
  if (good_free) {
    parameters.push_back(bounded("loss_good", false, at[2], error(2)));
  } else {
    const double hi = reach(true, models.fitted[1][bad_free ? 1 : 0]);
    parameters.push_back({"loss_good", false, 0, 0, hi});
  }
  if (bad_free) {
    parameters.push_back(bounded("loss_bad", false, at[n - 1], error(n - 1)));
  } else {
    const double lo = 1 - reach(false, models.fitted[good_free ? 1 : 0][1]);
    parameters.push_back({"loss_bad", false, 1, lo, 1});
  }
  return parameters;
}

Duration in_seconds(double s) {
  return {std::max<std::int64_t>(1, std::llround(std::min(s, kLongest) * 1e9))};
}

RunLengths tabulate(const LossRecord& record, bool lost, const BurstParameters& independent,
                    const std::optional<BurstParameters>& bursts) {
  const std::vector<std::int64_t>& runs = lost ? record.bursts() : record.gaps();
  std::vector<BurstParameters> laws{independent};
  if (bursts) laws.push_back(*bursts);
  RunLengths table;
  if (runs.empty()) return table;
  table.length = run_cells(runs, lost, laws, record.interval_s());
  table.observed = count_runs(runs, table.length);
  const auto expected = [&](const BurstParameters& law) {
    std::vector<double> counts = run_shares(law, record.interval_s(), lost, table.length);
    for (double& count : counts) count *= static_cast<double>(runs.size());
    return counts;
  };
  table.bernoulli = expected(independent);
  if (bursts) table.gilbert = expected(*bursts);
  return table;
}

FittedLoss independent_loss(double p, double n, double interval_s) {
  FittedLoss fitted;
  fitted.at = {logit(p)};
  fitted.covariance = {1 / (n * p * (1 - p))};
  fitted.law = [interval_s](std::span<const double> at) {
    return BurstParameters{interval_s, interval_s, expit(at[0]), expit(at[0])};
  };
  return fitted;
}

}  // namespace

LossFit fit_loss(std::span<const Fate> fates, Duration interval) {
  const LossRecord record(fates, interval);
  LossFit fit;
  fit.sent = record.sent();
  fit.lost = record.lost();
  const auto n = static_cast<double>(fit.sent);
  const auto k = static_cast<double>(fit.lost);
  const double p = k / n;
  const qos::Bounds bounds = qos::clopper_pearson(fit.lost, fit.sent);
  fit.probability = {"loss", false, p, bounds.lo, bounds.hi};
  if (fit.lost == 0 || fit.lost == fit.sent) return fit;
  fit.bernoulli_likelihood = k * std::log(p) + (n - k) * std::log1p(-p);

  FittedLoss chosen = independent_loss(p, n, record.interval_s());
  const BurstParameters independent = chosen.law(chosen.at);
  std::optional<BurstParameters> bursts;
  if (fit.lost >= kLeastLost) {
    const Models models = climb_all(record, starts_of(fates, record.interval_s()));
    if (const Model* best = models.best()) {
      bursts = best->law();
      const double price = std::log(n);  // Schwarz
      fit.choose_bursts = best->merit(price) > 2 * fit.bernoulli_likelihood - price;
      fit.bursts = {{in_seconds(bursts->good_s), in_seconds(bursts->bad_s), bursts->loss_good,
                     bursts->loss_bad},
                    parameters_of(record, models, *best, fit.choose_bursts),
                    best->best.value};
      if (fit.choose_bursts) {
        chosen = {best->best.at, best->best.covariance(),
                  [held = best->held](std::span<const double> at) { return unpack(at, held); }};
      }
    }
  }
  fit.burst_lengths = tabulate(record, true, independent, bursts);
  fit.gap_lengths = tabulate(record, false, independent, bursts);
  const auto test = [&](bool lost, const RunLengths& table) {
    if (table.length.empty()) return 1.0;
    return run_p_value(chosen, record.interval_s(), lost, table.length, table.observed);
  };
  fit.burst_p_value = test(true, fit.burst_lengths);
  fit.gap_p_value = test(false, fit.gap_lengths);
  return fit;
}

}  // namespace flatline::fit
