// The words that the client, its session and the outbox share.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "smtp/codec/reply.hpp"

namespace dhii::smtp {

enum class Security {
  kTls,       // implicit TLS, port 465, RFC 8314
  kStartTls,  // port 587; refuses to go on without it
  kPlain,     // only to a loopback address
};

struct Envelope {
  std::string mail_from;             // empty: the null sender
  std::vector<std::string> rcpt_to;  // at least one
  // What the caller knows; addresses and message are looked at as well.
  bool smtputf8 = false;
  bool eight_bit = false;
};

// How far the message got when the connection was lost. Lost at kAfterFinalDot without a reply = "unknown": never
// resent by itself (DESIGN §4).
enum class Stage { kBeforeData, kDuringData, kAfterFinalDot };

struct RefusedRecipient {
  std::string recipient;
  Reply reply;
};

struct Delivered {
  std::string server_reply;  // "250 2.0.0 Ok: queued as 4Xy"
  std::vector<RefusedRecipient> refused;
};

struct SendFailure {
  Error error;
  Stage stage = Stage::kBeforeData;
  std::optional<Reply> reply;  // the server's own words, when it was its decision
  bool permanent = false;      // trying again as it is can't help
};

}  // namespace dhii::smtp
