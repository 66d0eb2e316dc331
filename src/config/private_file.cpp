#include "config/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/sources.hpp"

namespace dhii::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string errno_text(const std::filesystem::path& path) { return path.string() + ": " + std::strerror(errno); }

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void sync_directory(const std::filesystem::path& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) ::fsync(fd.get());
}

}  // namespace

ErrorText describe(FileError e) {
  switch (e) {
    case FileError::kCannotCreate:
      return {"config.cannot_create",
              "A file of the data folder can't be created; check the folder's owner, its mode and the free space."};
    case FileError::kCannotRead:
      return {"config.cannot_read", "A file of the data folder can't be read; check its owner and mode."};
    case FileError::kReadableByOthers:
      return {"config.readable_by_others",
              "A file with secrets can be read by other users of this machine; take that right away."};
    case FileError::kMalformed:
      return {"config.malformed", "A file of the data folder is not in the expected form; restore it from a backup."};
    case FileError::kMissing:
      return {"config.missing",
              "The database is there but a file that its keys come from is gone; restore it from a backup."};
  }
  return {"config.unknown", "The configuration failed."};
}

Result<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(FileError::kCannotCreate, errno_text(directory));
  return {};
}

// Written beside and linked into place: link(2) fails when the name exists, so two first starts can't overwrite each
// other.
Result<bool> create_private_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path draft = path.string() + ".new." + std::to_string(::getpid());
  ::unlink(draft.c_str());
  bool written = false;
  {
    const Descriptor fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return fail(FileError::kCannotCreate, errno_text(draft));
    written = write_all(fd.get(), content) && ::fsync(fd.get()) == 0;
  }
  if (!written) {
    auto error = fail(FileError::kCannotCreate, errno_text(draft));
    ::unlink(draft.c_str());
    return error;
  }
  const int linked = ::link(draft.c_str(), path.c_str());
  const int why = errno;
  ::unlink(draft.c_str());
  if (linked != 0 && why == EEXIST) return false;
  if (linked != 0) return fail(FileError::kCannotCreate, path.string() + ": " + std::strerror(why));
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
  return true;
}

Result<std::string> read_private_file(const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return fail(FileError::kCannotRead, errno_text(path));
  if ((info.st_mode & 077) != 0) return fail(FileError::kReadableByOthers, "run: chmod 600 " + path.string());
  auto text = read_small_file(path);
  if (!text) return fail(FileError::kCannotRead, path.string());
  return std::move(*text);
}

}  // namespace dhii::config
