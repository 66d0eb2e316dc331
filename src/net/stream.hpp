// CONTRACT. Stream: one connection, plain TCP or TLS over it, with buffered reading and a deadline on every wait. Io
// thread only. Plaintext that arrived before a STARTTLS handshake is dropped and reported (THREATS.md: STARTTLS
// injection).
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/errors.hpp"
#include "net/task.hpp"

namespace dhii::net {

struct TlsPolicy {
  std::string host_name;      // SNI and certificate host name check (RFC 9525)
  std::string extra_ca_file;  // besides the system's trust store; empty: none
  bool verify = true;         // false only where a test says so
};

class Stream {
 public:
  class Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // Reads at least one byte into `out`, at most out.size(). kClosed at the end of the stream.
  Task<std::size_t> read_some(std::span<char> out, std::chrono::milliseconds limit);
  // Writes all of it. `data` must stay valid until the task ends.
  Task<> write_all(std::string_view data, std::chrono::milliseconds limit);
  // Upgrades a plain stream (STARTTLS, implicit TLS). Errors tell expired, untrusted and mismatched certificates apart.
  Task<> start_tls(TlsPolicy policy, std::chrono::milliseconds limit);
  bool is_tls() const;
  // "TLSv1.3 TLS_AES_256_GCM_SHA384", empty when plain.
  std::string tls_description() const;
  // Peer as "203.0.113.7:993".
  std::string peer() const;
  void close() noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace dhii::net
