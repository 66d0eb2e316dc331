// AttemptGuard: growing delays for failed sign-ins, per login and client network, so that an attacker elsewhere can't
// lock the owner out, and per login over all networks with a short ceiling against many machines. Knows nothing of
// whether a login exists. In memory, bounded, io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace dhii::auth {

inline constexpr std::size_t kMaxGuardedKeys = 20'000;       // about 2 MB; the oldest half goes when it is full
inline constexpr unsigned kFreeAttempts = 5;                 // typing errors
inline constexpr std::chrono::seconds kMaxDelayHere{900};    // the same login from the same network
inline constexpr unsigned kFreeAttemptsAnywhere = 50;        // the same login from anywhere
inline constexpr std::chrono::seconds kMaxDelayAnywhere{5};  // the owner must still get in

struct AttemptLimits {
  unsigned free_here = kFreeAttempts;
  std::chrono::seconds max_delay_here = kMaxDelayHere;
  unsigned free_anywhere = kFreeAttemptsAnywhere;
  std::chrono::seconds max_delay_anywhere = kMaxDelayAnywhere;
};
// Whoever guesses at a second factor has the password already, so the same limits hold wherever he sits: at most a
// hundred codes a day of a million, with three of them right at any time.
inline constexpr AttemptLimits kFactorAttempts{5, kMaxDelayHere, 5, kMaxDelayHere};

class AttemptGuard {
 public:
  explicit AttemptGuard(const Clock& clock, AttemptLimits limits = {}) : clock_(clock), limits_(limits) {}
  // Zero: go ahead. Otherwise how long this login has to wait from here.
  std::chrono::milliseconds wait_for(std::string_view login, std::string_view network);
  void failed(std::string_view login, std::string_view network);
  void succeeded(std::string_view login, std::string_view network);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    unsigned failures = 0;
    std::chrono::steady_clock::time_point last, blocked_until;
  };
  std::chrono::milliseconds left(const std::string& key) const;
  void count(const std::string& key, unsigned free, std::chrono::seconds ceiling);
  void make_room();
  const Clock& clock_;
  AttemptLimits limits_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace dhii::auth
