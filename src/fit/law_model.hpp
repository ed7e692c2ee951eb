#pragma once
// One family as a likelihood of cells: coordinates without dimension, the log-likelihood with its
// gradient and Fisher's information, and where to begin.
//
// Coordinates (b1 is the first bound, L the least value of a law):
//   exponential            ln mean,    v         plus = b1 - e^v
//   lognormal, gamma, weibull  ln a, ln b, v     plus = b1 - e^v
//   pareto                 v, ln shape, r        L = b1 - e^v, scale = L e^r, plus = L - scale
//   normal                 mean / m, ln deviation    m the standard deviation of the values
// The last coordinate of all but normal is the one for `plus`; at its upper bound `plus` is 0.

#include <Eigen/Dense>
#include <optional>
#include <vector>

#include "fit/cells.hpp"
#include "fit/law_functions.hpp"

namespace flatline::fit {

struct PlacedLaw {
  RealLaw real;
  double plus = 0;
};

struct Slope {
  double value = 0;  ///< The log-likelihood.
  Eigen::VectorXd gradient;
  Eigen::MatrixXd information;  ///< Fisher's, of the cells: positive semidefinite.
};

class LawModel {
 public:
  /// REQUIRES: a closed-form family other than uniform; at least two cells that hold something.
  LawModel(random::Family family, const Cells& cells);

  [[nodiscard]] int dimensions() const { return static_cast<int>(least_.size()); }
  [[nodiscard]] bool has_plus() const { return family_ != random::Family::normal; }
  [[nodiscard]] const Eigen::VectorXd& least() const { return least_; }
  [[nodiscard]] const Eigen::VectorXd& largest() const { return largest_; }
  [[nodiscard]] PlacedLaw law(const Eigen::VectorXd& at) const;
  [[nodiscard]] Slope slope(const Eigen::VectorXd& at) const;

  /// Good places to begin: the one without `plus`, then the best few of a grid of it.
  [[nodiscard]] std::vector<Eigen::VectorXd> starts(bool with_plus) const;

 private:
  [[nodiscard]] Eigen::VectorXd start_at(double last) const;
  [[nodiscard]] Eigen::VectorXd start_pareto(double last) const;
  [[nodiscard]] Eigen::VectorXd start_normal() const;
  void set_bounds();

  random::Family family_;
  const Cells& cells_;
  std::vector<double> middles_;  ///< A typical value of each cell, ns.
  double unit_ = 1;              ///< Standard deviation of the values, ns.
  Eigen::VectorXd least_, largest_;
};

/// The log-likelihood of the cells under any closed-form law.
double log_likelihood(const PlacedLaw& law, const Cells& cells);

}  // namespace flatline::fit
