// TLS for net::Stream: client contexts (trust store loaded once and shared), the socket BIO, and OpenSSL's failures as
// NetError. Internal to net/. TlsContexts belongs to the Dialer (shared with its streams); io thread only.
#pragma once
#include <openssl/ssl.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "net/errors.hpp"
#include "net/watcher.hpp"

namespace dhii::net {

struct OpenSslDeleter {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter>;

// Loading the system's trust store takes tens of milliseconds and about a megabyte, so all connections share one.
class TlsContexts {
 public:
  ConnectionWatcher* watcher = nullptr;  // may be null
  Result<std::shared_ptr<SSL_CTX>> client(const std::string& extra_ca_file);

 private:
  struct Entry {
    std::shared_ptr<SSL_CTX> context;
    std::chrono::steady_clock::time_point loaded;
  };
  std::map<std::string, Entry> by_ca_file_;
};

// What the verifier disliked, in words for a person. Filled during the handshake.
struct VerifyFailure {
  int code = 0;             // X509_V_ERR_*, 0: nothing failed
  std::string certificate;  // "CN=..., valid from ... until ..., for host names a, b"
};

// A client SSL over the socket `fd` with SNI, host check and verification as the policy says. `failure` must outlive
// the SSL.
struct TlsPolicy;
Result<OpenSslPtr<SSL>> make_client_tls(SSL_CTX* context, int fd, const TlsPolicy& policy, VerifyFailure* failure);
// What the server showed in a finished handshake, but for `host` and `peer`.
PeerCertificate peer_certificate(SSL* ssl);
// A server SSL, for the scripted servers of tests.
Result<OpenSslPtr<SSL>> make_server_tls(SSL_CTX* context, int fd);
// After a failed handshake: which NetError, with what detail. Empties OpenSSL's error queue.
Error handshake_error(const VerifyFailure& failure, const std::string& host);
// The newest reason in OpenSSL's error queue, which it empties.
std::string take_openssl_reason();

}  // namespace dhii::net
