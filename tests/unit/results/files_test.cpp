#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "flatline/results/store.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace flatline;
using namespace flatline::results;
using flatline::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

std::string problem_of(const Result<std::monostate>& result) {
  REQUIRE_FALSE(result.ok());
  return text_of(result.problems());
}

// While this lives no file can grow past `bytes`: writing more fails with EFBIG, as a full disk
// would with ENOSPC.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("Files: what is written is read back, bytes and all, and nothing else is left") {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\r\n\xff", 6);
  REQUIRE(write_file(folder / "x", "old and longer").ok());
  REQUIRE(write_file(folder / "x", bytes).ok());
  REQUIRE(write_file(folder / "empty", "").ok());
  CHECK(read_file(folder / "x").value() == bytes);
  CHECK(read_file(folder / "empty").value().empty());
  CHECK(names_in(folder.path()) == std::set<std::string>{"x", "empty"});
  const std::string long_text(300'000, 'z');
  REQUIRE(write_file(folder / "x", long_text).ok());
  CHECK(read_file(folder / "x").value() == long_text);
}

TEST_CASE("Files: a replaced file is a new file, so an open reader keeps the old bytes") {
  const TemporaryFolder folder;
  struct stat before {};
  struct stat after {};
  REQUIRE(write_file(folder / "x", "one").ok());
  fs::create_hard_link(folder / "x", folder / "held");
  REQUIRE(::stat((folder / "x").c_str(), &before) == 0);
  REQUIRE(write_file(folder / "x", "two").ok());
  REQUIRE(::stat((folder / "x").c_str(), &after) == 0);
  CHECK(before.st_ino != after.st_ino);
  CHECK(read_file(folder / "held").value() == "one");
}

TEST_CASE("Files: an error names the path and what the system says") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "file", "x").ok());
  CHECK(problem_of(write_file(folder / "file/below", "y")) ==
        (folder / "file/below") + ": cannot write: Not a directory\n");
  CHECK(problem_of(write_file(folder / "none/x", "y")) ==
        (folder / "none/x") + ": cannot write: No such file or directory\n");
  CHECK(problem_of(write_file(folder.path(), "y")) ==
        folder.path() + ": cannot write: Is a directory\n");
  const Result<std::string> missing = read_file(folder / "none");
  REQUIRE_FALSE(missing.ok());
  CHECK(text_of(missing.problems()) ==
        (folder / "none") + ": cannot read: No such file or directory\n");
  CHECK_FALSE(read_file(folder.path()).ok());
}

TEST_CASE("Files: a write that fails half-way keeps the old file and leaves no temporary") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "x", "old").ok());
  {
    const FileSizeLimit limit(1000);
    CHECK(problem_of(write_file(folder / "x", std::string(5000, 'n'))) ==
          (folder / "x") + ": cannot write: File too large\n");
  }
  CHECK(read_file(folder / "x").value() == "old");
  CHECK(names_in(folder.path()) == std::set<std::string>{"x"});
}

TEST_CASE("Files: a device is written directly and stays a device") {
  struct stat full {};
  if (::stat("/dev/full", &full) != 0 || !S_ISCHR(full.st_mode)) return;  // not on this system
  CHECK(problem_of(write_file("/dev/full", "x")) ==
        "/dev/full: cannot write: No space left on device\n");
  REQUIRE(::stat("/dev/full", &full) == 0);
  CHECK(S_ISCHR(full.st_mode));
  CHECK(write_file("/dev/null", "x").ok());
}

TEST_CASE("Files: a symbolic link is followed, not replaced") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "target", "old").ok());
  fs::create_symlink("target", folder / "link");
  REQUIRE(write_file(folder / "link", "new").ok());
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_file(folder / "target").value() == "new");
}

TEST_CASE("Files: a file in pieces appears when it is committed, and not at all otherwise") {
  const TemporaryFolder folder;
  {
    Result<FileWriter> file = FileWriter::create(folder / "x");
    REQUIRE(file.ok());
    REQUIRE(file.value().add("one, ").ok());
    FileWriter moved = std::move(file).value();
    REQUIRE(moved.add("two").ok());
    CHECK_FALSE(fs::exists(folder / "x"));
    REQUIRE(moved.commit().ok());
  }
  CHECK(read_file(folder / "x").value() == "one, two");
  {
    Result<FileWriter> file = FileWriter::create(folder / "x");
    REQUIRE(file.ok());
    REQUIRE(file.value().add("three").ok());
  }
  CHECK(read_file(folder / "x").value() == "one, two");
  CHECK(names_in(folder.path()) == std::set<std::string>{"x"});
}
