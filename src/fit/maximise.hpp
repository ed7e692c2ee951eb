#pragma once
// The largest value of a smooth function of a few variables, without derivatives from the caller:
// Nelder and Mead's simplex (1965) finds the hill, a damped Newton iteration with numerical
// derivatives climbs it. Nothing is random: equal input gives equal output.

#include <functional>
#include <span>
#include <vector>

namespace flatline::fit {

/// A function to maximise. Where it is not defined it gives -infinity or NaN.
using Objective = std::function<double(std::span<const double>)>;

struct Maximum {
  std::vector<double> at;
  double value = 0;
  std::vector<double> hessian;  ///< Of the function at `at`, row by row; negative definite at a
                                ///< regular maximum.
  bool converged = false;       ///< Whether Newton's last step was small against `steps`.

  /// Inverse of the negative Hessian, row by row: the asymptotic covariance if the function is a
  /// log-likelihood. Empty if the Hessian is not negative definite.
  [[nodiscard]] std::vector<double> covariance() const;
};

/// `steps`: how far each variable moves before the function changes noticeably (the first simplex;
/// a thousandth of it is the step of the derivatives). REQUIRES: equal sizes, steps > 0, the
/// function finite at `start`.
Maximum maximise(const Objective& function, std::span<const double> start,
                 std::span<const double> steps);

}  // namespace flatline::fit
