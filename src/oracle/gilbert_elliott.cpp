#include "flatline/oracle/gilbert_elliott.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "flatline/base/check.hpp"
#include "oracle/integrate.hpp"
#include "oracle/shape.hpp"

namespace flatline::oracle {
namespace {

using Row = Eigen::RowVector2d;

struct Chain {
  Eigen::Matrix2d step;
  Row stationary;
  Row loss;
};

Chain chain_of(const GilbertElliott& model) {
  for (const double p : {model.good_to_bad, model.bad_to_good, model.loss_good, model.loss_bad}) {
    FLATLINE_CHECK(p >= 0 && p <= 1, "a probability lies in [0, 1]");
  }
  FLATLINE_CHECK(model.good_to_bad + model.bad_to_good > 0, "the chain has one stationary law");
  Chain chain;
  chain.step << 1 - model.good_to_bad, model.good_to_bad, model.bad_to_good, 1 - model.bad_to_good;
  chain.stationary << 1 - model.bad_share(), model.bad_share();
  chain.loss << model.loss_good, model.loss_bad;
  return chain;
}

/// A row of probabilities kept near one, its size held as a logarithm: long products do not
/// underflow.
struct ScaledRow {
  Row row;
  double log_size = 0;

  void rescale() {
    const double size = row.sum();
    if (size <= 0) {
      log_size = -std::numeric_limits<double>::infinity();
      return;
    }
    row /= size;
    log_size += std::log(size);
  }
};

/// ln of start M_0 P M_1 ... P M_k 1 at x.
double log_all_missing(const Chain& chain, const DelayLaw& law, Row start, double eta, double delta,
                       std::int64_t k, double x) {
  ScaledRow state{start};
  for (std::int64_t j = 0; j <= k; ++j) {
    if (j > 0) state.row = state.row * chain.step;
    const double late = law.sf(delta + x - static_cast<double>(j) * eta);
    for (int s = 0; s < 2; ++s) state.row(s) *= chain.loss(s) + (1 - chain.loss(s)) * late;
    state.rescale();
    if (!std::isfinite(state.log_size)) break;
  }
  return state.log_size;
}

MistakeQos no_mistakes() {
  MistakeQos qos;
  qos.mistake_recurrence = std::numeric_limits<double>::infinity();
  return qos;
}

}  // namespace

GilbertElliott slot_chain(double mean_good, double mean_bad, double eta, double loss_good,
                          double loss_bad) {
  FLATLINE_CHECK(mean_good > 0 && mean_bad > 0 && eta > 0, "sojourns and interval are positive");
  const double mixed = -std::expm1(-(1 / mean_good + 1 / mean_bad) * eta);
  const double total = mean_good + mean_bad;
  return {mean_bad / total * mixed, mean_good / total * mixed, loss_good, loss_bad};
}

MistakeQos simple_timeout_gilbert_elliott(const GilbertElliott& model, double eta, double timeout) {
  FLATLINE_CHECK(eta > 0 && timeout > 0, "an interval and a timeout are positive");
  FLATLINE_CHECK(model.mean_loss() < 1, "some heartbeat arrives");
  const Chain chain = chain_of(model);
  const std::int64_t k = floor_with_ties(timeout / eta);
  const Eigen::Matrix2d lost = chain.step * chain.loss.asDiagonal();
  ScaledRow state{chain.stationary.cwiseProduct(Row::Ones() - chain.loss)};
  state.rescale();
  for (std::int64_t i = 0; i < k && std::isfinite(state.log_size); ++i) {
    state.row = state.row * lost;
    state.rescale();
  }
  if (!std::isfinite(state.log_size)) return no_mistakes();
  MistakeQos qos;
  qos.mistake_recurrence = std::exp(std::log(eta) - state.log_size);
  const Eigen::Matrix2d more = lost * (Eigen::Matrix2d::Identity() - lost).inverse();
  qos.mistake_duration =
      static_cast<double>(k + 1) * eta - timeout + eta * (state.row * more).sum();
  qos.one_minus_query_accuracy = qos.mistake_duration / qos.mistake_recurrence;
  return qos;
}

MistakeQos nfd_s_gilbert_elliott(const DelayLaw& law, const GilbertElliott& model, double eta,
                                 double delta) {
  FLATLINE_CHECK(eta > 0 && delta >= 0, "an interval is positive and a shift not negative");
  Chain chain = chain_of(model);
  for (int s = 0; s < 2; ++s) chain.loss(s) = law.loss_with_cut_off(chain.loss(s));
  const std::int64_t k = ceil_with_ties(delta / eta);
  // The state at slot i given that heartbeat i - 1 came in time, times the probability of that.
  const Row in_time =
      law.below(delta + eta) * chain.stationary.cwiseProduct(Row::Ones() - chain.loss) * chain.step;
  const double log_p_s = log_all_missing(chain, law, in_time, eta, delta, k, 0);
  const auto log_u = [&](double x) {
    return log_all_missing(chain, law, chain.stationary, eta, delta, k, x);
  };
  const double log_u_0 = log_u(0);
  if (!std::isfinite(log_u_0)) return no_mistakes();
  std::vector<double> breaks;
  for (std::int64_t j = 0; j <= k; ++j) {
    for (const double mark : law.landmarks()) {
      breaks.push_back(mark + static_cast<double>(j) * eta - delta);
    }
  }
  const double integral =
      integrate([&](double x) { return std::exp(log_u(x) - log_u_0); }, 0, eta, breaks);
  MistakeQos qos = no_mistakes();
  qos.one_minus_query_accuracy = integral / eta * std::exp(log_u_0);
  if (!std::isfinite(log_p_s)) return qos;
  qos.mistake_recurrence = std::exp(std::log(eta) - log_p_s);
  qos.mistake_duration = integral * std::exp(log_u_0 - log_p_s);
  return qos;
}

}  // namespace flatline::oracle
