// What can go wrong between us and a submission server, told apart as far as a caller or a person can act on it.
// Network and certificate trouble comes through as net::NetError, unchanged. `detail` holds the server's own words,
// made printable.
#pragma once
#include "base/result.hpp"

namespace dhii::smtp {

enum class SmtpError {
  // Connecting
  kNotSmtp,            // the other side doesn't speak SMTP
  kRefusedConnection,  // greeting or EHLO refused: blocked address, too many connections
  kNoStartTls,         // STARTTLS asked for and not offered or refused: nothing was sent in the clear
  kStartTlsInjection,  // plaintext behind the STARTTLS answer (THREATS.md)
  kPlainRefused,       // unencrypted only to this machine
  // Logging in
  kWrongPassword,
  kAppPasswordNeeded,  // the provider wants an app password or web sign-in
  kLoginUnavailable,   // the server can't check passwords now: not the user's fault
  kAuthNotOffered,     // no AUTH mechanism of ours
  // The transaction
  kSenderRefused,
  kRecipientsRefused,  // all of them
  kMessageTooBig,
  kMessageRefused,
  kUtf8NotSupported,  // an address needs SMTPUTF8 and the server doesn't offer it
  kTryLater,          // any 4xx
  // The stream itself
  kNonsense,         // bytes that are no SMTP reply, or a reply that doesn't fit the command
  kTooLong,          // a reply went over its limit
  kInvalidArgument,  // an argument of ours that can't be sent (CR, LF, NUL, not an address)
};
ErrorText describe(SmtpError e);

}  // namespace dhii::smtp
