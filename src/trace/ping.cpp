// Arrivals from the output of ping -D (iputils).

#include "source.hpp"

namespace flatline::trace {

bool is_ping(std::string_view) {
  return false;
}

Result<std::unique_ptr<Source>> open_ping(LineReader lines) {
  return lines.problem("", "not yet");
}

}  // namespace flatline::trace
