#include "flatline/oracle/nfd_s.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "flatline/base/check.hpp"
#include "oracle/integrate.hpp"
#include "oracle/shape.hpp"

namespace flatline::oracle {

NfdSQos nfd_s(const DelayLaw& law, double loss, double eta, double delta) {
  FLATLINE_CHECK(loss >= 0 && loss < 1, "a loss probability lies in [0, 1)");
  FLATLINE_CHECK(eta > 0 && delta >= 0, "an interval is positive and a shift not negative");
  const double p = law.loss_with_cut_off(loss);
  NfdSQos qos;
  qos.k = ceil_with_ties(delta / eta);
  qos.q_0 = (1 - p) * law.below(delta + eta);

  const auto log_u = [&](double x) {
    double sum = 0;
    for (std::int64_t j = 0; j <= qos.k; ++j) {
      sum += std::log(p + (1 - p) * law.sf(delta + x - static_cast<double>(j) * eta));
    }
    return sum;
  };
  const double log_u_0 = log_u(0);
  qos.p_s = qos.q_0 * std::exp(log_u_0);
  qos.mistake_recurrence = std::numeric_limits<double>::infinity();
  if (qos.q_0 == 0) {
    qos.one_minus_query_accuracy = 1;
    return qos;
  }
  if (std::isfinite(log_u_0)) {
    std::vector<double> breaks;
    for (std::int64_t j = 0; j <= qos.k; ++j) {
      for (const double mark : law.landmarks()) {
        breaks.push_back(mark + static_cast<double>(j) * eta - delta);
      }
    }
    const auto relative = [&](double x) { return std::exp(log_u(x) - log_u_0); };
    const double integral = integrate(relative, 0, eta, breaks);  // of u(x) / u(0)
    qos.mistake_recurrence = std::exp(std::log(eta / qos.q_0) - log_u_0);
    qos.mistake_duration = integral / qos.q_0;
    qos.one_minus_query_accuracy = integral / eta * std::exp(log_u_0);
  }
  double newest = qos.q_0;  // Pr(exactly the last l heartbeats are useless)
  for (std::int64_t l = 0; l <= qos.k + 1; ++l) {
    qos.detection_time +=
        newest * left_after_phase(delta + eta - static_cast<double>(l) * eta, eta);
    newest *= 1 - qos.q_0;
  }
  return qos;
}

}  // namespace flatline::oracle
