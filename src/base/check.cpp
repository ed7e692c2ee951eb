#include "flatline/base/check.hpp"

namespace flatline::detail {

void contract_violated(const char* file, int line, const char* condition, const char* why) {
  // The full path of the build machine says nothing to a user: keep the last component.
  std::string place = file;
  if (const auto slash = place.find_last_of('/'); slash != std::string::npos) {
    place.erase(0, slash + 1);
  }
  throw ContractViolation(place + ":" + std::to_string(line) + ": " + why + " (" + condition + ")");
}

}  // namespace flatline::detail
