// SessionCache: who a session belongs to and whether it lives, so that checking each request costs no database read.
// Every revocation goes through forget(); entries are read again after a minute, because a command line may have
// changed the user. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "http/message.hpp"

namespace dhii::auth {

inline constexpr std::size_t kMaxCachedSessions = 20'000;  // about 2 MB; then it starts over
inline constexpr std::chrono::seconds kMaxCacheAge{60};

class SessionCache {
 public:
  explicit SessionCache(const Clock& clock) : clock_(clock) {}

  struct Entry {
    UserId user;
    http::Role role = http::Role::kUser;
    Timestamp expires_at;
    bool lacks_factor = false;  // a required second factor is not set up yet
  };
  // Living sessions only; nullopt: ask the database.
  std::optional<Entry> find(SessionId id) const;
  // `epoch`: what epoch() said before the database was read. A revocation meanwhile makes the answer stale: it is not
  // kept.
  void keep(SessionId id, const Entry& entry, std::uint64_t epoch);
  std::uint64_t epoch() const { return epoch_; }
  void forget(SessionId id);
  void forget_all_of(UserId user);

 private:
  struct Kept {
    Entry entry;
    std::chrono::steady_clock::time_point read_at;
  };
  const Clock& clock_;
  std::unordered_map<SessionId, Kept> kept_;
  std::uint64_t epoch_ = 0;
};

}  // namespace dhii::auth
