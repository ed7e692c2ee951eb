#include "flatline/oracle/pauses.hpp"

#include "flatline/base/check.hpp"
#include "oracle/integrate.hpp"
#include "oracle/shape.hpp"

namespace flatline::oracle {

double false_suspicion_from_pause(const DelayLaw& pause, double eta, double timeout,
                                  AfterPause after) {
  FLATLINE_CHECK(eta > 0 && timeout >= eta, "a timeout is at least one interval");
  const double longest = after == AfterPause::sends_at_once
                             ? timeout
                             : static_cast<double>(floor_with_ties(timeout / eta)) * eta;
  return integrate([&](double y) { return pause.sf(y); }, longest - eta, longest,
                   pause.landmarks()) /
         eta;
}

}  // namespace flatline::oracle
