// UsageEvents: from committed changes of mail, what looks like an attack on it: many messages destroyed, or sent to
// many, within ten minutes, whichever way the requests came (JMAP, REST). Thread-safe; one event for each such burst.
#pragma once
#include <deque>
#include <mutex>
#include <unordered_map>

#include "event/event.hpp"
#include "store/types.hpp"

namespace dhii::app {

class UsageEvents {
 public:
  static constexpr std::uint32_t kManyDestroyed = 100;   // clearing out a folder by hand stays below
  static constexpr std::uint32_t kManyRecipients = 100;  // a party's invitation stays below
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::size_t kMaxUsers = 10'000;  // with a burst under way

  UsageEvents(event::Sink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}
  void changed(const store::ChangeEvent& change);

 private:
  struct Sum {
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::uint32_t>> parts;
    std::uint64_t total = 0;
    bool told = false;
  };
  struct User {
    Sum destroyed, recipients;
  };
  // The total when it has just gone over `many`, else 0.
  static std::uint64_t add(Sum& sum, std::uint32_t count, std::uint32_t many,
                           std::chrono::steady_clock::time_point now);

  event::Sink& sink_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<UserId, User> users_;
};

}  // namespace dhii::app
