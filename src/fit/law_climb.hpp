#pragma once
// The top of a family's likelihood, and how far each coordinate can move before the likelihood of
// the rest, at its best, falls by a given amount (profile likelihood).

#include <Eigen/Dense>
#include <vector>

#include "fit/law_model.hpp"

namespace flatline::fit {

struct Top {
  Eigen::VectorXd at;
  Slope slope;
  Eigen::MatrixXd curvature;  ///< Of the log-likelihood, downwards, as learnt on the way.
  std::vector<bool> fixed;    ///< Coordinates that were held.
};

/// The best place from each of `starts`: a quasi-Newton climb (Broyden, Fletcher, Goldfarb, Shanno)
/// inside the model's bounds, from Fisher's information on, which is the curvature if the law fits.
/// `fixed` coordinates stay as they start.
Top climb(const LawModel& model, const std::vector<Eigen::VectorXd>& starts,
          const std::vector<bool>& fixed);

/// The whole place where coordinate `i` has moved (up or down) so far that twice the loss of
/// likelihood is `loss`, all other free coordinates at their best; or where it meets its bound.
Eigen::VectorXd profile_end(const LawModel& model, const Top& top, Eigen::Index i, bool up,
                            double loss);

}  // namespace flatline::fit
