#include "flatline/oracle/simple_timeout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "flatline/base/check.hpp"
#include "oracle/integrate.hpp"
#include "oracle/shape.hpp"

namespace flatline::oracle {
namespace {

// A factor or term this small against the rest changes nothing.
constexpr double kNegligible = 1e-18;

struct Model {
  const DelayLaw& law;
  double p;
  double eta;
  double timeout;
  double lower;
  double upper;

  double sent(std::int64_t j) const { return static_cast<double>(j) * eta; }
  /// Newest heartbeat that can have arrived by `t`.
  std::int64_t newest_by(double t) const { return floor_with_ties((t - lower) / eta); }
  /// Oldest heartbeat that can still arrive after `t`.
  std::int64_t oldest_after(double t) const {
    return static_cast<std::int64_t>(std::floor((t - upper) / eta));
  }
};

/// ln Pr(no heartbeat but `skipped` arrives in (from, from + T]).
double log_silence(const Model& m, double from, bool skip_zero) {
  double sum = 0;
  for (std::int64_t j = m.oldest_after(from); j <= m.newest_by(from + m.timeout); ++j) {
    if (skip_zero && j == 0) continue;
    const double start = from - m.sent(j);
    const double outside = m.law.cdf(start) + m.law.sf(start + m.timeout);
    sum += std::log(m.p + (1 - m.p) * std::min(1.0, outside));
  }
  return sum;
}

/// ln Pr(no heartbeat after number 0 arrives by x + T).
double log_none_newer(const Model& m, double x) {
  double sum = 0;
  for (std::int64_t j = 1; j <= m.newest_by(x + m.timeout); ++j) {
    sum += std::log(m.p + (1 - m.p) * m.law.sf(x + m.timeout - m.sent(j)));
  }
  return sum;
}

/// Pr(the newest heartbeat received by t arrived before t - T) / exp(log_scale).
double newest_is_stale(const Model& m, double t, double log_scale) {
  double sum = 0;
  double log_product = -log_scale;
  double found = 1;  // Pr(nothing newer than i has arrived)
  for (std::int64_t i = m.newest_by(t); found > kNegligible; --i) {
    const double product = std::exp(log_product);
    sum += (1 - m.p) * m.law.cdf(t - m.timeout - m.sent(i)) * product;
    const double missing = m.p + (1 - m.p) * m.law.sf(t - m.sent(i));
    log_product += std::log(missing);
    // Only heartbeats that could be stale count for the end of the sum.
    if (t - m.timeout - m.sent(i) >= m.lower) found *= missing;
    if (!std::isfinite(log_product)) break;
  }
  return sum;
}

/// Where the integrands bend: the marks seen from every heartbeat, and the same `lag` later.
std::vector<double> breaks_within(const Model& m, double from, double to, double lag,
                                  const std::vector<double>& marks) {
  std::vector<double> breaks = m.law.landmarks();
  for (const double mark : marks) {
    for (const double base : {mark, mark + lag}) {
      const auto first = static_cast<std::int64_t>(std::floor((from - base) / m.eta));
      for (std::int64_t j = first; base + m.sent(j) < to; ++j) {
        const double point = base + m.sent(j);
        if (point > from) breaks.push_back(point);
      }
    }
  }
  return breaks;
}

/// Integral of `f`, which is the density times a smooth enough factor. The tail of the law weighs
/// little, so it is done more coarsely: the relative error of the whole stays below 1e-9.
template <typename F>
double integrate_over_law(const Model& m, const F& f) {
  const std::vector<double> all{m.lower, m.law.upper_quantile(0.5), m.upper};
  const std::vector<double> ends{m.lower, m.upper};
  const double lag = -m.timeout;
  const double body = std::min(m.upper, m.law.upper_quantile(1e-4));
  const double tail = std::min(m.upper, m.law.upper_quantile(1e-8));
  return integrate(f, m.lower, body, breaks_within(m, m.lower, body, lag, all)) +
         integrate(f, body, tail, breaks_within(m, body, tail, lag, ends), 1e-4) +
         integrate(f, tail, m.upper, m.law.landmarks(), 1e-2);
}

MistakeQos of_rates(double rate_scaled, double share_scaled, double log_scale) {
  MistakeQos qos;
  qos.mistake_recurrence = std::numeric_limits<double>::infinity();
  qos.one_minus_query_accuracy = share_scaled * std::exp(log_scale);
  if (rate_scaled <= 0) return qos;
  qos.mistake_recurrence = std::exp(-std::log(rate_scaled) - log_scale);
  qos.mistake_duration = share_scaled / rate_scaled;
  return qos;
}

MistakeQos mistakes(const Model& m, Restart restart) {
  const bool any = restart == Restart::any;
  const auto log_product = [&](double x) {
    return any ? log_silence(m, x, true) : log_none_newer(m, x);
  };
  // The law's median stands for all arrivals: it keeps the integrals near one.
  const double reference = log_product(m.law.upper_quantile(0.5));
  const double log_scale = std::isfinite(reference) ? reference : 0;
  const double rate = (1 - m.p) / m.eta * integrate_over_law(m, [&](double x) {
                        return m.law.pdf(x) * std::exp(log_product(x) - log_scale);
                      });
  const auto suspected = [&](double t) {
    if (any) return std::exp(log_silence(m, t - m.timeout, false) - log_scale);
    return newest_is_stale(m, t, log_scale);
  };
  const std::vector<double> marks{m.lower, m.law.upper_quantile(0.5), m.upper};
  const double share =
      integrate(suspected, 0, m.eta, breaks_within(m, 0, m.eta, m.timeout, marks)) / m.eta;
  return of_rates(rate, share, log_scale);
}

MistakeQos mistakes_of_constant_delay(double p, double eta, double timeout) {
  const auto k = static_cast<double>(floor_with_ties(timeout / eta));
  const double rate = (1 - p) / eta;
  const double duration = (k + 1 / (1 - p)) * eta - timeout;
  if (p == 0 && k > 0) return of_rates(0, 0, 0);
  return of_rates(rate, rate * duration, k > 0 ? k * std::log(p) : 0);
}

/// E(g(D + c)) with g of left_after_phase: int_0^eta y / eta Pr(D + c > y) dy + int_eta^inf Pr(D +
/// c > y) dy.
double mean_left_after_phase(const Model& m, double c) {
  if (m.law.is_constant()) return left_after_phase(m.lower + c, m.eta);
  const auto weighted = [&](double y) { return std::min(y / m.eta, 1.0) * m.law.sf(y - c); };
  std::vector<double> breaks{m.eta};
  for (const double mark : m.law.landmarks()) breaks.push_back(mark + c);
  return integrate(weighted, 0, m.upper + c, breaks);
}

double mean_detection_time(const Model& m) {
  double sum = 0;
  double newest = 1 - m.p;  // Pr(the last l heartbeats are lost and the one before is not)
  for (std::int64_t l = 0; newest > kNegligible; ++l) {
    const double c = m.timeout - m.sent(l);
    if (m.upper + c <= 0) break;
    sum += newest * mean_left_after_phase(m, c);
    newest *= m.p;
  }
  return sum;
}

}  // namespace

SimpleTimeoutQos simple_timeout(const DelayLaw& law, double loss, double eta, double timeout,
                                Restart restart) {
  FLATLINE_CHECK(loss >= 0 && loss < 1, "a loss probability lies in [0, 1)");
  FLATLINE_CHECK(eta > 0 && timeout > 0, "an interval and a timeout are positive");
  const Model model{law, law.loss_with_cut_off(loss), eta, timeout, law.lower(), law.upper()};
  SimpleTimeoutQos qos;
  qos.mistakes = law.is_constant() ? mistakes_of_constant_delay(model.p, eta, timeout)
                                   : mistakes(model, restart);
  if (restart == Restart::newest || law.is_constant()) {
    qos.detection_time = mean_detection_time(model);
  }
  return qos;
}

}  // namespace flatline::oracle
