#include "logs/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dhii::logs {
namespace {

// The file: 8 bytes with the offset of the first message not yet delivered, then messages, each behind 4 bytes of
// length and 1 of weight.
constexpr std::uint64_t kFileHead = 8;
constexpr std::uint64_t kMessageHead = 5;

template <class T>
std::string little_endian(T value) {
  std::string out;
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}
template <class T>
T from_little_endian(std::string_view bytes) {
  T out = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) out = static_cast<T>(out << 8U) | static_cast<std::uint8_t>(bytes[i]);
  return out;
}

bool write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return true;
}

bool read_at(int fd, std::string& out, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

ErrorText describe(LogError e) {
  switch (e) {
    case LogError::kSpool:
      return {"logs.spool",
              "The log spool in the data folder can't be used; check its rights and the room on its disk."};
    case LogError::kFile:
      return {"logs.file",
              "The log file can't be written; check the folder of DHII_LOG_FILE, its rights and its disk."};
    case LogError::kJournal:
      return {"logs.journal", "There is no journald on this machine; take 'journald' out of DHII_LOG_OUTPUT."};
    case LogError::kBadAddress:
      return {"logs.bad_address", "The address of the log collector is not understood; see docs/monitoring.md."};
    case LogError::kRefused:
      return {"logs.refused", "The log collector refused what was sent; check its address and token."};
  }
  return {"logs.unknown", "Logging failed."};
}

Error Spool::error(const char* what) const {
  return Error(LogError::kSpool, std::string(what) + " " + file_.string() + ": " + std::strerror(errno));
}

Result<std::unique_ptr<Spool>> Spool::open(std::filesystem::path file, std::size_t most_bytes) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail(LogError::kSpool, file.string() + ": " + std::strerror(errno));
  std::unique_ptr<Spool> spool(new Spool(std::move(file), fd, most_bytes));
  DHII_TRY(spool->scan());
  return spool;
}

Spool::~Spool() { close(fd_); }

Result<void> Spool::scan() {
  const auto size = static_cast<std::uint64_t>(lseek(fd_, 0, SEEK_END));
  std::string head(kFileHead, '\0');
  if (size < kFileHead || !read_at(fd_, head, 0)) {
    if (ftruncate(fd_, 0) != 0 || !write_at(fd_, little_endian(kFileHead), 0)) return std::unexpected(error("writing"));
    end_ = kFileHead;
    return {};
  }
  std::uint64_t at = std::max(from_little_endian<std::uint64_t>(head), kFileHead);
  if (at > size) {  // a crash between emptying the file and saying so
    at = kFileHead;
    if (!write_at(fd_, little_endian(kFileHead), 0)) return std::unexpected(error("writing"));
  }
  while (at + kMessageHead <= size) {
    std::string message(kMessageHead, '\0');
    if (!read_at(fd_, message, at)) return std::unexpected(error("reading"));
    const auto length = from_little_endian<std::uint32_t>(message);
    const auto its_weight = static_cast<std::uint8_t>(message[4]);
    if (length > kMaxSpooledMessageBytes || its_weight >= kWeights || at + kMessageHead + length > size) break;
    index_.push_back({at, length, its_weight});
    bytes_ += kMessageHead + length;
    at += kMessageHead + length;
  }
  end_ = std::min(at, size);
  if (ftruncate(fd_, static_cast<off_t>(end_)) != 0) return std::unexpected(error("cutting"));
  return {};
}

Result<void> Spool::append(const Message& message) {
  const std::string_view text = std::string_view(message.text).substr(0, kMaxSpooledMessageBytes);
  const std::size_t needed = kMessageHead + text.size();
  if (auto room = make_room(message.weight, needed); !room) {
    ++dropped_;
    return room;
  }
  if (bytes_ + needed > most_) {
    ++dropped_;  // everything that waits is at least as important
    return {};
  }
  std::string out = little_endian(static_cast<std::uint32_t>(text.size()));
  out += static_cast<char>(message.weight);
  out += text;
  if (!write_at(fd_, out, end_)) {
    ++dropped_;
    return std::unexpected(error("writing"));
  }
  index_.push_back({end_, static_cast<std::uint32_t>(text.size()), static_cast<std::uint8_t>(message.weight)});
  end_ += needed;
  bytes_ += needed;
  return {};
}

// Frees a quarter at once, so that a full spool isn't rewritten for every message. Takes the lowest weights first, and
// never what weighs more than the newcomer.
Result<void> Spool::make_room(std::size_t weight, std::size_t needed) {
  if (bytes_ + needed <= most_) {
    // Delivered messages leave a hole in front; it is closed when it is as large as the limit.
    return end_ + needed > kFileHead + 2 * most_ ? rewrite(std::vector<bool>(index_.size(), true)) : Result<void>{};
  }
  const std::size_t wanted = most_ - most_ / 4;
  std::vector<bool> keep(index_.size(), true);
  std::size_t left = bytes_;
  for (std::size_t level = 0; level <= weight && level < kWeights && left + needed > wanted; ++level) {
    for (std::size_t i = 0; i < index_.size() && left + needed > wanted; ++i) {
      if (index_[i].weight != level) continue;
      keep[i] = false;
      left -= kMessageHead + index_[i].length;
      ++dropped_;
    }
  }
  return left == bytes_ ? Result<void>{} : rewrite(std::move(keep));
}

// Into a new file that takes the place of the old one at once.
Result<void> Spool::rewrite(std::vector<bool> keep) {
  const auto fresh = file_.string() + ".new";
  const int fd = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return std::unexpected(error("making room in"));
  std::deque<Place> index;
  std::uint64_t at = kFileHead;
  bool done = write_at(fd, little_endian(kFileHead), 0);
  for (std::size_t i = 0; done && i < index_.size(); ++i) {
    if (!keep[i]) continue;
    std::string bytes(kMessageHead + index_[i].length, '\0');
    done = read_at(fd_, bytes, index_[i].offset) && write_at(fd, bytes, at);
    index.push_back({at, index_[i].length, index_[i].weight});
    at += bytes.size();
  }
  if (!done || std::rename(fresh.c_str(), file_.c_str()) != 0) {
    const Error why = error("making room in");
    close(fd);
    unlink(fresh.c_str());
    return std::unexpected(why);
  }
  close(std::exchange(fd_, fd));
  index_ = std::move(index);
  end_ = at;
  bytes_ = at - kFileHead;
  return {};
}

Result<Message> Spool::read(const Place& place) const {
  std::string text(place.length, '\0');
  if (!read_at(fd_, text, place.offset + kMessageHead)) return std::unexpected(error("reading"));
  return Message{place.weight, std::move(text)};
}

Result<std::vector<Message>> Spool::front(std::size_t most) const {
  std::vector<Message> out;
  for (std::size_t i = 0; i < std::min(most, index_.size()); ++i) {
    DHII_TRY_ASSIGN(auto message, read(index_[i]));
    out.push_back(std::move(message));
  }
  return out;
}

Result<void> Spool::drop_front(std::size_t count) {
  for (; count > 0 && !index_.empty(); --count) {
    bytes_ -= kMessageHead + index_.front().length;
    index_.pop_front();
  }
  if (index_.empty()) {
    end_ = kFileHead;
    if (ftruncate(fd_, static_cast<off_t>(kFileHead)) != 0) return std::unexpected(error("emptying"));
  }
  if (!write_at(fd_, little_endian(index_.empty() ? kFileHead : index_.front().offset), 0))
    return std::unexpected(error("writing"));
  return {};
}

}  // namespace dhii::logs
