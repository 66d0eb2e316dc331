#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "logs/cef.hpp"
#include "logs/ecs.hpp"
#include "logs/leef.hpp"
#include "logs/output.hpp"
#include "logs/syslog_message.hpp"

namespace dhii::logs {
namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

class StreamOutput final : public LocalOutput {
 public:
  StreamOutput(int fd, Format format, Level least, Origin origin)
      : fd_(fd),
        format_(format),
        least_(least),
        origin_(std::move(origin)),
        color_(isatty(fd) == 1 ? Color::kYes : Color::kNo) {}

  std::size_t write(std::span<const Entry> entries) override {
    std::string out;
    for (const auto& entry : entries) {
      if (entry->level < least_) continue;
      out += format_ == Format::kText ? text_line(*entry, color_) : line_of(*entry, origin_, format_);
    }
    return write_all(fd_, out) ? entries.size() : 0;
  }

 private:
  int fd_;
  Format format_;
  Level least_;
  Origin origin_;
  Color color_;
};

class FileOutput final : public LocalOutput {
 public:
  FileOutput(FileOptions options, Format format, Origin origin)
      : options_(std::move(options)), format_(format), origin_(std::move(origin)) {}
  ~FileOutput() override { shut(); }
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  bool open() {
    fd_ = ::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0) return false;
    struct stat status{};
    size_ = fstat(fd_, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
    return fchmod(fd_, 0600) == 0;  // also one that somebody made before us
  }

  std::size_t write(std::span<const Entry> entries) override {
    std::size_t written = 0;
    for (const auto& entry : entries) {
      const std::string line = line_of(*entry, origin_, format_);
      if (size_ > 0 && size_ + line.size() > options_.most_bytes) rotate();
      // After a full disk or a folder that went away: perhaps it works again.
      if (fd_ < 0 && !open()) continue;
      if (!write_all(fd_, line)) continue;
      size_ += line.size();
      ++written;
    }
    return written;
  }

 private:
  std::string numbered(std::size_t n) const { return options_.path.string() + "." + std::to_string(n); }
  void rotate() {
    shut();
    for (std::size_t n = options_.count; n > 1; --n) std::rename(numbered(n - 1).c_str(), numbered(n).c_str());
    if (options_.count > 0)
      std::rename(options_.path.c_str(), numbered(1).c_str());
    else
      unlink(options_.path.c_str());
    open();
  }
  void shut() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

  FileOptions options_;
  Format format_;
  Origin origin_;
  int fd_ = -1;
  std::size_t size_ = 0;
};

class JournalOutput final : public LocalOutput {
 public:
  JournalOutput(int fd, Origin origin) : fd_(fd), origin_(std::move(origin)) {}
  ~JournalOutput() override { close(fd_); }
  JournalOutput(const JournalOutput&) = delete;
  JournalOutput& operator=(const JournalOutput&) = delete;

  std::size_t write(std::span<const Entry> entries) override {
    std::size_t written = 0;
    for (const auto& entry : entries) {
      const std::string bytes = journal_entry(*entry, origin_);
      ssize_t n = 0;
      do n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      while (n < 0 && errno == EINTR);
      written += n == static_cast<ssize_t>(bytes.size()) ? 1 : 0;
    }
    return written;
  }

 private:
  int fd_;
  Origin origin_;
};

}  // namespace

std::string line_of(const Record& record, const Origin& origin, Format format) {
  return format == Format::kJson ? ecs_json(record, origin) + "\n" : text_line(record, Color::kNo);
}

std::string security_body(const Record& record, const Origin& origin, SecurityFormat format) {
  switch (format) {
    case SecurityFormat::kEcs:
      return ecs_json(record, origin);
    case SecurityFormat::kCef:
      return cef(record, origin);
    case SecurityFormat::kLeef:
      return leef(record, origin);
  }
  return {};
}

std::unique_ptr<LocalOutput> stream_output(int fd, Format format, Level least, Origin origin) {
  return std::make_unique<StreamOutput>(fd, format, least, std::move(origin));
}

Result<std::unique_ptr<LocalOutput>> file_output(FileOptions options, Format format, Origin origin) {
  const std::string path = options.path.string();
  auto out = std::make_unique<FileOutput>(std::move(options), format, std::move(origin));
  if (!out->open()) return fail(LogError::kFile, path + ": " + std::strerror(errno));
  return out;
}

Result<std::unique_ptr<LocalOutput>> journal_output(const std::filesystem::path& socket, Origin origin) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.native().size() >= sizeof address.sun_path) return fail(LogError::kJournal, socket.string());
  std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const std::string why = socket.string() + ": " + std::strerror(errno);
    if (fd >= 0) close(fd);
    return fail(LogError::kJournal, why);
  }
  return std::make_unique<JournalOutput>(fd, std::move(origin));
}

}  // namespace dhii::logs
