#include "auth/errors.hpp"

namespace dhii::auth {

ErrorText describe(AuthError e) {
  switch (e) {
    case AuthError::kInvalidCredentials:
      return {"auth.invalid_credentials", "That login and password don't match. Check both and try again."};
    case AuthError::kTooManyAttempts:
      return {"auth.too_many_attempts",
              "Too many sign-in attempts with this login from here; wait a little and try again."};
    case AuthError::kSetupDone:
      return {"auth.setup_done", "This dhii-mail has an administrator already; sign in instead."};
    case AuthError::kBadSetupToken:
      return {"auth.bad_setup_token",
              "The set-up link is not valid any more; use the one that dhii-mail printed at its last start."};
    case AuthError::kRegistrationClosed:
      return {"auth.registration_closed", "Registration is closed on this server; ask its administrator."};
    case AuthError::kBadInvitation:
      return {"auth.bad_invitation", "The invitation was used already or has expired; ask for a new one."};
    case AuthError::kLoginTaken:
      return {"auth.login_taken", "This login is taken; choose another."};
    case AuthError::kBadLogin:
      return {"auth.bad_login", "A login has 2 to 128 characters, without spaces; an e-mail address is fine."};
    case AuthError::kWeakPassword:
      return {"auth.weak_password", "This password is too easy to guess; a few unrelated words work well."};
    case AuthError::kRefreshInvalid:
      return {"auth.refresh_invalid", "The session has ended; sign in again."};
    case AuthError::kSessionEnded:
      return {"auth.session_ended", "The session has ended; sign in again."};
    case AuthError::kSessionNotFound:
      return {"auth.session_not_found", "There is no such session."};
    case AuthError::kNoToken:
      return {"auth.token_malformed", "The Authorization header holds no bearer token; sign in again."};
    case AuthError::kNoMailKey:
      return {"auth.no_mail_key", "The mail of this user was erased and can't be opened any more."};
    case AuthError::kBadFactor:
      return {"auth.bad_factor", "That code is not right, or was used already; wait for the next one and try again."};
    case AuthError::kFactorNotFound:
      return {"auth.factor_not_found", "There is no such second factor."};
    case AuthError::kNothingToConfirm:
      return {"auth.nothing_to_confirm", "There is no authenticator to confirm, or it took too long; start again."};
    case AuthError::kChallengeGone:
      return {"auth.challenge_gone", "This sign-in took too long or had too many wrong answers; start again."};
  }
  return {"auth.unknown", "Signing in failed."};
}

}  // namespace dhii::auth
