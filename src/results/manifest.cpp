#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "flatline/base/text.hpp"
#include "flatline/results/store.hpp"

namespace flatline::results {
namespace {

using nlohmann::json;

enum class Kind { text, hash, count, flag };

// The one list of keys: writing, reading and the check for unknown keys all go through it. `visit`
// is called as visit(key, kind, member).
template <typename AnyManifest, typename Visit>
void for_each_key(AnyManifest& m, Visit visit) {
  visit("name", Kind::text, m.name);
  visit("scenario_sha256", Kind::hash, m.scenario_sha256);
  visit("seed", Kind::count, m.seed);
  visit("replications", Kind::count, m.replications);
  visit("engine", Kind::text, m.engine);
  visit("version", Kind::text, m.version);
  visit("compiler", Kind::text, m.compiler);
  visit("build_type", Kind::text, m.build_type);
  visit("rows", Kind::count, m.rows);
  visit("digest", Kind::hash, m.digest);
  visit("plan_sha256", Kind::hash, m.plan_sha256);
  visit("worlds", Kind::count, m.worlds);
  visit("complete", Kind::flag, m.complete);
  visit("duration", Kind::text, m.duration);
  visit("command", Kind::text, m.command);
}

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool take(const json& value, Kind kind, std::string& member) {
  if (!value.is_string()) return false;
  member = value.get<std::string>();
  return kind != Kind::hash || is_hash(member);
}
bool take(const json& value, Kind, std::uint64_t& member) {
  // nlohmann turns -5 and 2.9 into unsigned numbers if asked; only what was written as one counts.
  if (!value.is_number_unsigned()) return false;
  member = value.get<std::uint64_t>();
  return true;
}
bool take(const json& value, Kind, bool& member) {
  if (!value.is_boolean()) return false;
  member = value.get<bool>();
  return true;
}

const char* wanted(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "a string";
    case Kind::hash:
      return "64 lower-case hex digits";
    case Kind::count:
      return "a whole number from 0 to 2^64 - 1";
    case Kind::flag:
      return "true or false";
  }
  return "";
}

Problem bad_key(const std::string& file, const std::string& key, std::string message,
                std::string expected = {}) {
  Problem p;
  p.file = file;
  if (!key.empty()) p.pointer = "/" + key;
  p.message = std::move(message);
  p.expected = std::move(expected);
  return p;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  std::string out = "{";
  for_each_key(manifest, [&out](const char* key, Kind, const auto& member) {
    out += out.size() == 1 ? "\n  \"" : ",\n  \"";
    out += std::string(key) +
           "\": " + json(member).dump(-1, ' ', false, json::error_handler_t::replace);
  });
  return out + "\n}\n";
}

Result<Manifest> manifest_from_json(std::string_view text, const std::string& file) {
  Problems problems;
  std::set<std::string> seen;
  const auto note_repeated = [&](int depth, json::parse_event_t event, const json& parsed) {
    // A repeated key would silently win otherwise.
    if (event == json::parse_event_t::key && depth == 1 &&
        !seen.insert(parsed.get<std::string>()).second) {
      problems.push_back(bad_key(file, parsed.get<std::string>(), "the key is there twice"));
    }
    return true;
  };
  json document;
  try {
    document = json::parse(text, note_repeated);
  } catch (const json::exception& error) {
    return bad_key(file, "", "not valid JSON", "a manifest that flatline wrote");
  }
  if (!document.is_object())
    return bad_key(file, "", "not a JSON object", "a manifest that flatline wrote");
  Manifest manifest;
  std::vector<std::string> known;
  for_each_key(manifest, [&](const char* key, Kind kind, auto& member) {
    known.emplace_back(key);
    const auto at = document.find(key);
    if (at == document.end()) {
      problems.push_back(bad_key(file, key, "the key is missing", wanted(kind)));
    } else if (!take(*at, kind, member)) {
      problems.push_back(bad_key(file, key, "the value is of the wrong kind", wanted(kind)));
    }
  });
  for (const auto& item : document.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    Problem p = bad_key(file, item.key(), "unknown key \"" + item.key() + "\"");
    p.suggestion = nearest_name(item.key(), known);
    problems.push_back(std::move(p));
  }
  if (!problems.empty()) return problems;
  return manifest;
}

Result<Manifest> read_manifest(const std::string& folder) {
  const std::string path = folder + "/manifest.json";
  const Result<std::string> text = read_file(path);
  if (!text) return text.problems();
  return manifest_from_json(text.value(), path);
}

}  // namespace flatline::results
