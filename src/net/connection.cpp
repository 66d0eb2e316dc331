#include "net/connection.hpp"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhii::net {

namespace {

// A peer that always has data ready must not keep the other connections waiting.
constexpr std::size_t kReadsBeforePause = 1024 * 1024;
// Keeps "no limit" from overflowing the clock.
constexpr auto kLongestWait = std::chrono::hours(24 * 7);

std::chrono::steady_clock::time_point deadline_after(std::chrono::milliseconds limit) {
  return std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(limit, kLongestWait);
}

std::string endpoint_text(const asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<TlsContexts> contexts)
    : socket_(std::move(socket)),
      contexts_(std::move(contexts)),
      reading_(socket_.get_executor()),
      writing_(socket_.get_executor()),
      peer_(endpoint_text(socket_)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
}

Connection::Step Connection::tls_step(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Step::kDone;
    case SSL_ERROR_WANT_READ:
      return Step::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Step::kClosed;
    case SSL_ERROR_SYSCALL:
      return errno == 0 || errno == ECONNRESET || errno == EPIPE ? Step::kClosed : Step::kFailed;
    default:
      // Many mail servers close without close_notify; their protocols frame themselves.
      return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? Step::kClosed : Step::kFailed;
  }
}

Connection::Step Connection::try_read(std::span<char> out, std::size_t& got) {
  if (ssl_) {
    // A record holds 16 KB at most: fill the caller's buffer with as many as are here.
    for (Step step = Step::kDone; got < out.size();) {
      ERR_clear_error();
      errno = 0;
      std::size_t n = 0;
      step = tls_step(SSL_read_ex(ssl_.get(), out.data() + got, out.size() - got, &n));
      if (step != Step::kDone) return got > 0 ? Step::kDone : step;
      got += n;
    }
    return Step::kDone;
  }
  ssize_t n;
  do n = ::recv(socket_.native_handle(), out.data(), out.size(), MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0) got = static_cast<std::size_t>(n);
  if (n > 0) return Step::kDone;
  if (n == 0 || errno == ECONNRESET) return Step::kClosed;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Step::kWantRead : Step::kFailed;
}

Connection::Step Connection::try_write(std::string_view data, std::size_t& sent) {
  if (ssl_) {
    ERR_clear_error();
    errno = 0;
    return tls_step(SSL_write_ex(ssl_.get(), data.data(), data.size(), &sent));
  }
  ssize_t n;
  do n = ::send(socket_.native_handle(), data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0) sent = static_cast<std::size_t>(n);
  if (n >= 0) return Step::kDone;
  if (errno == EPIPE || errno == ECONNRESET) return Step::kClosed;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Step::kWantWrite : Step::kFailed;
}

void Connection::arm(Step direction, Deadline deadline) {
  auto& w = waiter(direction);
  w.timed_out = false;
  w.timer.expires_at(deadline);
  w.timer.async_wait([weak = weak_from_this(), direction, round = ++w.round](boost::system::error_code error) {
    const auto self = error ? nullptr : weak.lock();
    if (!self || self->waiter(direction).round != round) return;
    self->waiter(direction).timed_out = true;
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

Task<> Connection::wait(Self self, Step direction, Deadline deadline) {
  const auto type = direction == Step::kWantRead ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  auto& w = self->waiter(direction);
  self->arm(direction, deadline);
  for (;;) {
    boost::system::error_code error;
    co_await self->socket_.async_wait(type, asio::redirect_error(asio::use_awaitable, error));
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    // The other direction's deadline cancels every operation on the socket; then this one waits again.
    const bool disturbed = error == asio::error::operation_aborted && !w.timed_out && !cancelled;
    if (disturbed && self->socket_.is_open()) continue;
    ++w.round;
    w.timer.cancel();
    if (cancelled) co_return fail(NetError::kCancelled, self->peer_);
    if (!self->socket_.is_open()) co_return fail(NetError::kClosed, self->peer_);
    if (!error) co_return Result<void>{};
    if (w.timed_out) co_return fail(NetError::kTimeout, self->peer_);
    co_return fail(NetError::kReadFailed, self->peer_ + ": " + error.message());
  }
}

Task<std::size_t> Connection::read_some(Self self, std::span<char> out, Limit limit) {
  const auto deadline = deadline_after(limit);
  if (self->read_without_pause_ > kReadsBeforePause) {
    self->read_without_pause_ = 0;
    co_await asio::post(asio::use_awaitable);
  }
  while (self->socket_.is_open()) {
    std::size_t got = 0;
    const Step step = self->try_read(out, got);
    if (step == Step::kDone) {
      self->read_without_pause_ += got;
      co_return got;
    }
    if (step == Step::kClosed) break;
    if (step == Step::kFailed) {
      co_return fail(NetError::kReadFailed,
                     self->peer_ + ": " + (self->ssl_ ? take_openssl_reason() : strerror(errno)));
    }
    self->read_without_pause_ = 0;
    DHII_CO_TRY(co_await wait(self, step, deadline));
  }
  co_return fail(NetError::kClosed, self->peer_);
}

Task<> Connection::write_all(Self self, std::string_view data, Limit limit) {
  const auto deadline = deadline_after(limit);
  while (self->socket_.is_open()) {
    if (data.empty()) co_return Result<void>{};
    std::size_t sent = 0;
    const Step step = self->try_write(data, sent);
    if (step == Step::kClosed) break;
    if (step == Step::kFailed) {
      co_return fail(NetError::kWriteFailed,
                     self->peer_ + ": " + (self->ssl_ ? take_openssl_reason() : strerror(errno)));
    }
    if (step == Step::kDone) {
      data.remove_prefix(sent);
    } else {
      DHII_CO_TRY(co_await wait(self, step, deadline));
    }
  }
  co_return fail(NetError::kClosed, self->peer_);
}

Task<> Connection::handshake(Self self, std::string host, Limit limit) {
  const auto deadline = deadline_after(limit);
  while (self->socket_.is_open()) {
    ERR_clear_error();
    errno = 0;
    const Step step = self->tls_step(SSL_do_handshake(self->ssl_.get()));
    if (step == Step::kDone) co_return Result<void>{};
    if (step == Step::kClosed) break;
    if (step == Step::kFailed) {
      const auto error = handshake_error(self->verify_failure_, host);
      self->close();
      co_return std::unexpected(error);
    }
    DHII_CO_TRY(co_await wait(self, step, deadline));
  }
  self->close();
  co_return fail(NetError::kTlsHandshake, host + ": the server closed the connection during the handshake");
}

Task<> Connection::start_tls(Self self, TlsPolicy policy, Limit limit) {
  if (self->ssl_ || !self->socket_.is_open()) co_return fail(NetError::kTlsHandshake, policy.host_name);
  // Nothing may come from a server before our ClientHello. Such bytes are an injection or a port that speaks plainly.
  char early[512];
  if (const auto n = ::recv(self->socket_.native_handle(), early, sizeof early, MSG_DONTWAIT); n > 0) {
    self->close();
    co_return fail(NetError::kTlsHandshake,
                   policy.host_name + " sent unencrypted data before the handshake; this may not be a TLS port");
  }
  DHII_CO_TRY_ASSIGN(auto context, self->contexts_->client(policy.extra_ca_file));
  DHII_CO_TRY_ASSIGN(self->ssl_,
                     make_client_tls(context.get(), self->socket_.native_handle(), policy, &self->verify_failure_));
  auto done = co_await handshake(self, policy.host_name, limit);
  self->tell_watcher(policy.host_name, done);
  co_return done;
}

void Connection::tell_watcher(const std::string& host, const Result<void>& handshake) {
  ConnectionWatcher* watcher = contexts_->watcher;
  if (watcher == nullptr) return;
  if (handshake) {
    PeerCertificate certificate = peer_certificate(ssl_.get());
    certificate.host = host;
    certificate.peer = peer_;
    return watcher->tls_established(certificate);
  }
  const Error& error = handshake.error();
  if (error.is(NetError::kTlsHandshake) || error.is(NetError::kCertificateExpired) ||
      error.is(NetError::kCertificateUntrusted) || error.is(NetError::kCertificateHostMismatch))
    watcher->tls_failed(host, peer_, error);
}

Task<> Connection::accept_tls(Self self, std::shared_ptr<SSL_CTX> context, Limit limit) {
  self->server_context_ = context;
  DHII_CO_TRY_ASSIGN(self->ssl_, make_server_tls(context.get(), self->socket_.native_handle()));
  co_return co_await handshake(self, "client", limit);
}

std::string Connection::tls_description() const {
  if (!ssl_) return {};
  return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
}

void Connection::close() noexcept {
  if (!socket_.is_open()) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // says close_notify if the socket takes it now; nobody waits for the answer
  }
  ERR_clear_error();
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

Stream make_stream(asio::ip::tcp::socket socket, std::shared_ptr<TlsContexts> contexts) {
  return Stream(std::make_unique<Stream::Impl>(std::make_shared<Connection>(std::move(socket), std::move(contexts))));
}

Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Task<std::size_t> Stream::read_some(std::span<char> out, std::chrono::milliseconds limit) {
  return Connection::read_some(impl_->connection, out, limit);
}
Task<> Stream::write_all(std::string_view data, std::chrono::milliseconds limit) {
  return Connection::write_all(impl_->connection, data, limit);
}
Task<> Stream::start_tls(TlsPolicy policy, std::chrono::milliseconds limit) {
  return Connection::start_tls(impl_->connection, std::move(policy), limit);
}
bool Stream::is_tls() const { return impl_->connection->is_tls(); }
std::string Stream::tls_description() const { return impl_->connection->tls_description(); }
std::string Stream::peer() const { return impl_->connection->peer(); }
void Stream::close() noexcept { impl_->connection->close(); }

}  // namespace dhii::net
