#include "flatline/trace/line_reader.hpp"

#include <vector>

#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

struct Read {
  std::vector<std::string> lines;
  std::string problem;
};

Read read_all(const std::string& path) {
  Result<LineReader> reader = LineReader::open(path);
  REQUIRE(reader.ok());
  Read out;
  while (true) {
    const Result<std::optional<std::string_view>> line = reader.value().next();
    if (!line) {
      out.problem = text_of(line.problems());
      return out;
    }
    if (!line.value()) return out;
    out.lines.emplace_back(*line.value());
    REQUIRE(reader.value().line() == static_cast<std::int64_t>(out.lines.size()));
  }
}

using Lines = std::vector<std::string>;

std::string many_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i * 7919LL % 1'000'003) + "\n";
  return text;
}

}  // namespace

TEST_CASE("LineReader: plain and gzip give the same lines, whatever the file is called") {
  const TemporaryFolder folder;
  const std::string text = many_lines(200'000);
  write_plain(folder / "x.gz", text);
  write_gz(folder / "x.csv", text);
  const Read plain = read_all(folder / "x.gz");
  const Read gz = read_all(folder / "x.csv");
  CHECK(plain.lines.size() == 200'000);
  CHECK(plain.problem.empty());
  CHECK(gz.problem.empty());
  CHECK(plain.lines == gz.lines);
  CHECK(plain.lines.back() == std::to_string(199'999 * 7919LL % 1'000'003));
}

TEST_CASE("LineReader: line ends, a missing last one, an empty file and a byte order mark") {
  const TemporaryFolder folder;
  write_plain(folder / "a", "one\r\n\ntwo\n\xef\xbb\xbfthree");
  CHECK(read_all(folder / "a").lines == Lines{"one", "", "two", "\xef\xbb\xbfthree"});
  write_plain(folder / "b", "\xef\xbb\xbfone\n");
  CHECK(read_all(folder / "b").lines == Lines{"one"});
  write_plain(folder / "c", "");
  CHECK(read_all(folder / "c").lines.empty());
  write_plain(folder / "d", std::string("a\0b\n", 4));
  CHECK(read_all(folder / "d").lines == Lines{std::string("a\0b", 3)});
}

TEST_CASE("LineReader: a gzip file of several members is read to its end") {
  const TemporaryFolder folder;
  write_gz(folder / "a", "one\ntw");
  write_gz(folder / "b", "o\nthree\n");
  write_plain(folder / "ab", bytes_of(folder / "a") + bytes_of(folder / "b"));
  CHECK(read_all(folder / "ab").lines == Lines{"one", "two", "three"});
}

TEST_CASE("LineReader: a cut gzip stream gives its whole lines, then the place of the cut") {
  const TemporaryFolder folder;
  const std::string text = many_lines(200'000);
  write_gz(folder / "whole", text);
  const std::string bytes = bytes_of(folder / "whole");
  const Lines all = read_all(folder / "whole").lines;
  for (const std::size_t length : {std::size_t{2}, std::size_t{5}, std::size_t{11},
                                   bytes.size() / 3, bytes.size() - 9, bytes.size() - 1}) {
    CAPTURE(length);
    write_plain(folder / "cut", bytes.substr(0, length));
    const Read cut = read_all(folder / "cut");
    REQUIRE(cut.lines.size() <= all.size());
    CHECK(std::equal(cut.lines.begin(), cut.lines.end(), all.begin()));
    CHECK(cut.problem == (folder / "cut") + ":" + std::to_string(cut.lines.size() + 1) +
                             ": the gzip stream is cut short\n");
    if (length > bytes.size() / 4) CHECK(cut.lines.size() > 40'000);
  }
}

TEST_CASE("LineReader: a damaged gzip stream is a problem") {
  const TemporaryFolder folder;
  write_gz(folder / "x", many_lines(1000));
  std::string bytes = bytes_of(folder / "x");
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);  // its checksum
  write_plain(folder / "x", bytes);
  CHECK(read_all(folder / "x").problem.find("the gzip stream is damaged") != std::string::npos);
}

TEST_CASE("LineReader: a line of 1 MiB is read, a longer one is a problem with its line") {
  const TemporaryFolder folder;
  const std::string longest(LineReader::kLongestLine, 'x');
  write_plain(folder / "a", "1\n" + longest + "\n2\n" + longest);
  CHECK(read_all(folder / "a").lines == Lines{"1", longest, "2", longest});
  for (const char* end : {"", "\n", "yyyyyyyyy\n"}) {
    write_plain(folder / "b", "1\n" + longest + "x" + end);
    const Read read = read_all(folder / "b");
    CHECK(read.lines == Lines{"1"});
    CHECK(read.problem ==
          (folder / "b") + ":2: the line is longer than 1 MiB; expected a text file\n");
  }
}

TEST_CASE("LineReader: a file that cannot be opened or read says why") {
  const TemporaryFolder folder;
  const Result<LineReader> none = LineReader::open(folder / "none");
  REQUIRE_FALSE(none.ok());
  CHECK(text_of(none.problems()) ==
        (folder / "none") + ": cannot open: No such file or directory\n");
  CHECK(read_all(folder.path()).problem.find("cannot read: Is a directory") != std::string::npos);
}

TEST_CASE("LineReader: reading on after a failure is a broken contract") {
  const TemporaryFolder folder;
  Result<LineReader> reader = LineReader::open(folder.path());
  REQUIRE(reader.ok());
  REQUIRE_FALSE(reader.value().next().ok());
  CHECK_THROWS_AS(reader.value().next(), ContractViolation);
}
