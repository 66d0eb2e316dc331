#include "imap/errors.hpp"

#include <utility>

namespace dhii::imap {

ErrorText describe(ImapError e) {
  switch (e) {
    case ImapError::kNotImap:
      return {"imap.not_imap", "This is not an IMAP server. Check the host name, the port and the kind of encryption."};
    case ImapError::kRefusedConnection:
      return {"imap.refused_connection",
              "The mail server refused the connection. It may be too busy or limit connections; try again later."};
    case ImapError::kNoStartTls:
      return {"imap.no_starttls",
              "The mail server offers no STARTTLS, so nothing was sent. Try encryption \"TLS\" on port 993."};
    case ImapError::kStartTlsInjection:
      return {"imap.starttls_injection",
              "Something put unencrypted text into the connection while it was being encrypted. The network may be "
              "hostile; nothing was sent."};
    case ImapError::kPreauthRefused:
      return {"imap.preauth_refused",
              "The server says we are logged in before the connection is encrypted. That may be an attack; nothing was "
              "sent."};
    case ImapError::kPlainRefused:
      return {"imap.plain_refused",
              "Unencrypted connections are allowed to this machine only. Choose TLS or STARTTLS."};
    case ImapError::kWrongPassword:
      return {"imap.wrong_password",
              "The mail server did not accept the login name or the password. Check both and try again."};
    case ImapError::kAppPasswordNeeded:
      return {"imap.app_password_needed",
              "This provider wants an app password instead of the normal one. Create one in the provider's security "
              "settings and enter it here."};
    case ImapError::kLoginUnavailable:
      return {"imap.login_unavailable",
              "The mail server can't check logins at the moment. The password may be right; try again later."};
    case ImapError::kLoginDisabled:
      return {"imap.login_disabled",
              "The mail server does not allow password logins on this connection. Try TLS, or switch on IMAP access at "
              "the provider."};
    case ImapError::kRefused:
      return {"imap.refused", "The mail server refused this."};
    case ImapError::kBadCommand:
      return {"imap.bad_command",
              "The mail server did not understand the command. Please report this with the server's words."};
    case ImapError::kNoSuchMailbox:
      return {"imap.no_such_mailbox", "The mail server has no such mailbox."};
    case ImapError::kMailboxExists:
      return {"imap.mailbox_exists", "The mail server has a mailbox of that name already."};
    case ImapError::kNoPermission:
      return {"imap.no_permission", "The mail server does not allow this in this mailbox."};
    case ImapError::kOverQuota:
      return {"imap.over_quota", "The mailbox is full. Delete mail or ask the provider for more space."};
    case ImapError::kMessageTooBig:
      return {"imap.message_too_big", "The message is bigger than the mail server accepts."};
    case ImapError::kTryLater:
      return {"imap.try_later", "The mail server is too busy for this at the moment. It will be tried again."};
    case ImapError::kBye:
      return {"imap.bye", "The mail server closed the connection. It will be opened again."};
    case ImapError::kNonsense:
      return {"imap.nonsense", "The mail server sent something that is no valid IMAP answer."};
    case ImapError::kTooLong:
      return {"imap.too_long", "The mail server's answer was longer than is allowed."};
    case ImapError::kInvalidArgument:
      return {"imap.invalid_argument",
              "This can't be sent to a mail server: it contains characters that IMAP does not allow."};
    case ImapError::kNotSelected:
      return {"imap.not_selected", "No mailbox is open on this connection."};
    case ImapError::kConnectionLost:
      return {"imap.connection_lost", "The connection to the mail server was lost before. It will be opened again."};
  }
  std::unreachable();
}

}  // namespace dhii::imap
