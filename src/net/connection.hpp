// Connection: what a Stream owns. A TCP socket, TLS over it when upgraded, and the waits with deadlines. Internal to
// net/; tests make server ends with it. Each operation keeps the connection alive by itself, so a Stream may go while
// one is suspended: it then ends with kClosed. At most one reader and one writer at a time. Io thread only.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"

namespace dhii::net {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Limit = std::chrono::milliseconds;
  using Self = std::shared_ptr<Connection>;

  Connection(asio::ip::tcp::socket socket, std::shared_ptr<TlsContexts> contexts);
  ~Connection() { close(); }

  static Task<std::size_t> read_some(Self self, std::span<char> out, Limit limit);
  static Task<> write_all(Self self, std::string_view data, Limit limit);
  static Task<> start_tls(Self self, TlsPolicy policy, Limit limit);
  // The server's side of a handshake, for tests.
  static Task<> accept_tls(Self self, std::shared_ptr<SSL_CTX> context, Limit limit);
  bool is_tls() const { return ssl_ != nullptr; }
  std::string tls_description() const;
  std::string peer() const { return peer_; }
  void close() noexcept;

 private:
  enum class Step { kDone, kWantRead, kWantWrite, kClosed, kFailed };
  using Deadline = std::chrono::steady_clock::time_point;
  struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::uint64_t round = 0;  // tells a queued, outdated expiry from the present one
    bool timed_out = false;
  };

  Step try_read(std::span<char> out, std::size_t& got);
  Step try_write(std::string_view data, std::size_t& sent);
  Step tls_step(int result);
  Waiter& waiter(Step direction) { return direction == Step::kWantRead ? reading_ : writing_; }
  void arm(Step direction, Deadline deadline);
  static Task<> wait(Self self, Step direction, Deadline deadline);
  void tell_watcher(const std::string& host, const Result<void>& handshake);
  static Task<> handshake(Self self, std::string host, Limit limit);

  asio::ip::tcp::socket socket_;
  std::shared_ptr<TlsContexts> contexts_;
  std::shared_ptr<SSL_CTX> server_context_;
  VerifyFailure verify_failure_;
  OpenSslPtr<SSL> ssl_;
  Waiter reading_;
  Waiter writing_;
  std::size_t read_without_pause_ = 0;
  std::string peer_;
};

class Stream::Impl {
 public:
  explicit Impl(std::shared_ptr<Connection> c) : connection(std::move(c)) {}
  ~Impl() { connection->close(); }
  std::shared_ptr<Connection> connection;
};

// A stream over a connected socket.
Stream make_stream(asio::ip::tcp::socket socket, std::shared_ptr<TlsContexts> contexts);

}  // namespace dhii::net
