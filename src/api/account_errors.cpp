#include "api/account_service.hpp"

namespace dhii::api {

ErrorText describe(AccountError e) {
  switch (e) {
    case AccountError::kNotFound:
      return {"account.not_found", "There is no such mail account."};
    case AccountError::kImapFailed:
      return {"account.imap_failed", "The mailbox could not be opened with these settings."};
    case AccountError::kSmtpFailed:
      return {"account.smtp_failed", "Sending is not possible with these settings."};
    case AccountError::kAddressTaken:
      return {"account.address_taken", "You have connected this address already."};
    case AccountError::kTooManyAccounts:
      return {"account.too_many", "You have as many mail accounts as this server allows; remove one first."};
    case AccountError::kPaused:
      return {"account.paused", "This account is paused; resume it first."};
    case AccountError::kNotImap:
      return {"account.not_imap", "This account has no server to talk to; it lives here only."};
    case AccountError::kUnavailable:
      return {"account.unavailable", "This can't be done at the moment; try again in a minute."};
  }
  return {"account.unknown", "The mail account could not be changed."};
}

}  // namespace dhii::api
