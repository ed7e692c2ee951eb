#pragma once
// Reads logs of pauses for the tests.

#include <string>
#include <vector>

#include "flatline/trace/pauses.hpp"
#include "unit/trace/files.hpp"

namespace flatline::test {

struct ReadPauses {
  trace::PauseLog log;
  std::string problem;  // without the folder

  [[nodiscard]] std::vector<std::int64_t> lengths() const {
    std::vector<std::int64_t> out;
    for (const trace::Pause& pause : log.pauses) out.push_back(pause.length_ns);
    return out;
  }
  [[nodiscard]] std::vector<std::int64_t> begins() const {
    std::vector<std::int64_t> out;
    for (const trace::Pause& pause : log.pauses) out.push_back(pause.at_ns);
    return out;
  }
};

inline ReadPauses read_pauses_of(const std::string& text, const trace::PauseOptions& options = {}) {
  const TemporaryFolder folder;
  write_plain(folder / "p", text);
  Result<trace::PauseLog> log = trace::read_pauses(folder / "p", options);
  ReadPauses out;
  if (log) {
    out.log = std::move(log).value();
  } else {
    out.problem = log.problems().front().text().substr((folder / "").size());
  }
  return out;
}

using Lengths = std::vector<std::int64_t>;

}  // namespace flatline::test
