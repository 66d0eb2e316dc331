// RecordQueue: the records that wait for one output. Bounded: when it is full, the least important record goes, the
// oldest of its weight first, and is counted. push() never waits, so nothing that logs can be held up by an output.
// Thread-safe; records come out in the order they went in.
#pragma once
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "logs/record.hpp"

namespace dhii::logs {

// A second of a flood of 8,000 lines; two or three megabytes.
inline constexpr std::size_t kMaxQueuedRecords = 8192;

using Entry = std::shared_ptr<const Record>;

class RecordQueue {
 public:
  explicit RecordQueue(std::size_t most = kMaxQueuedRecords) : most_(most) {}
  void push(Entry entry);
  // Waits until there is something, the time is over, or close() was called. At most `most` records.
  std::vector<Entry> take(std::size_t most, std::chrono::milliseconds wait);
  void close();
  bool closed() const;
  std::size_t size() const;
  std::uint64_t dropped() const;

 private:
  struct Numbered {
    std::uint64_t number;
    Entry entry;
  };
  std::deque<Numbered>* first();

  std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::array<std::deque<Numbered>, kWeights> by_weight_;
  std::size_t size_ = 0;
  std::uint64_t next_ = 0, dropped_ = 0;
  bool closed_ = false;
};

}  // namespace dhii::logs
