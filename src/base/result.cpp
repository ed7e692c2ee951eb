#include "flatline/base/result.hpp"

namespace flatline {

std::string Problem::text() const {
  std::string out;
  if (!file.empty()) {
    out += file;
    if (line > 0) out += ":" + std::to_string(line);
    out += ": ";
  } else if (line > 0) {
    out += "line " + std::to_string(line) + ": ";
  }
  if (!pointer.empty()) out += pointer + ": ";
  out += message;
  if (!expected.empty()) out += "; expected " + expected;
  if (!suggestion.empty()) out += "; did you mean \"" + suggestion + "\"?";
  return out;
}

std::string text_of(const Problems& problems) {
  std::string out;
  for (const Problem& problem : problems) out += problem.text() + "\n";
  return out;
}

}  // namespace flatline
