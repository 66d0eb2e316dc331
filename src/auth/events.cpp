#include "auth/events.hpp"

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"

namespace dhii::auth {

std::string_view event_name(EventKind kind) {
  switch (kind) {
    case EventKind::kSetupDone:
      return "setup_done";
    case EventKind::kSetupRefused:
      return "setup_refused";
    case EventKind::kSignedIn:
      return "signed_in";
    case EventKind::kSignInFailed:
      return "sign_in_failed";
    case EventKind::kSignInThrottled:
      return "sign_in_throttled";
    case EventKind::kSignedOut:
      return "signed_out";
    case EventKind::kUserRegistered:
      return "user_registered";
    case EventKind::kInvitationCreated:
      return "invitation_created";
    case EventKind::kInvitationRefused:
      return "invitation_refused";
    case EventKind::kPasswordChanged:
      return "password_changed";
    case EventKind::kPasswordChangeRefused:
      return "password_change_refused";
    case EventKind::kSessionRevoked:
      return "session_revoked";
    case EventKind::kRefreshTokenReused:
      return "refresh_token_reused";
    case EventKind::kTokenRefused:
      return "token_refused";
  }
  return "unknown";
}

void LoggingSink::record(const Event& event) {
  spdlog::info("security event={} user={} session={} login=\"{}\" address={} detail={}", event_name(event.kind),
               event.user.value, event.session.value, log_escape(event.login, 128), log_escape(event.address, 64),
               log_escape(event.detail, 128));
}

}  // namespace dhii::auth
