// ConnectionWatcher: who wants to know what happens to outgoing connections: refused addresses, failed handshakes, and
// which certificates servers show. Called on the io thread; must be quick.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dhii::net {

struct PeerCertificate {
  std::string host;         // as asked for
  std::string peer;         // "203.0.113.7:993"
  std::string fingerprint;  // SHA-256 of the certificate, lower-case hex
  std::string issuer;
  Timestamp not_before{}, not_after{};
};

class ConnectionWatcher {
 public:
  virtual ~ConnectionWatcher() = default;
  virtual void egress_blocked(const std::string& place) = 0;  // "host:port"
  virtual void tls_failed(const std::string& host, const std::string& peer, const Error& error) = 0;
  virtual void tls_established(const PeerCertificate& certificate) = 0;
};

}  // namespace dhii::net
