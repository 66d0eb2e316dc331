// InstanceLock: one process at a time keeps the accounts of a data folder in step. Two would tell the servers the same
// operations twice, and one would take the other's message under way for a lost one. The kernel lets go of it however
// the process ends.
#pragma once
#include <filesystem>

#include "base/result.hpp"

namespace dhii::app {

enum class LockError { kServerRuns, kCannotLock };
ErrorText describe(LockError e);

class InstanceLock {
 public:
  static Result<InstanceLock> take(const std::filesystem::path& data_directory);
  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&& other) = delete;
  ~InstanceLock();

 private:
  explicit InstanceLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace dhii::app
