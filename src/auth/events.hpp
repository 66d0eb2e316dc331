// What auth reports upwards: typed security events through a sink that a higher layer (security/) implements. Never a
// secret in them.
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace dhii::auth {

enum class EventKind : std::uint8_t {
  kSetupDone,
  kSetupRefused,
  kSignedIn,
  kSignInFailed,
  kSignInThrottled,
  kSignedOut,
  kUserRegistered,
  kInvitationCreated,
  kInvitationRefused,
  kPasswordChanged,
  kPasswordChangeRefused,
  kSessionRevoked,
  kRefreshTokenReused,  // somebody holds a copy of a refresh token: the session was ended
  kTokenRefused,        // forged, foreign or ended access token
};
std::string_view event_name(EventKind kind);

struct Event {
  EventKind kind;
  UserId user;  // 0: unknown
  SessionId session;
  std::string login;  // as tried; from outside: escape before logging
  std::string address;
  std::string detail;  // a stable code
  Timestamp at;
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void record(const Event& event) = 0;  // quick, thread-safe
};

// Writes one escaped line each into the log.
class LoggingSink final : public EventSink {
 public:
  void record(const Event& event) override;
};

}  // namespace dhii::auth
