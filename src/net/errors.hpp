// Outcomes of network work that callers tell apart. Sentences are for people.
#pragma once
#include "base/result.hpp"

namespace dhii::net {

enum class NetError {
  kTimeout,         // the deadline passed
  kClosed,          // the peer closed the connection
  kCancelled,       // we are shutting down
  kResolveFailed,   // no such host
  kConnectFailed,   // refused, unreachable
  kBlockedAddress,  // egress policy (THREATS.md: SSRF)
  kTlsHandshake,    // not TLS at all, protocol or cipher mismatch
  kCertificateExpired,
  kCertificateUntrusted,  // unknown or self-signed issuer
  kCertificateHostMismatch,
  kReadFailed,
  kWriteFailed,
  kTooLong,  // a peer's line or reply went over its limit
  kBusy,     // a bounded pool or queue is full
};
ErrorText describe(NetError e);

}  // namespace dhii::net
