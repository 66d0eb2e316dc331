// Follower: who hears of security events behind the journal (security/journal): log and SIEM sinks, metrics, detectors.
// Called on the journal's writer thread, one call at a time, so an implementation needs no lock of its own against the
// journal; it must not block (hand over to a bounded queue), must not throw, and may record() new events itself.
#pragma once
#include <cstdint>
#include <span>

#include "event/event.hpp"

namespace dhii::event {

// One record of the journal. Repeats of the same thing within a window are one record with their count.
struct Entry {
  std::int64_t id = 0;      // its place in the journal; grows by one from record to record
  Event event;              // `at`: when it happened, of repeats the last time
  Timestamp first_at{};     // of repeats the first time; otherwise the same as event.at
  std::uint32_t count = 1;  // how often it happened; the sum over all records is the true number
};

class Follower {
 public:
  virtual ~Follower() = default;
  // Each event once, as it happened, before repeats are collapsed: for counters and detectors.
  virtual void seen(const Event&) noexcept {}
  // What has just been committed to the journal: for logs and SIEM sinks.
  virtual void stored(std::span<const Entry>) noexcept {}
  // About once a second, also when nothing happens.
  virtual void tick(Timestamp) noexcept {}
};

}  // namespace dhii::event
