#include "flatline/scenario/document.hpp"

#include "helpers.hpp"
#include "scenario/node.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

TEST_CASE("comments and a byte order mark are read over") {
  CHECK(read("\xef\xbb\xbf// first\n" + replaced("\"name\"", "/* second\n line */ \"name\"")).ok());
}

TEST_CASE("every value knows its line") {
  const Document document =
      document_of("{\n \"a\": 1,\n \"b\": [true,\n  \"x\"],\n \"c\":\n 2.5\n}");
  const Node& root = document.root();
  CHECK(root.line == 1);
  CHECK(root.find("a")->line == 2);
  CHECK(root.find("b")->line == 3);
  CHECK(root.find("b")->members[1].value.line == 4);
  CHECK(root.members[2].line == 5);
  CHECK(root.find("c")->line == 6);
}

TEST_CASE("numbers keep their digits") {
  const Document document = document_of(R"([9223372036854775807, 0.10, 1e3, -5])");
  CHECK(document.root().members[0].value.text == "9223372036854775807");
  CHECK(document.root().members[1].value.text == "0.10");
  CHECK(document.root().members[2].value.kind == Kind::real);
  CHECK(document.root().members[3].value.text == "-5");
}

TEST_CASE("a file that is no JSON is refused with line and reason") {
  struct Case {
    std::string text;
    int line;
    std::string pointer;
    std::string words;
  };
  const std::string deep(100, '[');
  const std::vector<Case> cases = {
      {"", 1, "", "the file is empty"},
      {" \n\n", 3, "", "the file is empty"},
      {"// nothing\n", 2, "", "no value"},
      {"{\n\"a\": 1", 2, "/a", "ends inside the object that starts on line 1"},
      {"{\n\"a\": [1,\n 2", 3, "/a/1", "ends inside the list that starts on line 2"},
      {"{\"a\": tru", 1, "/a", "ends inside"},
      {"{\"a\": \"x", 1, "/a", "ends inside"},
      {"{\"a\": /* x", 1, "/a", "ends inside"},
      {"{\n\"a\": NaN}", 2, "/a", "NaN is not allowed"},
      {"{\"a\": -Infinity}", 1, "/a", "-Infinity is not allowed"},
      {"{\"a\": 3s}", 1, "/a", "3s stands without quotes"},
      {"{\"a\": yes}", 1, "/a", "unexpected \"yes\""},
      {"{\"a\": 1e999}", 1, "/a", "1e999 is too large"},
      {"{\n\"a\":\n12345678901234567890123\n}", 3, "/a", "12345678901234567890123 is too large"},
      {"{\"a\": 1}\n x", 2, "", "after the end"},
      {"{\"a\": 1,\n}", 2, "/a", "comma before"},
      {"{\"a\": 1\n\"b\": 2}", 2, "/a", "unexpected"},
      {"{\"a\": \"x\ny\"}", 1, "/a", "not closed on its line"},
      {"{\"a\": \"\xff\"}", 1, "/a", "not UTF-8"},
      {"{\"a\": \"\\q\"}", 1, "/a", "bad escape"},
      {deep, 1, "", "more than 64 deep"},
      {std::string("{}\n\0 ", 5), 2, "", "zero byte"},
  };
  for (const Case& wrong : cases) {
    const auto document = Document::parse(wrong.text, "test.json");
    INFO(wrong.text);
    REQUIRE_FALSE(document.ok());
    INFO(text_of(document.problems()));
    REQUIRE(document.problems().size() == 1);
    const Problem& problem = document.problems().front();
    CHECK(problem.file == "test.json");
    CHECK(problem.line == wrong.line);
    if (wrong.text != deep) CHECK(problem.pointer == wrong.pointer);
    CHECK(problem.message.find(wrong.words) != std::string::npos);
    CHECK_FALSE(problem.expected.empty());
  }
}

TEST_CASE("64 levels are read and 65 are not") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(Document::parse(nested(64), "x").ok());
  CHECK_FALSE(Document::parse(nested(65), "x").ok());
}

TEST_CASE("duplicate keys are all reported with both lines") {
  const auto document =
      Document::parse("{\n\"a\": 1,\n\"b\": {\"c\": 1, \"c\": {\"d\": 2}},\n\"a\": 2}", "x");
  REQUIRE_FALSE(document.ok());
  REQUIRE(document.problems().size() == 2);
  CHECK(document.problems()[0].pointer == "/b/c");
  CHECK(document.problems()[0].line == 3);
  CHECK(document.problems()[1].pointer == "/a");
  CHECK(document.problems()[1].line == 4);
  CHECK(document.problems()[1].message.find("line 2") != std::string::npos);
}

TEST_CASE("a setting replaces a value and leaves the document as it was") {
  const Document document = document_of(kSmall);
  const auto changed = document.with("/watch/push/interval", "200ms", "--set");
  REQUIRE(changed.ok());
  CHECK(read_scenario(changed.value(), "").value().push.interval == milliseconds(200));
  CHECK(read_scenario(document, "").value().push.interval == seconds(1));
}

TEST_CASE("a setting may be JSON and may make the objects on its way") {
  const auto changed = document_of(kSmall)
                           .with("/link/delay", R"({"exponential": {"mean": "5ms"}})", "--set")
                           .value()
                           .with("/watch/push/jitter/ratio", "0.25", "--set");
  const Scenario scenario = read_scenario(changed.value(), "").value();
  CHECK(scenario.world.default_link.delay->family == random::Family::exponential);
  CHECK(scenario.push.jitter_ratio == 0.25);
  CHECK(scenario.push.jitter_of == protocol::JitterOf::grid);
}

TEST_CASE("a wrong setting is reported under the name of its source") {
  const auto changed = document_of(kSmall).with("/watch/push/interval", "200", "--set");
  const auto scenario = read_scenario(changed.value(), "");
  REQUIRE_FALSE(scenario.ok());
  CHECK(scenario.problems()[0].text().find(
            "--set: /watch/push/interval: the number 200 has no unit") == 0);
  const auto index = document_of(kSmall).with("/detectors/7/label", "x", "--set");
  REQUIRE_FALSE(index.ok());
  CHECK(index.problems()[0].expected == "an index below 1");
  CHECK_FALSE(document_of(kSmall).with("duration", "1h", "--set").ok());
  CHECK_FALSE(document_of(kSmall).with("/duration/x", "1h", "--set").ok());
  CHECK_FALSE(document_of(kSmall).with("/dura~2", "1h", "--set").ok());
}
