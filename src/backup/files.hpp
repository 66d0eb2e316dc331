// Files as a backup needs them: private, hashed while they are copied, on the disk before anything says so. Internal to
// backup/.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "backup/errors.hpp"

namespace dhii::backup {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

using GoOn = std::function<bool()>;

Result<Descriptor> open_to_read(const std::filesystem::path& file);
Result<std::int64_t> size_of(const Descriptor& file, const std::filesystem::path& name);
// Hex SHA-256 of the first `bytes` bytes.
Result<std::string> hash(const Descriptor& from, const std::filesystem::path& name, std::int64_t bytes,
                         const GoOn& go_on);
// A new file, mode 0600, fsynced, with the first `bytes` bytes of `from`; returns their hex SHA-256.
Result<std::string> copy(const Descriptor& from, const std::filesystem::path& to, std::int64_t bytes,
                         const GoOn& go_on);
Result<void> write_file(const std::filesystem::path& to, std::string_view content);
Result<std::string> read_file(const std::filesystem::path& file, std::size_t most);
Result<void> make_folder(const std::filesystem::path& folder);  // 0700, with parents
Result<void> sync_folder(const std::filesystem::path& folder);
Result<void> move(const std::filesystem::path& from, const std::filesystem::path& to);
Error io_error(const std::filesystem::path& file);  // from errno

}  // namespace dhii::backup
