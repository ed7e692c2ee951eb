#include "fit/chi_squared.hpp"

#include <boost/math/special_functions/gamma.hpp>

namespace flatline::fit {

double chi_squared_tail(double x, double freedom) {
  return boost::math::gamma_q(freedom / 2, x / 2);
}

}  // namespace flatline::fit
