#include "flatline/oracle/pauses.hpp"

#include "flatline/base/check.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {

TEST_CASE("one pause of the sender is a mistake as often as computed elsewhere") {
  // Lognormal pause of median .8 and sigma 1, eta = 1, T = 2.5; simulated: .185074 and .274986.
  const DelayLaw pause = DelayLaw::lognormal(.8, 1);
  CHECK_PRINTED(false_suspicion_from_pause(pause, 1, 2.5, AfterPause::sends_at_once), ".185105");
  CHECK_PRINTED(false_suspicion_from_pause(pause, 1, 2.5, AfterPause::skips_to_grid), ".274938");
}

TEST_CASE("a pause of known length is a mistake for the phases computed by hand") {
  // Pause 1.8, eta 1, T 2.5. Sending at once: the gap is V + 1.8, too long iff V > .7. On the grid:
  // the gap is ceil(V + 1.8), too long iff V + 1.8 > 2.
  const DelayLaw pause = DelayLaw::constant(1.8);
  CHECK(false_suspicion_from_pause(pause, 1, 2.5, AfterPause::sends_at_once) ==
        Approx(.3).epsilon(1e-10));
  CHECK(false_suspicion_from_pause(pause, 1, 2.5, AfterPause::skips_to_grid) ==
        Approx(.8).epsilon(1e-10));
  CHECK_THROWS_AS(false_suspicion_from_pause(pause, 1, .5, AfterPause::sends_at_once),
                  ContractViolation);
}

}  // namespace flatline::oracle
