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
  kNoToken,           // not a Bearer token
  kNoMailKey,         // the user's mail was erased
  kBadFactor,         // a one-time code or recovery code that is wrong or spent
  kFactorNotFound,    // the user has none of that kind
  kNothingToConfirm,  // no enrolment is open, or it is too old
  kChallengeGone,     // a sign-in in two steps that took too long, or had too many wrong answers
};
ErrorText describe(AuthError e);

}  // namespace dhii::auth
