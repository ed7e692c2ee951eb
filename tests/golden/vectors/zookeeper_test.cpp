// ZooKeeper's own expiry queue, touch by touch.

#include "vectors.hpp"

using namespace flatline;
using namespace flatline::detect;
using golden::Json;

TEST_CASE("session expires when ZooKeeper 3.9.5 expires it, after every touch") {
  int touches = 0;
  int expiries = 0;
  const Json vectors = golden::load("zookeeper.json.gz");
  for (const Json& run : vectors.at("runs")) {
    CAPTURE(run.dump());
    const auto session = kit::family_of("session", {{{"timeout", milliseconds(run.at("timeout"))},
                                                     {"tick", milliseconds(run.at("tick"))}}});
    LocalInstant expiry = LocalInstant::never();
    for (const Json& update : run.at("update(t)->new_expiry_or_null")) {
      golden::beat_at(*session, golden::at_ms(update.at(0)));
      // null: the touch does not move it.
      if (!update.at(1).is_null()) expiry = golden::at_ms(update.at(1));
      CHECK(session->deadline(0) == expiry);
      ++touches;
    }
    CHECK(session->deadline(0) == golden::at_ms(run.at("expired_at")));
    ++expiries;
  }
  CHECK(touches == 192);
  CHECK(expiries == 144);
}
