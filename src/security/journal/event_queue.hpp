// EventQueue: between those who report and the journal's writer. push() takes a short lock and nothing else: no disk,
// no allocation beyond a deque's block. Bounded: when full, the least important event goes (severity first, then what
// any stranger can cause at will), counted. Thread-safe.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "event/event.hpp"

namespace dhii::security {

// 0 is dropped first.
int importance(event::Kind kind);
inline constexpr std::size_t kImportances = 10;

class EventQueue {
 public:
  // 131,072: 50,000 events a second while the disk takes 2.5 s for one fsync.
  explicit EventQueue(std::size_t capacity = 131'072) : capacity_(capacity) {}

  enum class Pushed : std::uint8_t { kFirst, kMore };  // kFirst: the queue was empty, the writer may be asleep
  Pushed push(event::Event&& event);
  // Everything, oldest first. The lock is held for a swap only.
  std::vector<event::Event> take();
  bool empty() const;
  struct Dropped {
    std::uint64_t minor = 0;  // below warning
    std::uint64_t major = 0;
  };
  Dropped dropped() const;  // since start

 private:
  struct Item {
    std::uint64_t sequence;
    event::Event event;
  };

  using Lanes = std::array<std::deque<Item>, kImportances>;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Lanes lanes_;
  std::size_t size_ = 0;
  std::uint64_t sequence_ = 0;
  Dropped dropped_;
};

}  // namespace dhii::security
