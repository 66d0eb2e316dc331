#include "checks/probe.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"

namespace dhii::checks {
namespace {

template <auto F>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    F(handle);
  }
};
using Context = std::unique_ptr<SSL_CTX, Releases<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Releases<SSL_free>>;
using Addresses = std::unique_ptr<addrinfo, Releases<freeaddrinfo>>;

std::string tls_error(const char* otherwise) {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? otherwise : text;
}

class Socket {
 public:
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(); }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  std::string connect(const Origin& origin, std::chrono::milliseconds limit) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int rc = ::getaddrinfo(origin.host.c_str(), origin.port.c_str(), &hints, &found); rc != 0)
      return origin.host + ": " + ::gai_strerror(rc);
    const Addresses list(found);
    std::string problem = "no address";
    for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next) {
      problem = try_one(*a, limit);
      if (problem.empty()) return problem;
    }
    return origin.host + ":" + origin.port + ": " + problem;
  }

 private:
  std::string try_one(const addrinfo& a, std::chrono::milliseconds limit) {
    close();
    fd_ = ::socket(a.ai_family, a.ai_socktype | SOCK_CLOEXEC, a.ai_protocol);
    if (fd_ < 0) return std::strerror(errno);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
    timeval wait{};
    wait.tv_sec = seconds.count();
    wait.tv_usec = std::chrono::microseconds(limit - seconds).count();
    // SO_SNDTIMEO bounds connect(2) too (socket(7)).
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, a.ai_addr, a.ai_addrlen) != 0)
      return errno == EINPROGRESS ? "no answer in time" : std::strerror(errno);
    return {};
  }
  int fd_ = -1;
};

Context make_context(const ProbeOptions& options, const TlsOffer& offer) {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_default_verify_paths(context.get());
  if (!options.ca_file.empty()) SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str());
  // An old version is offered on purpose, to see it refused: OpenSSL itself offers it at level 0 only.
  const bool old = offer.highest != 0 && offer.highest < TLS1_2_VERSION;
  if (old || !offer.ciphers.empty()) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), offer.lowest);
  SSL_CTX_set_max_proto_version(context.get(), offer.highest);
  if (!offer.ciphers.empty() && SSL_CTX_set_cipher_list(context.get(), offer.ciphers.c_str()) != 1) context.reset();
  ERR_clear_error();
  return context;
}

// Verification is looked at afterwards, so that the facts are known even when it fails.
std::string start_tls(Session& session, SSL_CTX* context, const Socket& socket, const Origin& origin) {
  session.reset(SSL_new(context));
  SSL_set_fd(session.get(), socket.fd());
  SSL_set_tlsext_host_name(session.get(), origin.host.c_str());
  X509_VERIFY_PARAM* param = SSL_get0_param(session.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(param, origin.host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(param, origin.host.c_str(), 0);
  ERR_clear_error();
  if (SSL_connect(session.get()) == 1) return {};
  return tls_error("the server ended the handshake");
}

std::string verify_problem(SSL* session) {
  const long result = SSL_get_verify_result(session);
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? "" : found->second;
}
std::size_t Answer::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(headers, name, &std::pair<std::string, std::string>::first));
}

std::string Origin::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

std::expected<Origin, std::string> parse_origin(std::string_view url) {
  Origin out;
  if (url.starts_with("https://"))
    out.tls = true;
  else if (!url.starts_with("http://"))
    return std::unexpected(std::string(url) + " is not an http:// or https:// address");
  url.remove_prefix(out.tls ? 8 : 7);
  url = url.substr(0, url.find_first_of("/?#"));
  if (url.empty() || url.find('@') != std::string_view::npos) return std::unexpected("the address names no host");
  const auto bracket = url.starts_with('[') ? url.find(']') : std::string_view::npos;
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = url.substr(0, colon);
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  out.port = colon == std::string_view::npos ? (out.tls ? "443" : "80") : std::string(url.substr(colon + 1));
  if (out.port.empty() || out.port.find_first_not_of("0123456789") != std::string::npos)
    return std::unexpected("the address has a port that is no number");
  return out;
}

class HttpProbe::Connection {
 public:
  std::string open(const Origin& origin, const ProbeOptions& options) {
    if (auto problem = socket_.connect(origin, options.limit); !problem.empty()) return problem;
    if (!origin.tls) return {};
    context_ = make_context(options, {});
    if (auto problem = start_tls(session_, context_.get(), socket_, origin); !problem.empty()) return "TLS: " + problem;
    if (!options.verify) return {};
    if (const auto problem = verify_problem(session_.get()); !problem.empty()) return "certificate: " + problem;
    return {};
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto wrote =
          session_ ? static_cast<ssize_t>(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())))
                   : ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (wrote <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
  }
  // 0 and less: the end, or nothing in time.
  ssize_t read(char* to, std::size_t most) {
    return session_ ? static_cast<ssize_t>(SSL_read(session_.get(), to, static_cast<int>(most)))
                    : ::recv(socket_.fd(), to, most, 0);
  }

 private:
  Socket socket_;
  Context context_;
  Session session_;
};

HttpProbe::HttpProbe(std::string_view url, ProbeOptions options)
    : origin_(parse_origin(url)), options_(std::move(options)) {}
HttpProbe::~HttpProbe() = default;
void HttpProbe::disconnect() { connection_.reset(); }

Probed HttpProbe::once(std::string_view text, bool head) {
  namespace http = boost::beast::http;
  if (!connection_->write(text)) return std::unexpected("the connection ended while sending");
  http::response_parser<http::string_body> parser;
  parser.body_limit(options_.max_body);
  parser.header_limit(64 * 1024);
  parser.skip(head);
  std::string pending;
  std::array<char, 16 * 1024> buffer{};
  while (!parser.is_done()) {
    const auto got = connection_->read(buffer.data(), buffer.size());
    boost::beast::error_code ec;
    if (got <= 0) {
      if (parser.got_some() && !parser.need_eof()) return std::unexpected("the answer broke off");
      if (!parser.got_some()) return std::unexpected("no answer");
      parser.put_eof(ec);
      if (ec) return std::unexpected("the answer broke off");
      connection_.reset();
      break;
    }
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    for (;;) {
      const auto used = parser.put(boost::asio::buffer(pending), ec);
      pending.erase(0, used);
      if (ec == http::error::need_more) break;
      if (ec) return std::unexpected("this is not HTTP: " + ec.message());
      if (parser.is_done() || used == 0) break;
    }
  }
  const auto& message = parser.get();
  Answer out{.status = static_cast<int>(message.result_int()), .body = message.body()};
  for (const auto& field : message)
    out.headers.emplace_back(ascii_lower({field.name_string().data(), field.name_string().size()}),
                             std::string(field.value().data(), field.value().size()));
  if (!message.keep_alive()) connection_.reset();
  return out;
}

Probed HttpProbe::request(std::string_view method, std::string_view path, const Headers& headers,
                          std::string_view body) {
  if (!origin_) return std::unexpected(origin_.error());
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: " + origin_->authority() +
                     "\r\nUser-Agent: dhii-mail check\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n" + std::string(body);
  const bool kept = connection_ != nullptr;
  for (const bool fresh : {false, true}) {
    if (!connection_) {
      connection_ = std::make_unique<Connection>();
      if (auto problem = connection_->open(*origin_, options_); !problem.empty()) {
        connection_.reset();
        return std::unexpected(problem);
      }
    }
    auto answer = once(text, method == "HEAD");
    if (answer) return answer;
    connection_.reset();
    if (fresh || !kept) return answer;  // a kept connection may have been closed while it lay idle
  }
  return std::unexpected("no answer");
}

std::string connect_problem(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit) {
  Socket socket;
  return socket.connect({.host = host, .port = std::to_string(port)}, limit);
}

std::expected<TlsFacts, std::string> handshake(std::string_view url, const TlsOffer& offer,
                                               const ProbeOptions& options) {
  const auto origin = parse_origin(url);
  if (!origin) return std::unexpected(origin.error());
  Socket socket;
  if (auto problem = socket.connect(*origin, options.limit); !problem.empty()) return std::unexpected(problem);
  const Context context = make_context(options, offer);
  if (!context) return std::unexpected("this OpenSSL can't offer " + offer.ciphers);
  Session session;
  if (auto problem = start_tls(session, context.get(), socket, *origin); !problem.empty())
    return std::unexpected(problem);
  TlsFacts out{.protocol = SSL_get_version(session.get()),
               .cipher = SSL_get_cipher_name(session.get()),
               .verify_problem = verify_problem(session.get())};
  if (X509* cert = SSL_get0_peer_certificate(session.get()); cert != nullptr) {
    if (const EVP_PKEY* key = X509_get0_pubkey(cert)) out.key_bits = EVP_PKEY_get_security_bits(key);
    int days = 0, seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(cert)) == 1)
      out.expires_in = std::chrono::days(days) + std::chrono::seconds(seconds);
  }
  return out;
}

}  // namespace dhii::checks
