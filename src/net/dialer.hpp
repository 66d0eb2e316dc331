// CONTRACT. Dialer: the only place that opens outgoing connections. Resolves once, checks every address against the
// egress policy, connects to *that* address (happy eyeballs in sequence), follows nothing, ignores proxy variables
// (THREATS.md: SSRF). Belongs to app/ (one for all accounts), io thread only. Its pool is for name lookups: give it one
// of its own, since a dead DNS server holds its threads for seconds.
#pragma once
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/stream.hpp"
#include "net/task.hpp"

namespace dhii::net {

enum class Egress {
  kPublicOnly,     // refuses loopback, private, link-local, CGNAT, multicast, documentation, mapped forms of these
  kAllowLoopback,  // as above but loopback is allowed (make demo, tests, local servers)
  kAllowPrivate,   // loopback and private networks, where an administrator declared that mail servers stand there;
                   // link-local and cloud metadata addresses stay refused
};

// Pure: is this literal address (any family, already parsed by the resolver) allowed? Host-name spelling tricks
// (decimal, octal, hex) never reach it: only resolved binary addresses do.
bool address_allowed(std::string_view address_text, Egress policy);
bool is_loopback(std::string_view address_text);

struct SrvRecord {  // a target of "." means: decidedly not offered (RFC 2782)
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
};

struct MxRecord {
  std::uint16_t preference = 0;
  std::string host;
};

class BlockingPool;
class ConnectionWatcher;
class TlsContexts;

class Dialer {
 public:
  Dialer(asio::any_io_executor executor, BlockingPool& pool, Egress policy);
  // Connects TCP (TCP_NODELAY set). `limit` covers resolution and all attempts.
  Task<Stream> connect(std::string host, std::uint16_t port, std::chrono::milliseconds limit);
  // A UDP socket that sends to this place only; nobody may be listening there. For log collectors.
  Task<asio::ip::udp::socket> connect_udp(std::string host, std::uint16_t port, std::chrono::milliseconds limit);
  // RFC 2782 lookup, e.g. "_imaps._tcp.example.org", sorted by priority and weight. Empty when there are none. DNS
  // failure is an error.
  Task<std::vector<SrvRecord>> lookup_srv(std::string name, std::chrono::milliseconds limit);
  // Which hosts take the domain's mail, the preferred first. DNS is not signed: use it to recognise a provider, not to
  // trust a host.
  Task<std::vector<MxRecord>> lookup_mx(std::string domain, std::chrono::milliseconds limit);
  // A small HTTPS GET for autoconfig files: no redirects, at most `max_bytes`, verified TLS. Returns the body of a 200.
  Task<std::string> https_get(std::string host, std::string target, std::size_t max_bytes,
                              std::chrono::milliseconds limit, std::uint16_t port = 443,
                              std::string extra_ca_file = {});
  Egress policy() const { return policy_; }
  // Null: nobody. Outlives the dialer and its streams.
  void watch_with(ConnectionWatcher* watcher);

 private:
  asio::any_io_executor executor_;
  BlockingPool& pool_;
  Egress policy_;
  std::shared_ptr<TlsContexts> tls_;
};

}  // namespace dhii::net
