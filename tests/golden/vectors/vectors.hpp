#pragma once
// Reads tests/data and drives a detector with its events.

#include <zlib.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../../unit/detect/kit.hpp"
#include "support/catch.hpp"

namespace flatline::golden {

using Json = nlohmann::json;

/// A file of tests/data.
inline Json load(const std::string& name) {
  const std::string path = std::string(FLATLINE_SOURCE_DIR) + "/tests/data/" + name;
  gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string text;
  std::vector<char> buffer(1 << 16);
  int got = 0;
  while ((got = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  gzclose(file);
  REQUIRE(got == 0);
  return Json::parse(text);
}

inline LocalInstant at_ms(std::int64_t ms) {
  return LocalInstant{} + milliseconds(ms);
}

inline void beat_at(detect::Family& family, LocalInstant at) {
  family.observe(at, {});
}

/// The first whole millisecond after `last` at which the deadline has come.
inline std::int64_t first_ms_after(LocalInstant deadline, LocalInstant last) {
  const std::int64_t ns = (deadline - last).ns;
  return ns / 1'000'000 + (ns % 1'000'000 > 0 ? 1 : 0);
}

/// Equal to 1e-12, relatively; levels from 300 on need only both be that large.
inline bool same_level(double level, double expected) {
  if (expected >= 300) return level >= 300;
  return std::abs(level - expected) <= 1e-12 * std::abs(expected);
}

}  // namespace flatline::golden
