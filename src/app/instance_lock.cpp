#include "app/instance_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace dhii::app {

ErrorText describe(LockError e) {
  switch (e) {
    case LockError::kServerRuns:
      return {"server.running",
              "dhii-mail is already running on this data folder and keeps the accounts in step by itself. Do this in "
              "the web app, or stop the server first."};
    case LockError::kCannotLock:
      return {"server.cannot_lock", "The data folder can't be used; check its rights."};
  }
  return {"server.lock", "The data folder can't be used."};
}

Result<InstanceLock> InstanceLock::take(const std::filesystem::path& data_directory) {
  const auto path = data_directory / "running.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail(LockError::kCannotLock, path.string() + ": " + std::strerror(errno));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return InstanceLock(fd);
  const int error = errno;
  ::close(fd);
  if (error == EWOULDBLOCK) return fail(LockError::kServerRuns, data_directory.string());
  return fail(LockError::kCannotLock, path.string() + ": " + std::strerror(error));
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

InstanceLock::~InstanceLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace dhii::app
