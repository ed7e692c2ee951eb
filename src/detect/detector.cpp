#include "flatline/detect/detector.hpp"

#include <vector>

#include "flatline/base/check.hpp"

namespace flatline::detect {

void Family::looked(LocalInstant /*now*/) {}

void Family::read_lines(std::span<Line> out) const {
  FLATLINE_CHECK(out.size() == size(), "by default each setting has its own line");
  std::size_t i = 0;
  for (Line& line : out) line = {deadline(i++), {}};
}

void Family::observe_run(const Beats& beats, Incarnation incarnation,
                         std::span<const LineRun> out) {
  FLATLINE_CHECK(out.size() == lines(), "one run per line");
  std::vector<Line> now(lines());
  for (std::size_t i = 0; i < beats.at.size(); ++i) {
    observe(beats.at[i],
            {ObservationKind::heartbeat, incarnation, beats.seq[i], beats.sent_at[i], true});
    read_lines(now);
    for (std::size_t l = 0; l < now.size(); ++l) {
      out[l].base[i] = now[l].base;
      if (out[l].slope != nullptr) out[l].slope[i] = now[l].slope;
    }
  }
}

}  // namespace flatline::detect
