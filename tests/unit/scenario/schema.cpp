#include <fstream>
#include <set>
#include <sstream>

#include "helpers.hpp"
#include "scenario/keys.hpp"
#include "scenario/node.hpp"
#include "scenario/reader.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

using KeySet = std::set<std::pair<std::string, std::string>>;

std::string file_text(const std::string& path) {
  std::ifstream file(std::string(FLATLINE_SOURCE_DIR) + "/" + path);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void add_keys(const std::string& shape, const Node& object, KeySet& keys) {
  const Node* properties = object.find("properties");
  if (properties == nullptr) return;
  for (const Member& member : properties->members) keys.emplace(shape, member.name);
}

KeySet keys_of_schema() {
  const Document schema = document_of(schema_json());
  KeySet keys;
  add_keys("scenario", schema.root(), keys);
  for (const Member& shape : schema.root().find("$defs")->members) {
    add_keys(shape.name, shape.value, keys);
  }
  return keys;
}

/// Has every object of the language somewhere; what stands in them does not matter.
std::string everything() {
  std::string text = R"({
    "nodes": {"a": {"count": 1}}, "places": {"p": {}}, "zones": {}, "clocks": [{}], "link": {},
    "links": [{"loss": {"gilbert_elliott": {}}, "queue": {}, "tcp": {}}, {"loss": {"alternating": {}}}],
    "watch": {"push": {"jitter": {}}},
    "faults": [)";
  for (const char* kind :
       {"crash", "stall", "partition", "route_change", "overload", "gray_failure", "clock_step"}) {
    text += "{\"" + std::string(kind) + R"(": {"at": "1s"}}, {")" + kind +
            R"(": {"time_between": "1s"}}, {")" + kind +
            R"(": {"mean_time_between": "1s", "diurnal": {}, "bursty": {}, "slow_start": "1s"}}, )";
  }
  text += R"({"crash": {"at": "1s", "slow_start": "1s"}}],
    "sweep": {"duration": {"points": 3}, "where": ""},
    "detectors": [{"label": "x", "guard": {}})";
  for (const auto& info : detect::detectors()) text += ", {\"" + info.name + "\": {}}";
  text += "], \"link\": {\"delay\": {\"mixture\": [";
  std::string laws;
  for (const std::string& law : key_names("law")) {
    if (law != "plus")
      laws += (laws.empty() ? "" : ",") + ("{\"of\": {\"plus\": \"1s\", \"" + law + "\": {}}}");
  }
  text = text.replace(text.find("\"link\": {},"), 11, "");
  return text + laws + "]}}}";
}

}  // namespace

TEST_CASE("the schema in docs is the schema of the program") {
  CHECK(file_text("docs/scenario.schema.json") == schema_json());
}

TEST_CASE("the reader asks for every key of the schema and for no other") {
  KeySet asked;
  Session session;
  session.asked = &asked;
  const Document document = document_of(everything());
  CHECK_FALSE(read_in_session(document, session).ok());
  CHECK(asked == keys_of_schema());
}

TEST_CASE("every key of the schema has a heading in the manual and every heading a key") {
  KeySet headings;
  std::istringstream manual(file_text("docs/SCENARIO.md"));
  const std::string start = "### `";
  for (std::string line; std::getline(manual, line);) {
    if (line.rfind(start, 0) != 0) continue;
    const std::string name = line.substr(start.size(), line.rfind('`') - start.size());
    const auto dot = name.find('.');
    const bool is_new = dot == std::string::npos
                            ? headings.emplace("scenario", name).second
                            : headings.emplace(name.substr(0, dot), name.substr(dot + 1)).second;
    INFO(line);
    CHECK(is_new);
  }
  CHECK(headings == keys_of_schema());
}

TEST_CASE(
    "every reference of the schema leads to a definition and every definition says what it is "
    "for") {
  const std::string text = schema_json();
  const Document schema = document_of(text);
  const Node* definitions = schema.root().find("$defs");
  const std::string mark = "\"#/$defs/";
  std::size_t found = 0;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto name =
        text.substr(at + mark.size(), text.find('"', at + mark.size()) - at - mark.size());
    INFO(name);
    CHECK(definitions->find(name) != nullptr);
    ++found;
  }
  CHECK(found > 20);
  for (const Key& key : keys()) CHECK_FALSE(key.help.empty());
}

TEST_CASE("the defaults of the schema are those of the reader") {
  const Document resolved = document_of(resolved_json(scenario_of(kSmall)));
  const auto places = std::vector<std::pair<std::string, const Node*>>{
      {"scenario", &resolved.root()},
      {"link", resolved.root().find("link")},
      {"push", resolved.root().find("watch")->find("push")}};
  for (const auto& [shape, object] : places) {
    for (const Key& key : keys()) {
      if (key.owner != shape || key.preset.empty() || key.takes == Takes::object) continue;
      INFO(key.name);
      const Node* value = object->find(key.name);
      REQUIRE(value != nullptr);
      CHECK(json_of(*value) == key.preset);
    }
  }
}
