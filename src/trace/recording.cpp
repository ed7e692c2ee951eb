#include "flatline/trace/recording.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "recording_text.hpp"

namespace flatline::trace {
namespace {

constexpr unsigned kBuffer = 1U << 16;

Problem file_problem(const std::string& file, std::string message, std::string expected = {}) {
  Problem p;
  p.file = file;
  p.message = std::move(message);
  p.expected = std::move(expected);
  return p;
}

Problem system_problem(const std::string& file, const std::string& what, int error) {
  return file_problem(file, what + ": " + std::generic_category().message(error));
}

Problem is_there(const std::string& file) {
  return file_problem(file, "there is such a file already",
                      "a new name, since a recording is never overwritten");
}

bool exists(const std::string& path) {
  // A link that leads nowhere counts too: it would be replaced.
  std::array<char, 1> ignored{};
  return access(path.c_str(), F_OK) == 0 ||
         readlink(path.c_str(), ignored.data(), ignored.size()) >= 0;
}

// Renames unless `to` is there. File systems that cannot do both in one step do them in two.
int rename_to_new(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (exists(to)) return EEXIST;
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// Makes the new name last. Not every file system can sync a folder; that is no error.
int sync_folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
  close(fd);
  return error;
}

bool is_one_line(const std::string& text) {
  return text.find_first_of("\r\n") == std::string::npos;
}

std::string header_text(const RecordingHeader& header) {
  std::string text = std::string(kRecordingMark) + " " + std::string(kRecordingVersion) +
                     "\n# interval: " + format_duration(header.interval) +
                     "\n# clocks: " + (header.one_clock ? "one" : "two") + "\n";
  if (!header.begun.empty()) text += "# begun: " + header.begun + "\n";
  for (const std::string& note : header.notes) text += "# note: " + note + "\n";
  return text + std::string(kRecordingColumns) + "\n";
}

std::string number_or_unknown(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : std::string(kNotKnown);
}

}  // namespace

struct RecordingWriter::State {
  explicit State(std::string name) : path(std::move(name)), part(path + ".part") {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { close_all(); }

  Result<bool> begin(const RecordingHeader& header);
  void write(const char* text, std::size_t size);
  Result<bool> flush();
  Result<bool> finish(const RecordingEnd& end);
  int close_all();
  [[nodiscard]] Problem failure(int error_number) const {
    return system_problem(part, "cannot write", error_number);
  }

  std::string path;
  std::string part;
  int fd = -1;          // for fsync, which has to come after gzclose
  gzFile gz = nullptr;  // has a descriptor of its own
  int error = 0;        // the first that a write met
  bool done = false;
  std::string row;  // kept, so that add() need not allocate
};

Result<bool> RecordingWriter::State::begin(const RecordingHeader& header) {
  if (exists(path)) return is_there(path);
  fd = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    return errno == EEXIST ? is_there(part) : system_problem(part, "cannot create", errno);
  }
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return system_problem(part, "cannot create", errno);
  // Neither mode puts a name or a time into the file; T writes plain text.
  gz = gzdopen(own, path.ends_with(".gz") ? "wb6" : "wbT");
  if (gz == nullptr) {
    close(own);
    return system_problem(part, "cannot create", ENOMEM);
  }
  gzbuffer(gz, kBuffer);
  const std::string text = header_text(header);
  write(text.data(), text.size());
  return true;
}

void RecordingWriter::State::write(const char* text, std::size_t size) {
  if (error != 0) return;
  errno = 0;
  if (gzwrite(gz, text, static_cast<unsigned>(size)) != static_cast<int>(size)) {
    error = errno != 0 ? errno : EIO;
  }
}

Result<bool> RecordingWriter::State::flush() {
  errno = 0;
  if (error == 0 && gzflush(gz, Z_SYNC_FLUSH) != Z_OK) error = errno != 0 ? errno : EIO;
  if (error != 0) return failure(error);
  return true;
}

int RecordingWriter::State::close_all() {
  int result = 0;
  errno = 0;
  if (gz != nullptr && gzclose(gz) != Z_OK) result = errno != 0 ? errno : EIO;
  gz = nullptr;
  if (fd >= 0) {
    if (result == 0 && !done && fsync(fd) != 0 && errno != EINVAL) result = errno;
    if (close(fd) != 0 && result == 0) result = errno;
  }
  fd = -1;
  return result;
}

Result<bool> RecordingWriter::State::finish(const RecordingEnd& end) {
  const std::string text = std::string(kRecordingEnd) + " sent " + number_or_unknown(end.sent) +
                           ", dropped " + number_or_unknown(end.dropped) + "\n";
  write(text.data(), text.size());
  const int close_error = close_all();
  done = true;
  if (error == 0) error = close_error;
  if (error != 0) return failure(error);
  const int rename_error = rename_to_new(part, path);
  if (rename_error == EEXIST) return is_there(path);
  if (rename_error != 0) {
    return system_problem(part, "cannot rename to \"" + path + "\"", rename_error);
  }
  const int sync_error = sync_folder_of(path);
  if (sync_error != 0) return system_problem(path, "cannot sync its folder", sync_error);
  return true;
}

RecordingWriter::RecordingWriter(std::unique_ptr<State> state) : x_(std::move(state)) {}
RecordingWriter::RecordingWriter(RecordingWriter&&) noexcept = default;
RecordingWriter& RecordingWriter::operator=(RecordingWriter&&) noexcept = default;
RecordingWriter::~RecordingWriter() = default;

Result<RecordingWriter> RecordingWriter::create(const std::string& path,
                                                const RecordingHeader& header) {
  FLATLINE_CHECK(header.interval.ns > 0, "the interval is positive");
  FLATLINE_CHECK(is_one_line(header.begun), "begun is one line");
  for (const std::string& note : header.notes)
    FLATLINE_CHECK(is_one_line(note), "a note is a line");
  auto state = std::make_unique<State>(path);
  const Result<bool> begun = state->begin(header);
  if (!begun) return begun.problems();
  return RecordingWriter(std::move(state));
}

void RecordingWriter::add(const RecordedBeat& beat) {
  FLATLINE_CHECK(!x_->done, "add() after the end");
  std::string& row = x_->row;
  row.clear();
  const auto put = [&](std::int64_t number) {
    std::array<char, 24> digits;
    row.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
    row += ',';
  };
  put(beat.seq);
  put(beat.sent.ns);
  put(beat.received.ns);
  put(beat.skipped);
  if (beat.waited) {
    put(beat.waited->ns);
    row.pop_back();
  }
  row += '\n';
  x_->write(row.data(), row.size());
}

Result<bool> RecordingWriter::flush() {
  FLATLINE_CHECK(!x_->done, "flush() after the end");
  return x_->flush();
}

Result<bool> RecordingWriter::finish(const RecordingEnd& end) {
  FLATLINE_CHECK(!x_->done, "finish() after the end");
  return x_->finish(end);
}

void RecordingWriter::discard() {
  FLATLINE_CHECK(!x_->done, "discard() after the end");
  x_->done = true;
  x_->close_all();
  unlink(x_->part.c_str());
}

}  // namespace flatline::trace
