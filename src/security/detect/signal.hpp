// What detectors say: something is unlike it should be, for one address, user, host. Plain values.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace dhii::security {

// What dhii-mail may do about it by itself.
enum class Answer : std::uint8_t { kNone, kBlockAddress, kStepUp, kEndSessions };

struct Signal {
  std::string rule;  // stable: "failed_logins_per_address"
  std::string key;   // what it is about, within the rule: an address, a login, a host; empty: the whole
  event::Severity severity = event::Severity::kWarning;
  std::string title;
  std::string observed;  // "11 in 10 minutes"
  std::string expected;  // "at most 10 in 10 minutes"
  Timestamp at{};
  std::chrono::seconds holds{600};      // without a new signal for so long, it is over
  std::chrono::seconds pending_for{0};  // it must go on for so long before it is worth waking somebody
  Answer answer = Answer::kNone;
  std::string address;
  UserId user{};
};

std::string duration_text(std::chrono::seconds duration);  // "10 minutes", "1 hour", "90 seconds"

}  // namespace dhii::security
