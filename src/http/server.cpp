#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "base/bytes.hpp"
#include "http/server_state.hpp"
#include "http/tls_context.hpp"

namespace dhii::http {
namespace {

using tcp = asio::ip::tcp;
constexpr std::chrono::seconds kCertificateCheck{60};

Result<tcp::endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return fail(ServerError::kBadListenAddress, text);
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, bad] = std::from_chars(text.data() + colon + 1, last, port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || bad != std::errc() || end != last) return fail(ServerError::kBadListenAddress, text);
  return tcp::endpoint(address, port);
}

Result<tcp::acceptor> open_acceptor(const asio::any_io_executor& executor, const std::string& text) {
  auto endpoint = parse_endpoint(text);
  if (!endpoint) return std::unexpected(endpoint.error());
  tcp::acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint->address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ServerError::kCannotListen, text + ": " + error.message());
  return acceptor;
}

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

asio::awaitable<void> pause(asio::any_io_executor executor, std::chrono::milliseconds duration) {
  asio::steady_timer timer(executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void start_connection(const std::shared_ptr<Server::State>& server, tcp::socket socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  auto entry = std::make_shared<Live>();
  entry->peer = canonical_address(remote.address().to_string()).value_or(remote.address().to_string());
  if (!server->admit_peer(*entry)) return;
  socket.set_option(tcp::no_delay(true), error);
  server->live.push_back(entry);
  asio::co_spawn(server->executor, run_connection(server, entry, std::move(socket)),
                 asio::bind_cancellation_slot(entry->stop.slot(), [server, entry](const std::exception_ptr& thrown) {
                   server->remove(entry);
                   if (!thrown) return;
                   try {
                     std::rethrow_exception(thrown);
                   } catch (const boost::system::system_error& e) {
                     if (e.code() != asio::error::operation_aborted)
                       spdlog::warn("connection of {} ended: {}", entry->peer, log_escape(e.what()));
                   } catch (const std::exception& e) {
                     spdlog::error("connection of {} ended by an exception: {}", entry->peer, log_escape(e.what()));
                   }
                 }));
}

asio::awaitable<void> accept_loop(std::shared_ptr<Server::State> server, tcp::acceptor& acceptor) {
  while (!server->stopping) {
    if (server->live.size() >= server->options.max_connections) {  // the kernel's backlog holds the others meanwhile
      co_await pause(server->executor, server->options.accept_backoff);
      continue;
    }
    boost::system::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (server->stopping) break;
    if (error) {  // out of descriptors, or the peer went away: go on in a moment
      spdlog::warn("accepting a connection failed: {}", error.message());
      co_await pause(server->executor, server->options.accept_backoff);
      continue;
    }
    start_connection(server, std::move(socket));
  }
}

std::filesystem::file_time_type newest(const ServerOptions& options) {
  std::error_code ignored;
  return std::max(std::filesystem::last_write_time(options.certificate_file, ignored),
                  std::filesystem::last_write_time(options.key_file, ignored));
}

Result<void> load_certificate(Server::State& server) {
  auto context = make_tls_context(server.options.certificate_file, server.options.key_file);
  if (!context) return std::unexpected(context.error());
  server.tls = std::move(*context);
  server.certificate_time = newest(server.options);
  return {};
}

asio::awaitable<void> watch_certificate(std::shared_ptr<Server::State> server) {
  while (!server->stopping) {
    server->certificate_timer.expires_after(kCertificateCheck);
    boost::system::error_code ignored;
    co_await server->certificate_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (server->stopping) break;
    if (newest(server->options) == server->certificate_time) continue;
    const auto loaded = load_certificate(*server);
    if (loaded)
      spdlog::info("the TLS certificate changed and was loaded");
    else
      spdlog::error("the TLS certificate changed but the old one stays: {}", log_escape(loaded.error().message()));
  }
}

void spawn_loop(const std::shared_ptr<Server::State>& server, asio::awaitable<void> loop) {
  ++server->running_loops;
  asio::co_spawn(server->executor, std::move(loop), [server](const std::exception_ptr& thrown) {
    server->loop_ended();
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      spdlog::critical("the HTTP server stopped accepting: {}", log_escape(e.what()));
    }
  });
}

asio::awaitable<void> wait_until_empty(Server::State& server, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while ((!server.live.empty() || server.running_loops > 0) && std::chrono::steady_clock::now() < deadline) {
    server.emptied.expires_at(deadline);
    boost::system::error_code ignored;
    co_await server.emptied.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace

ErrorText describe(ServerError e) {
  switch (e) {
    case ServerError::kBadListenAddress:
      return {"http.bad_listen_address",
              "The address to listen on is not understood; write it as 127.0.0.1:8080 or [::1]:8080 in DHII_LISTEN."};
    case ServerError::kCannotListen:
      return {"http.cannot_listen",
              "dhii-mail can't listen there; another program may use the port. Stop it or choose another port with "
              "DHII_LISTEN."};
    case ServerError::kBadCertificate:
      return {"http.bad_certificate",
              "The TLS certificate or key can't be used; check that both are readable PEM files and belong together "
              "(DHII_TLS_CERT, DHII_TLS_KEY)."};
  }
  return {"http.unknown", "The HTTP server failed."};
}

bool Server::State::admit_peer(Live& entry) {
  for (const Network& n : uncounted) {
    if (n.contains(entry.peer)) return true;
  }
  std::size_t& count = per_address[entry.peer];
  if (count >= options.max_connections_per_address) {
    if (options.on_refused_peer) options.on_refused_peer(entry.peer);
    return false;
  }
  ++count;
  entry.counted = true;
  return true;
}

void Server::State::remove(const std::shared_ptr<Live>& entry) {
  live.remove(entry);
  if (entry->counted) {
    const auto found = per_address.find(entry->peer);
    if (found != per_address.end() && --found->second == 0) per_address.erase(found);
  }
  if (live.empty()) emptied.cancel();
}

void Server::State::loop_ended() {
  --running_loops;
  if (running_loops == 0) emptied.cancel();
}

Server::Server(boost::asio::any_io_executor executor, Dispatcher& dispatcher, ServerOptions options)
    : state_(std::make_shared<State>(std::move(executor), dispatcher, std::move(options))) {
  for (const std::string& text : state_->options.uncounted_peers) {
    if (auto network = Network::parse(text)) state_->uncounted.push_back(std::move(*network));
  }
}

Server::~Server() { state_->stopping = true; }

Result<void> Server::start() {
  if (!state_->options.certificate_file.empty()) DHII_TRY(load_certificate(*state_));
  for (const std::string& text : state_->options.listen) {
    auto acceptor = open_acceptor(state_->executor, text);
    if (!acceptor) return std::unexpected(acceptor.error());
    state_->acceptors.push_back(std::move(*acceptor));
  }
  for (tcp::acceptor& acceptor : state_->acceptors) spawn_loop(state_, accept_loop(state_, acceptor));
  if (state_->tls) spawn_loop(state_, watch_certificate(state_));
  return {};
}

asio::awaitable<void> Server::stop(std::chrono::milliseconds grace) {
  const auto state = state_;
  state->stopping = true;
  state->certificate_timer.cancel();
  boost::system::error_code ignored;
  for (tcp::acceptor& acceptor : state->acceptors) acceptor.close(ignored);
  auto entries = state->live;  // ending one changes the list
  for (const auto& entry : entries) {
    if (const auto stream = entry->stream.lock()) stream->close();
    if (entry->idle && entry->close_socket) entry->close_socket();
  }
  entries.clear();
  co_await wait_until_empty(*state, grace);
  entries = state->live;
  if (!entries.empty()) spdlog::warn("{} connection(s) did not end in time and are cut", entries.size());
  for (const auto& entry : entries) {
    if (entry->close_socket) entry->close_socket();
    entry->stop.emit(asio::cancellation_type::terminal);
  }
  entries.clear();
  // What runs on a pool can't be interrupted; its references must stay valid until it has ended.
  while (!state->live.empty() || state->running_loops > 0) co_await wait_until_empty(*state, std::chrono::seconds(1));
}

Result<void> Server::reload_certificate() {
  if (!state_->tls) return {};
  return load_certificate(*state_);
}

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> out;
  for (const tcp::acceptor& acceptor : state_->acceptors) {
    boost::system::error_code error;
    const auto endpoint = acceptor.local_endpoint(error);
    if (!error) out.push_back(endpoint_text(endpoint));
  }
  return out;
}

std::size_t Server::connections() const { return state_->live.size(); }

}  // namespace dhii::http
