// AttemptGuard: growing delays for failed sign-ins: per login and client network, per network, per login over all
// networks, and over all sign-ins of the server. Whoever signed in from a network before is held to the first of these
// only: a flood by strangers can't lock the owner out (nor can it use up the hashing pool, see AuthService). An attempt
// counts as failed from its beginning, so that many at once don't slip through. Knows nothing of whether a login
// exists. In memory, bounded, io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace dhii::auth {

inline constexpr std::size_t kMaxGuardedKeys = 20'000;     // about 2 MB; the oldest half goes when it is full
inline constexpr unsigned kFreeAttempts = 5;               // typing errors
inline constexpr std::chrono::seconds kMaxDelayHere{900};  // the same login from the same network
inline constexpr unsigned kFreeAttemptsOfNetwork = 30;     // any logins from one network: an office behind one address
inline constexpr std::chrono::seconds kMaxDelayNetwork{60};
inline constexpr unsigned kFreeAttemptsAnywhere = 50;  // the same login from anywhere
inline constexpr std::chrono::seconds kMaxDelayAnywhere{5};
inline constexpr unsigned kFreeAttemptsOfAll = 60;  // beyond one a second, over everything
inline constexpr std::chrono::seconds kMaxDelayAll{5};

struct AttemptLimits {
  unsigned free_here = kFreeAttempts;
  std::chrono::seconds max_delay_here = kMaxDelayHere;
  unsigned free_anywhere = kFreeAttemptsAnywhere;
  std::chrono::seconds max_delay_anywhere = kMaxDelayAnywhere;
  bool off = false;  // only in a throw-away instance that is being audited: no setting of an installation does this
};
// Whoever guesses at a second factor has the password already, so the same limits hold wherever he sits: at most a
// hundred codes a day of a million, with three of them right at any time.
inline constexpr AttemptLimits kFactorAttempts{5, kMaxDelayHere, 5, kMaxDelayHere};

enum class Familiarity : std::uint8_t {
  kStranger,
  kFamiliar,  // this login signed in from this network before
};

class AttemptGuard {
 public:
  explicit AttemptGuard(const Clock& clock, AttemptLimits limits = {}) : clock_(clock), limits_(limits) {}
  // Zero: go ahead. Otherwise how long this login has to wait from here.
  std::chrono::milliseconds wait_for(std::string_view login, std::string_view network,
                                     Familiarity familiarity = Familiarity::kStranger) const;
  // Counts as a failure until succeeded() or abandoned() says otherwise.
  void began(std::string_view login, std::string_view network);
  void succeeded(std::string_view login, std::string_view network);
  // Nothing was tried after all (the server was busy).
  void abandoned(std::string_view login, std::string_view network);
  std::size_t size() const { return entries_.size(); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    unsigned failures = 0;
    Time last, blocked_until;
  };
  std::chrono::milliseconds left(const std::string& key) const;
  static std::chrono::milliseconds left(Time now, Time until);
  void count(const std::string& key, unsigned free, std::chrono::seconds ceiling);
  void take_back(const std::string& key, unsigned free);
  void count_of_all(double by);
  void make_room();
  const Clock& clock_;
  AttemptLimits limits_;
  std::unordered_map<std::string, Entry> entries_;
  double level_of_all_ = 0;  // drains by one a second
  Time drained_at_, all_blocked_until_;
};

}  // namespace dhii::auth
