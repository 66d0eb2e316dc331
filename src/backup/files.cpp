#include "backup/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"

namespace dhii::backup {
namespace {

constexpr std::size_t kSliceBytes = 1 << 20;  // between two questions whether to go on

Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& name) {
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return std::unexpected(io_error(name));
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

// Hands the first `bytes` bytes to `take`, slice by slice.
Result<void> each_slice(const Descriptor& from, const std::filesystem::path& name, std::int64_t bytes,
                        const GoOn& go_on, const std::function<Result<void>(std::string_view)>& take) {
  std::vector<char> buffer(kSliceBytes);
  for (std::int64_t at = 0; at < bytes;) {
    if (!go_on()) return fail(BackupError::kStopped);
    const auto want = std::min<std::int64_t>(bytes - at, static_cast<std::int64_t>(buffer.size()));
    const auto got = ::pread(from.get(), buffer.data(), static_cast<std::size_t>(want), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(io_error(name));
    if (got == 0) return fail(BackupError::kDamaged, name.string() + " is shorter than it must be");
    DHII_TRY(take({buffer.data(), static_cast<std::size_t>(got)}));
    at += got;
  }
  return {};
}

Result<Descriptor> create(const std::filesystem::path& to) {
  Descriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) return std::unexpected(io_error(to));
  return out;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error io_error(const std::filesystem::path& file) {
  const int code = errno;
  return {BackupError::kIo, file.string() + ": " + std::strerror(code)};
}

Result<Descriptor> open_to_read(const std::filesystem::path& file) {
  Descriptor out(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!out) return std::unexpected(io_error(file));
  return out;
}

Result<std::int64_t> size_of(const Descriptor& file, const std::filesystem::path& name) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return std::unexpected(io_error(name));
  if (!S_ISREG(info.st_mode)) return fail(BackupError::kDamaged, name.string() + " is no plain file");
  return info.st_size;
}

Result<std::string> hash(const Descriptor& from, const std::filesystem::path& name, std::int64_t bytes,
                         const GoOn& go_on) {
  crypto::Sha256Stream digest;
  DHII_TRY(each_slice(from, name, bytes, go_on, [&](std::string_view slice) -> Result<void> {
    digest.update(slice);
    return {};
  }));
  return to_hex(crypto::as_view(digest.finish()));
}

Result<std::string> copy(const Descriptor& from, const std::filesystem::path& to, std::int64_t bytes,
                         const GoOn& go_on) {
  DHII_TRY_ASSIGN(const Descriptor out, create(to));
  crypto::Sha256Stream digest;
  DHII_TRY(each_slice(from, to, bytes, go_on, [&](std::string_view slice) {
    digest.update(slice);
    return write_all(out.get(), slice, to);
  }));
  if (::fsync(out.get()) != 0) return std::unexpected(io_error(to));
  return to_hex(crypto::as_view(digest.finish()));
}

Result<void> write_file(const std::filesystem::path& to, std::string_view content) {
  DHII_TRY_ASSIGN(const Descriptor out, create(to));
  DHII_TRY(write_all(out.get(), content, to));
  if (::fsync(out.get()) != 0) return std::unexpected(io_error(to));
  return {};
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t most) {
  DHII_TRY_ASSIGN(const Descriptor in, open_to_read(file));
  DHII_TRY_ASSIGN(const std::int64_t size, size_of(in, file));
  if (size > static_cast<std::int64_t>(most)) return fail(BackupError::kDamaged, file.string() + " is too big");
  std::string out;
  DHII_TRY(each_slice(
      in, file, size, [] { return true; },
      [&](std::string_view slice) -> Result<void> {
        out += slice;
        return {};
      }));
  return out;
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  if (std::filesystem::is_directory(folder, failed)) return {};
  if (folder.has_parent_path() && folder.parent_path() != folder) DHII_TRY(make_folder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return std::unexpected(io_error(folder));
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(io_error(folder));
  return {};
}

Result<void> move(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return std::unexpected(io_error(to));
  return {};
}

}  // namespace dhii::backup
