#include "net/dialer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "base/bytes.hpp"
#include "net/address_policy.hpp"
#include "net/blocking_pool.hpp"
#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/dns.hpp"
#include "net/http_response.hpp"

namespace dhii::net {

using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortestAttempt{1000};  // the least that one of several addresses gets

class Countdown {
 public:
  explicit Countdown(milliseconds limit) : end_(std::chrono::steady_clock::now() + limit) {}
  milliseconds left() const {
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - std::chrono::steady_clock::now());
    return std::max(left, milliseconds(0));
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

Task<> connect_socket(std::shared_ptr<tcp::socket> socket, tcp::endpoint endpoint) {
  boost::system::error_code error;
  co_await socket->async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error == asio::error::operation_aborted) co_return fail(NetError::kCancelled);
  if (error) co_return fail(NetError::kConnectFailed, error.message());
  socket->set_option(tcp::no_delay(true), error);
  socket->set_option(asio::socket_base::keep_alive(true), error);
  co_return Result<void>{};
}

// A fair part of what is left, so that one silent address doesn't eat the others' time.
milliseconds share(milliseconds left, std::size_t attempts) {
  if (attempts <= 1) return left;
  return std::min(left, std::max(kShortestAttempt, left / static_cast<int>(attempts)));
}

std::string place(const std::string& host, std::uint16_t port) { return log_escape(host) + ":" + std::to_string(port); }

Task<std::string> read_response(Stream& stream, std::size_t max_bytes, const Countdown& time) {
  HttpResponseReader reader(max_bytes);
  std::vector<char> buffer(16 * 1024);
  while (!reader.complete()) {
    const auto got = co_await stream.read_some(buffer, time.left());
    if (!got && got.error().is(NetError::kClosed)) {
      DHII_CO_TRY(reader.finish());
      break;
    }
    if (!got) co_return std::unexpected(got.error());
    DHII_CO_TRY(reader.feed({buffer.data(), *got}));
  }
  // Redirects are not followed: they could lead anywhere (THREATS.md).
  if (reader.status() != 200) co_return fail(NetError::kReadFailed, "HTTP status " + std::to_string(reader.status()));
  co_return reader.take_body();
}

bool is_plausible_target(std::string_view target) {
  return target.starts_with('/') && target.size() <= 2048 &&
         std::ranges::all_of(target, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Dialer::Dialer(asio::any_io_executor executor, BlockingPool& pool, Egress policy)
    : executor_(std::move(executor)), pool_(pool), policy_(policy), tls_(std::make_shared<TlsContexts>()) {}

void Dialer::watch_with(ConnectionWatcher* watcher) { tls_->watcher = watcher; }

Task<Stream> Dialer::connect(std::string host, std::uint16_t port, milliseconds limit) {
  const Countdown time(limit);
  const auto where = place(host, port);
  DHII_CO_TRY_ASSIGN(auto addresses, co_await pool_.run_for(limit, [host] { return resolve_addresses(host); }));
  // The refused address is not named: it would tell a stranger how names resolve inside this network.
  std::erase_if(addresses, [this](const auto& address) { return !address_allowed(address, policy_); });
  if (addresses.empty()) {
    if (tls_->watcher != nullptr) tls_->watcher->egress_blocked(where);
    co_return fail(NetError::kBlockedAddress, where);
  }
  Error last(NetError::kTimeout, where);
  for (std::size_t i = 0; i < addresses.size() && time.left() > milliseconds(0); ++i) {
    auto socket = std::make_shared<tcp::socket>(executor_);
    const auto connected = co_await with_deadline(share(time.left(), addresses.size() - i),
                                                  connect_socket(socket, tcp::endpoint(addresses[i], port)));
    if (connected) co_return make_stream(std::move(*socket), tls_);
    const auto& error = connected.error();
    if (error.is(NetError::kCancelled)) co_return std::unexpected(error);
    last = error.is(NetError::kTimeout) ? Error(NetError::kTimeout, where)
                                        : Error(NetError::kConnectFailed, where + ": " + error.detail());
  }
  co_return std::unexpected(last);
}

Task<asio::ip::udp::socket> Dialer::connect_udp(std::string host, std::uint16_t port, milliseconds limit) {
  const auto where = place(host, port);
  DHII_CO_TRY_ASSIGN(auto addresses, co_await pool_.run_for(limit, [host] { return resolve_addresses(host); }));
  std::erase_if(addresses, [this](const auto& address) { return !address_allowed(address, policy_); });
  if (addresses.empty()) co_return fail(NetError::kBlockedAddress, where);
  asio::ip::udp::socket socket(executor_);
  boost::system::error_code error;
  socket.connect(asio::ip::udp::endpoint(addresses.front(), port), error);
  if (error) co_return fail(NetError::kConnectFailed, where + ": " + error.message());
  co_return socket;
}

Task<std::vector<SrvRecord>> Dialer::lookup_srv(std::string name, milliseconds limit) {
  co_return co_await pool_.run_for(limit, [name] { return query_srv(name); });
}

Task<std::vector<MxRecord>> Dialer::lookup_mx(std::string domain, milliseconds limit) {
  co_return co_await pool_.run_for(limit, [domain] { return query_mx(domain); });
}

Task<std::string> Dialer::https_get(std::string host, std::string target, std::size_t max_bytes, milliseconds limit,
                                    std::uint16_t port, std::string extra_ca_file) {
  const Countdown time(limit);
  if (!is_plausible_host(host)) co_return fail(NetError::kResolveFailed, log_escape(host));
  if (!is_plausible_target(target))
    co_return fail(NetError::kWriteFailed, "not a request target: " + log_escape(target));
  DHII_CO_TRY_ASSIGN(auto stream, co_await connect(host, port, limit));
  DHII_CO_TRY(co_await stream.start_tls({.host_name = host, .extra_ca_file = extra_ca_file}, time.left()));
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + host +
                              "\r\nAccept: */*\r\nConnection: close\r\nUser-Agent: dhii-mail\r\n\r\n";
  DHII_CO_TRY(co_await stream.write_all(request, time.left()));
  co_return co_await read_response(stream, max_bytes, time);
}

}  // namespace dhii::net
