#include "smtp/errors.hpp"

namespace dhii::smtp {

ErrorText describe(SmtpError e) {
  switch (e) {
    case SmtpError::kNotSmtp:
      return {"smtp.not_smtp",
              "The server does not speak SMTP. Check the host and port; sending usually uses 465 or 587."};
    case SmtpError::kRefusedConnection:
      return {"smtp.refused_connection", "The mail server refused the connection. Wait a while; its words say why."};
    case SmtpError::kNoStartTls:
      return {"smtp.no_starttls",
              "The mail server does not offer encryption (STARTTLS) here, so nothing was sent. Use TLS on port 465, or "
              "ask the provider."};
    case SmtpError::kStartTlsInjection:
      return {"smtp.starttls_injection",
              "Somebody put unencrypted data into the start of the encrypted connection, so it was closed. Use TLS on "
              "port 465, and don't trust this network."};
    case SmtpError::kPlainRefused:
      return {"smtp.plain_refused",
              "An unencrypted connection is allowed only to this machine itself. Choose TLS or STARTTLS."};
    case SmtpError::kWrongPassword:
      return {"smtp.wrong_password", "The mail server refused the login name or password. Check both."};
    case SmtpError::kAppPasswordNeeded:
      return {"smtp.app_password_needed",
              "The provider does not accept the normal password here. Create an app password in the account's security "
              "settings and use that."};
    case SmtpError::kLoginUnavailable:
      return {"smtp.login_unavailable", "The mail server can't check passwords at the moment. Try again later."};
    case SmtpError::kAuthNotOffered:
      return {"smtp.auth_not_offered",
              "The mail server offers no way to log in that we know (PLAIN or LOGIN). Check the port and the kind of "
              "security."};
    case SmtpError::kSenderRefused:
      return {"smtp.sender_refused",
              "The mail server refused the sender's address. Send with an address that belongs to this account."};
    case SmtpError::kRecipientsRefused:
      return {"smtp.recipients_refused", "The mail server refused every recipient. Check the addresses."};
    case SmtpError::kMessageTooBig:
      return {"smtp.message_too_big", "The message is bigger than the mail server accepts. Send smaller attachments."};
    case SmtpError::kMessageRefused:
      return {"smtp.message_refused",
              "The mail server refused the message. Its words say why; change that and send again."};
    case SmtpError::kUtf8NotSupported:
      return {"smtp.utf8_not_supported",
              "An address holds letters beyond ASCII and the mail server can't carry such addresses (SMTPUTF8). Use "
              "another address of that person."};
    case SmtpError::kTryLater:
      return {"smtp.try_later", "The mail server can't take the message at the moment. It will be tried again."};
    case SmtpError::kNonsense:
      return {"smtp.nonsense", "The mail server sent something that is not valid SMTP. Check the host and port."};
    case SmtpError::kTooLong:
      return {"smtp.too_long", "The mail server sent a reply beyond all limits, so the connection was closed."};
    case SmtpError::kInvalidArgument:
      return {"smtp.invalid_argument", "This can't be sent over SMTP. Correct the address or name."};
  }
  return {"smtp.unknown", "Sending failed in an unknown way."};
}

}  // namespace dhii::smtp
