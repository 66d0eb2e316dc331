// HttpProbe: a visitor who looks closely. Blocking HTTP/1.1 over TCP or TLS with one kept connection, no redirects, no
// cookies, no proxies; every wait and every size has a limit. It talks to one origin that an administrator named and
// to nothing else, and follows nothing it is told. And TLS handshakes of chosen versions and ciphers.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dhii::checks {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ProbeOptions {
  std::string ca_file;                      // beside the system's authorities
  bool verify = true;                       // the certificate and its name
  std::chrono::milliseconds limit{10'000};  // for each wait
  std::size_t max_body = 4 << 20;
};

struct Answer {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
  // The first of that (lower-case) name; empty when there is none.
  std::string header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};
using Probed = std::expected<Answer, std::string>;

struct Origin {
  bool tls = false;
  std::string host, port;
  std::string authority() const;  // for the Host header
};
std::expected<Origin, std::string> parse_origin(std::string_view url);

class HttpProbe {
 public:
  HttpProbe(std::string_view url, ProbeOptions options);
  ~HttpProbe();
  Probed get(std::string_view path, const Headers& headers = {}) { return request("GET", path, headers, {}); }
  Probed request(std::string_view method, std::string_view path, const Headers& headers, std::string_view body);
  // The next request opens a new connection.
  void disconnect();

 private:
  class Connection;
  Probed once(std::string_view text, bool head);
  std::expected<Origin, std::string> origin_;
  ProbeOptions options_;
  std::unique_ptr<Connection> connection_;
};

// Empty: something listens there and answers the TCP handshake.
std::string connect_problem(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit);

struct TlsOffer {
  int lowest = 0, highest = 0;  // TLS1_VERSION ... TLS1_3_VERSION; 0: OpenSSL's own
  std::string ciphers;          // for TLS 1.2 and older, OpenSSL's list form
};
struct TlsFacts {
  std::string protocol, cipher;
  std::string verify_problem;  // empty: chain and name hold
  int key_bits = 0;            // security bits of the certificate's key
  std::chrono::seconds expires_in{0};
};
std::expected<TlsFacts, std::string> handshake(std::string_view url, const TlsOffer& offer,
                                               const ProbeOptions& options);

}  // namespace dhii::checks
