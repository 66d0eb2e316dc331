// HttpClient: what an attacker has: a socket, and the freedom to write anything into it. Blocks the calling thread (it
// runs an io_context of its own), so that probes read as a script. Every wait has a deadline, every answer a limit.
// Keeps one connection open between well-formed calls. It must never be used by the server.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"

namespace dhii::audit {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kMaxAnswerBytes = 64U << 20;         // the largest that the contract allows us to read
inline constexpr std::chrono::milliseconds kAnswerLimit{20'000};  // a busy machine, and bcrypt behind a queue
inline constexpr std::chrono::milliseconds kConnectLimit{10'000};
inline constexpr std::size_t kMaxEvidenceBytes = 1'200;  // of what was sent and of what came back

struct Url {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  // As browsers write it, for Origin headers: without the scheme's own port.
  std::string origin() const;
  std::string authority() const;  // for Host
  static Result<Url> parse(std::string_view text);
};

struct Call {
  std::string method = "GET";
  std::string target = "/";
  Fields headers;  // besides Host, Content-Length, Content-Type
  std::optional<std::string> body;
  std::string content_type = "application/json";  // used with a body; empty: none is sent
};

// One question and its answer. `status` 0: the server closed or said nothing in time; `failure` says which.
struct Exchange {
  std::string sent;  // the head and the beginning of the body, at most kMaxEvidenceBytes
  std::string method, target;
  int status = 0;
  Fields headers;
  std::string body;
  std::string failure;
  bool closed = false;  // the server ended the connection after the answer
  std::chrono::microseconds took{0};

  std::optional<std::string_view> header(std::string_view name) const;
  std::string_view header_or(std::string_view name, std::string_view otherwise = {}) const;
  std::size_t count(std::string_view name) const;
  std::string received() const;  // status line, fields, beginning of the body, at most kMaxEvidenceBytes
};

struct ClientOptions {
  std::string extra_ca_file;
  std::string name = "dhii-mail audit";  // User-Agent
};

class HttpClient {
 public:
  HttpClient(Url url, ClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // A well-formed request; reconnects when the kept connection turned out closed.
  Exchange send(const Call& call);
  // Bytes as they are, on a connection of their own; the first answer. `limit`: how long to wait for it. Then waits
  // up to `after` whether a second answer or the end follows (`closed`, and `failure` "second answer").
  Exchange raw(std::string bytes, std::chrono::milliseconds limit = kAnswerLimit,
               std::chrono::milliseconds after = std::chrono::milliseconds(0));

  // Connections that are left hanging, for slow requests. -1: could not connect.
  int open(std::string bytes);
  bool push(int handle, std::string bytes);                // false: the server has closed it
  bool ended(int handle, std::chrono::milliseconds wait);  // true: closed, maybe after an answer
  const Url& url() const { return url_; }
  std::uint64_t requests() const { return requests_; }

 private:
  template <class T>
  Result<T> run(net::Task<T> task);
  Result<net::Stream> connect();
  Exchange converse(net::Stream& stream, const std::string& bytes, bool head, std::chrono::milliseconds limit);
  std::string render(const Call& call) const;

  Url url_;
  ClientOptions options_;
  boost::asio::io_context io_;
  net::BlockingPool pool_;
  net::Dialer dialer_;
  std::optional<net::Stream> kept_;
  std::vector<std::optional<net::Stream>> hanging_;
  std::uint64_t requests_ = 0;
};

}  // namespace dhii::audit
