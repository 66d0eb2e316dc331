// Outcomes of sign-in and of everything around it. Sentences never tell whether a user exists.
#pragma once
#include "base/result.hpp"

namespace dhii::auth {

enum class AuthError {
  kInvalidCredentials,  // unknown login, wrong password, disabled user: the same words and the same time
  kTooManyAttempts,     // of this login from here; the detail holds the seconds to wait
  kSetupDone,
  kBadSetupToken,
  kRegistrationClosed,
  kBadInvitation,
  kLoginTaken,
  kBadLogin,
  kWeakPassword,    // the detail says why
  kRefreshInvalid,  // unknown, expired, ended
  kSessionEnded,
  kSessionNotFound,
  kNoToken,    // not a Bearer token
  kNoMailKey,  // the user's mail was erased
};
ErrorText describe(AuthError e);

}  // namespace dhii::auth
