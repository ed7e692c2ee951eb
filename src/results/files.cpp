// Files that appear whole or not at all.

#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "flatline/base/check.hpp"
#include "flatline/results/store.hpp"

namespace flatline::results {
namespace {

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// 0, or the error.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

Problem system_problem(const std::string& path, const std::string& what, int error) {
  Problem p;
  p.file = path;
  p.message = what + ": " + std::generic_category().message(error);
  return p;
}

int sync_folder(const std::string& folder) {
  Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0) return errno;
  // Some file systems cannot sync a folder and say so; there is nothing more to do then.
  if (::fsync(handle.get()) != 0 && errno != EINVAL && errno != ENOTSUP) return errno;
  return 0;
}

FileWriter::FileWriter(std::string path, std::string target, std::string temporary, int fd)
    : path_(std::move(path)),
      target_(std::move(target)),
      temporary_(std::move(temporary)),
      fd_(fd) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

FileWriter::~FileWriter() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Problem FileWriter::problem(int error) const {
  return system_problem(path_, "cannot write", error);
}

Result<FileWriter> FileWriter::create(const std::string& path) {
  std::string target = path;
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return system_problem(path, "cannot write", EISDIR);
    // A rename would put a file in the place of the device.
    if (!S_ISREG(there.st_mode)) {
      const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd < 0) return system_problem(path, "cannot write", errno);
      return FileWriter(path, path, "", fd);
    }
    if (char* resolved = ::realpath(path.c_str(), nullptr); resolved != nullptr) {
      target = resolved;
      ::free(resolved);  // NOLINT: realpath allocates with malloc
    }
  }
  static std::atomic<unsigned> counter{0};
  std::string temporary;
  int fd = -1;
  do {
    temporary = folder_of(target) + "/" + std::string(kTemporary) + std::to_string(::getpid()) +
                "-" + std::to_string(counter.fetch_add(1));
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EEXIST);
  if (fd < 0) return system_problem(path, "cannot write", errno);
  return FileWriter(path, target, temporary, fd);
}

Result<std::monostate> FileWriter::add(std::string_view bytes) {
  if (const int error = write_all(fd_, bytes); error != 0) return problem(error);
  return std::monostate{};
}

Result<std::monostate> FileWriter::commit() {
  FLATLINE_CHECK(fd_ >= 0, "a file is committed once");
  const bool direct = temporary_.empty();
  if (!direct && ::fsync(fd_) != 0) return problem(errno);
  // Some file systems report a failed write only when the file is closed.
  if (::close(std::exchange(fd_, -1)) != 0) return problem(errno);
  if (direct) return std::monostate{};
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return problem(errno);
  temporary_.clear();
  if (const int error = sync_folder(folder_of(target_)); error != 0) return problem(error);
  return std::monostate{};
}

Result<std::monostate> write_file(const std::string& path, std::string_view bytes) {
  Result<FileWriter> file = FileWriter::create(path);
  if (!file) return file.problems();
  if (Result<std::monostate> added = file.value().add(bytes); !added) return added;
  return file.value().commit();
}

Result<std::monostate> read_pieces(const std::string& path,
                                   const std::function<void(std::string_view)>& use) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_problem(path, "cannot read", errno);
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) return std::monostate{};
    if (got > 0) {
      use({buffer.data(), static_cast<std::size_t>(got)});
    } else if (errno != EINTR) {
      return system_problem(path, "cannot read", errno);
    }
  }
}

Result<std::string> read_file(const std::string& path) {
  std::string bytes;
  const auto done = read_pieces(path, [&](std::string_view piece) { bytes += piece; });
  if (!done) return done.problems();
  return bytes;
}

}  // namespace flatline::results
