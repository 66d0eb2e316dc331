// Spool: what a remote output could not take, kept in one private file (0600) until it can, in order, over restarts.
// Bounded: when it is full, the least important messages go first (the oldest of their weight before the newer ones)
// and are counted. It holds finished messages, nothing that the output itself would not have got. Used by the output's
// thread only. A message counts as delivered when drop_front() returned; after a crash the last ones may come twice.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "logs/record.hpp"

namespace dhii::logs {

enum class LogError {
  kSpool,       // the spool can't be written or read
  kFile,        // the log file
  kJournal,     // no journald here
  kBadAddress,  // not udp://, tcp://, tls:// with a host
  kRefused,     // the collector answered with a refusal
};
ErrorText describe(LogError e);

inline constexpr std::size_t kMaxSpoolBytes =
    64U << 20;  // some 150,000 events: a day of a busy server without its collector
inline constexpr std::size_t kMaxSpooledMessageBytes = 64 * 1024;

struct Message {
  std::size_t weight = 0;
  std::string text;
};

class Spool {
 public:
  // Opens or creates; a torn last message (a crash) is cut off.
  static Result<std::unique_ptr<Spool>> open(std::filesystem::path file, std::size_t most_bytes = kMaxSpoolBytes);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // On an error (full disk) the message is counted as dropped.
  Result<void> append(const Message& message);
  Result<std::vector<Message>> front(std::size_t most) const;
  Result<void> drop_front(std::size_t count);
  std::size_t size() const { return index_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Place {
    std::uint64_t offset;
    std::uint32_t length;
    std::uint8_t weight;
  };
  Spool(std::filesystem::path file, int fd, std::size_t most) : file_(std::move(file)), fd_(fd), most_(most) {}
  Result<void> scan();
  Result<void> make_room(std::size_t weight, std::size_t needed);
  Result<void> rewrite(std::vector<bool> keep);
  Result<Message> read(const Place& place) const;
  Error error(const char* what) const;

  std::filesystem::path file_;
  int fd_;
  std::size_t most_;
  std::deque<Place> index_;
  std::size_t bytes_ = 0;  // of messages not yet delivered, with their heads
  std::uint64_t end_ = 0;  // where the next one goes
  std::uint64_t dropped_ = 0;
};

}  // namespace dhii::logs
