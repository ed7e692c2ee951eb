// Files that appear whole or not at all.

#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

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
  // 0, or the error of close: some file systems report a failed write only here.
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result == 0 ? 0 : errno;
  }

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

// Writes the temporary file and puts it in place. 0, or the error; then the temporary may still be
// there.
int write_and_rename(int fd, const std::string& temporary, const std::string& path,
                     std::string_view bytes) {
  Descriptor file(fd);
  if (const int error = write_all(file.get(), bytes); error != 0) return error;
  if (::fsync(file.get()) != 0) return errno;
  if (const int error = file.close(); error != 0) return error;
  return ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
}

Result<std::monostate> write_directly(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) return system_problem(path, "cannot write", errno);
  if (const int error = write_all(file.get(), bytes); error != 0) {
    return system_problem(path, "cannot write", error);
  }
  return std::monostate{};
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

Result<std::monostate> write_file(const std::string& path, std::string_view bytes) {
  std::string target = path;
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return system_problem(path, "cannot write", EISDIR);
    // A rename would put a file in the place of the device.
    if (!S_ISREG(there.st_mode)) return write_directly(path, bytes);
    if (char* resolved = ::realpath(path.c_str(), nullptr); resolved != nullptr) {
      target = resolved;
      ::free(resolved);  // NOLINT: realpath allocates with malloc
    }
  }
  const std::string folder = folder_of(target);
  static std::atomic<unsigned> counter{0};
  std::string temporary;
  int fd = -1;
  do {
    temporary = folder + "/" + std::string(kTemporary) + std::to_string(::getpid()) + "-" +
                std::to_string(counter.fetch_add(1));
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EEXIST);
  if (fd < 0) return system_problem(path, "cannot write", errno);
  if (const int error = write_and_rename(fd, temporary, target, bytes); error != 0) {
    ::unlink(temporary.c_str());
    return system_problem(path, "cannot write", error);
  }
  if (const int error = sync_folder(folder); error != 0) {
    return system_problem(path, "cannot write", error);
  }
  return std::monostate{};
}

Result<std::string> read_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_problem(path, "cannot read", errno);
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) return bytes;
    if (got > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      return system_problem(path, "cannot read", errno);
    }
  }
}

}  // namespace flatline::results
