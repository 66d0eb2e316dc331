// Where records go. A LocalOutput writes at once (terminal, file, journald); a RemoteOutput gives finished messages to
// a collector and may fail, then they wait in a spool. Each is used by one thread of its own (runner.hpp), so blocking
// there holds up nobody.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "logs/queue.hpp"
#include "logs/spool.hpp"

namespace dhii::logs {

enum class Format : std::uint8_t { kText, kJson };
enum class SecurityFormat : std::uint8_t { kEcs, kCef, kLeef };

class LocalOutput {
 public:
  virtual ~LocalOutput() = default;
  // Returns how many of them were written; what was not is lost and counted.
  virtual std::size_t write(std::span<const Entry> entries) = 0;
};

class RemoteOutput {
 public:
  virtual ~RemoteOutput() = default;
  // Empty: this output does not take such records.
  virtual std::string render(const Record& record) const = 0;
  // How many, from the first, were handed over; with fewer than all, `why` says what happened.
  struct Sent {
    std::size_t count = 0;
    std::optional<Error> why;
  };
  virtual Sent send(std::span<const Message> messages) = 0;
};

// ---- local
// A terminal, pipe or redirected file. `least`: records below it are left out, security events too.
std::unique_ptr<LocalOutput> stream_output(int fd, Format format, Level least, Origin origin);

struct FileOptions {
  std::filesystem::path path;
  std::size_t most_bytes = 0;  // of one file, then it becomes path.1
  std::size_t count = 0;       // path.1 to path.count are kept
};
// Mode 0600; rotated by size.
Result<std::unique_ptr<LocalOutput>> file_output(FileOptions options, Format format, Origin origin);

// `socket`: /run/systemd/journal/socket but for tests.
Result<std::unique_ptr<LocalOutput>> journal_output(const std::filesystem::path& socket, Origin origin);

// ---- remote
enum class Transport : std::uint8_t { kUdp, kTcp, kTls };
struct SyslogOptions {
  Transport transport = Transport::kUdp;
  std::string host;
  std::uint16_t port = 0;
  std::string extra_ca_file;
  Format format = Format::kText;
  SecurityFormat security = SecurityFormat::kEcs;
};
std::unique_ptr<RemoteOutput> syslog_output(SyslogOptions options, Origin origin);

struct HecOptions {
  std::string host;
  std::uint16_t port = 0;
  std::string target;  // "/services/collector/event"
  std::string extra_ca_file;
  Secret token;
};
// Security events only: Splunk is paid by volume.
std::unique_ptr<RemoteOutput> hec_output(HecOptions options, Origin origin);

// What one record looks like in a file or terminal, with a newline.
std::string line_of(const Record& record, const Origin& origin, Format format);
std::string security_body(const Record& record, const Origin& origin, SecurityFormat format);

}  // namespace dhii::logs
