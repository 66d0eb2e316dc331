// Files that hold secrets: created whole or not at all, mode 0600, never overwritten; read only when nobody else may
// read them.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dhii::config {

enum class FileError {
  kCannotCreate,
  kCannotRead,
  kReadableByOthers,  // group or world; the detail holds the chmod to run
  kMalformed,
  kMissing,  // the salt or key of a database that exists
};
ErrorText describe(FileError e);

// Creates the folder with mode 0700 if need be.
Result<void> make_private_directory(const std::filesystem::path& directory);
// True: created with this content. False: it was there already, maybe made by another process this instant.
Result<bool> create_private_file(const std::filesystem::path& path, std::string_view content);
Result<std::string> read_private_file(const std::filesystem::path& path);

}  // namespace dhii::config
