#include "flatline/trace/line_reader.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <vector>

#include "flatline/base/check.hpp"

namespace flatline::trace {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

struct LineReader::State {
  State(std::string file, gzFile handle) : path(std::move(file)), gz(handle) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { gzclose(gz); }

  // Moves what is left to the front of the buffer and reads behind it.
  void fill();
  [[nodiscard]] std::string read_error() const;

  std::string path;
  gzFile gz;
  std::string trouble;
  std::vector<char> buffer = std::vector<char>(kLongestLine + kChunk);
  std::size_t begin = 0;    // of what is not given yet
  std::size_t end = 0;      // of what is read
  std::size_t scanned = 0;  // no line end before here
  bool at_end = false;      // nothing more to read
  bool broken = false;      // and that is an error, told once the whole lines before it are given
  bool failed = false;
  bool cut = false;         // the error is a stream that stops too soon
  bool last_ended = false;  // the line given last had an end
  bool again = false;       // it is to be given once more
  std::string_view last;    // that line
  std::int64_t line = 0;
};

void LineReader::State::fill() {
  std::memmove(buffer.data(), buffer.data() + begin, end - begin);
  end -= begin;
  scanned -= begin;
  begin = 0;
  const std::size_t room = std::min(buffer.size() - end, kChunk);
  const int got = gzread(gz, buffer.data() + end, static_cast<unsigned>(room));
  if (got > 0) end += static_cast<std::size_t>(got);
  if (got < 0 || static_cast<std::size_t>(got) < room) {
    at_end = true;
    // A cut stream ends like a whole one, but for the error that it leaves behind.
    int error = Z_OK;
    gzerror(gz, &error);
    broken = got < 0 || (error != Z_OK && error != Z_STREAM_END);
    cut = broken && error == Z_BUF_ERROR;
    if (broken) trouble = read_error();
  }
}

std::string LineReader::State::read_error() const {
  int error = Z_OK;
  const char* text = gzerror(gz, &error);
  if (error == Z_ERRNO) return "cannot read: " + std::generic_category().message(errno);
  if (error == Z_BUF_ERROR) return "the gzip stream is cut short";
  if (error == Z_DATA_ERROR) return "the gzip stream is damaged";
  return "cannot read: " + std::string(text);
}

LineReader::LineReader(std::unique_ptr<State> state) : x_(std::move(state)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<LineReader> LineReader::open(const std::string& path) {
  errno = 0;
  gzFile gz = gzopen(path.c_str(), "rb");
  if (gz == nullptr) {
    Problem p;
    p.file = path;
    p.message = "cannot open: " + std::generic_category().message(errno != 0 ? errno : ENOMEM);
    return p;
  }
  gzbuffer(gz, static_cast<unsigned>(kChunk));
  return LineReader(std::make_unique<State>(path, gz));
}

Result<std::optional<std::string_view>> LineReader::next() {
  State& s = *x_;
  FLATLINE_CHECK(!s.failed, "next() after a failure");
  ++s.line;
  if (s.again) {
    s.again = false;
    return std::optional<std::string_view>(s.last);
  }
  while (true) {
    const char* from = s.buffer.data() + s.begin;
    const void* found = std::memchr(s.buffer.data() + s.scanned, '\n', s.end - s.scanned);
    const bool ended = found != nullptr;
    const char* to = ended ? static_cast<const char*>(found) : s.buffer.data() + s.end;
    std::string_view text(from, static_cast<std::size_t>(to - from));
    if (text.size() > kLongestLine) {
      s.failed = true;
      return problem("", "the line is longer than 1 MiB", "a text file");
    }
    if (!ended && s.broken) {
      s.failed = true;
      return problem("", s.trouble);
    }
    if (ended || s.at_end) {
      if (!ended && text.empty()) {
        --s.line;
        return std::optional<std::string_view>();
      }
      s.begin += text.size() + (ended ? 1 : 0);
      s.scanned = s.begin;
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (s.line == 1 && text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
      s.last_ended = ended;
      s.last = text;
      return std::optional<std::string_view>(text);
    }
    s.scanned = s.end;
    s.fill();
  }
}

void LineReader::put_back() {
  FLATLINE_CHECK(x_->line > 0 && !x_->again && !x_->failed, "no line to put back");
  x_->again = true;
  --x_->line;
}

bool LineReader::ended() const {
  return x_->last_ended;
}

bool LineReader::cut_short() const {
  return x_->failed && x_->cut;
}

std::int64_t LineReader::line() const {
  return x_->line;
}

const std::string& LineReader::path() const {
  return x_->path;
}

Problem LineReader::problem(std::string column, std::string message, std::string expected) const {
  Problem p;
  p.file = x_->path;
  p.pointer = std::move(column);
  p.message = std::move(message);
  p.expected = std::move(expected);
  if (x_->line <= std::numeric_limits<int>::max()) {
    p.line = static_cast<int>(x_->line);
  } else {
    p.message = "line " + std::to_string(x_->line) + ": " + p.message;
  }
  return p;
}

}  // namespace flatline::trace
