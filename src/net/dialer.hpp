// CONTRACT. Dialer: the only place that opens outgoing connections. Resolves once, checks every address against the egress policy,
// connects to *that* address (happy eyeballs in sequence), follows nothing, ignores proxy variables (THREATS.md: SSRF).
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/stream.hpp"
#include "net/task.hpp"

namespace dhii::net {

enum class Egress {
  kPublicOnly,      // refuses loopback, private, link-local, CGNAT, multicast, documentation, mapped forms of these
  kAllowLoopback,   // as above but loopback is allowed (make demo, tests, local servers)
  kAllowPrivate,    // an administrator declared that mail servers stand in the private network
};

// Pure: is this literal address (any family, already parsed by the resolver) allowed? Host-name spelling tricks
// (decimal, octal, hex) never reach it: only resolved binary addresses do.
bool address_allowed(std::string_view address_text, Egress policy);
bool is_loopback(std::string_view address_text);

struct SrvRecord {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
};

class BlockingPool;

class Dialer {
 public:
  Dialer(asio::any_io_executor executor, BlockingPool& pool, Egress policy);
  // Connects TCP (TCP_NODELAY set). `limit` covers resolution and all attempts.
  Task<Stream> connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit);
  // RFC 2782 lookup, e.g. "_imaps._tcp.example.org", sorted by priority and weight. Empty when there are none. DNS failure is an error.
  Task<std::vector<SrvRecord>> lookup_srv(std::string name, std::chrono::milliseconds limit);
  // A small HTTPS GET for autoconfig files: no redirects, at most `max_bytes`, verified TLS. Returns the body of a 200.
  Task<std::string> https_get(std::string host, std::string target, std::size_t max_bytes, std::chrono::milliseconds limit);
  Egress policy() const { return policy_; }

 private:
  asio::any_io_executor executor_;
  BlockingPool& pool_;
  Egress policy_;
};

}  // namespace dhii::net
