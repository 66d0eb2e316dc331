// The process's own cage, entered once before the first byte from outside: no new programs (seccomp), no files but ours
// (Landlock), no new privileges. What the kernel doesn't offer is left out and told; nothing here needs root.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dhii::app {

enum class SandboxError { kSeccomp, kLandlock };
ErrorText describe(SandboxError e);

struct SandboxPaths {
  std::vector<std::filesystem::path> read_write;  // the data folder
  std::vector<std::filesystem::path> read_only;   // certificates, extra authorities
};

struct SandboxReport {
  bool exec_denied = false;
  bool files_confined = false;
  std::string note;  // why something is missing; empty when all is in force
};

// Call from the main thread before others are started: threads made later inherit both.
Result<SandboxReport> enter_sandbox(const SandboxPaths& paths);

}  // namespace dhii::app
