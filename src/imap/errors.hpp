// What can go wrong between us and an IMAP server, told apart as far as a caller or a person can act on it.
// Network and certificate trouble comes through as net::NetError, unchanged. `detail` holds the server's own words,
// log-escaped.
#pragma once
#include "base/result.hpp"

namespace dhii::imap {

enum class ImapError {
  // Connecting
  kNotImap,            // the other side doesn't speak IMAP (an HTTP or SMTP server, a proxy's error page)
  kRefusedConnection,  // greeting was BYE: too many connections, blocked address, maintenance
  kNoStartTls,         // STARTTLS asked for and not offered: nothing was sent in the clear
  kStartTlsInjection,  // plaintext behind the STARTTLS answer (THREATS.md)
  kPreauthRefused,     // PREAUTH before TLS: STARTTLS is impossible then (RFC 9051 §11.1)
  kPlainRefused,       // unencrypted only to this machine
  // Logging in
  kWrongPassword,
  kAppPasswordNeeded,  // the provider wants an app password or web sign-in
  kLoginUnavailable,   // the server can't check passwords now: not the user's fault, try later
  kLoginDisabled,      // LOGINDISABLED and no SASL mechanism of ours
  // A command was answered NO or BAD
  kRefused,        // NO without a better code
  kBadCommand,     // BAD: our mistake or a broken server
  kNoSuchMailbox,  // NONEXISTENT, TRYCREATE
  kMailboxExists,  // ALREADYEXISTS
  kNoPermission,   // NOPERM, READ-ONLY
  kOverQuota,      // OVERQUOTA
  kMessageTooBig,  // TOOBIG, APPENDLIMIT
  kTryLater,       // UNAVAILABLE, INUSE, LIMIT, SERVERBUG
  // The stream itself
  kBye,              // the server hung up with a BYE
  kNonsense,         // bytes that are no IMAP reply, or a reply nobody asked for
  kTooLong,          // a line, literal or list went over its limit
  kInvalidArgument,  // an argument of ours that can't be sent (NUL byte, CR/LF in a flag, empty set)
  kNotSelected,      // the command needs a selected mailbox
  kConnectionLost,   // used after an earlier failure: reconnect
};
ErrorText describe(ImapError e);

}  // namespace dhii::imap
