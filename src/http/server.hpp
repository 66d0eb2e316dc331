// Server: listens, speaks HTTP/1.1 (Beast) with or without TLS, and hands complete requests to the Dispatcher. One io
// thread. Slow, huge, ambiguous or too many: every wait has a deadline, every size a limit, every count a cap
// (THREATS.md: slow and smuggled requests). It must never read a body before the Dispatcher has admitted its head.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dhii::http {

class Dispatcher;

enum class ServerError {
  kBadListenAddress,
  kCannotListen,    // port taken, no right to it
  kBadCertificate,  // not readable, not PEM, key does not belong to it
};
ErrorText describe(ServerError e);

inline constexpr std::size_t kMaxBufferedBodyBytes = 256U << 20;  // of all requests together: bodies are held in memory
inline constexpr std::uint32_t kMinBodyBytesPerSecond =
    16 * 1024;  // an upload slower than a modem is an attack on our memory

struct ServerOptions {
  std::vector<std::string> listen{"127.0.0.1:8080"};  // "[::1]:8080" too; port 0: any
  std::string certificate_file, key_file;             // both empty: plain HTTP
  std::size_t max_connections = 1024;
  std::size_t max_connections_per_address = 64;  // browsers open 6; not counted for `uncounted_peers`
  std::vector<std::string> uncounted_peers;      // declared proxies' addresses or networks
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds body_stall_deadline{15'000};  // between two pieces of a body
  std::chrono::milliseconds write_deadline{30'000};       // plus the time that kMinBodyBytesPerSecond gives
  std::chrono::milliseconds accept_backoff{100};
  // Tells the address of which a connection was refused because it has enough already.
  std::function<void(const std::string& peer)> on_refused_peer;
};

class Server {
 public:
  // `dispatcher` outlives it.
  Server(boost::asio::any_io_executor executor, Dispatcher& dispatcher, ServerOptions options);
  // stop() must have been awaited, or the io_context must have stopped for good.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the ports and begins to accept.
  Result<void> start();
  // Phase 1: no new connections, idle ones and event streams end, requests under way are answered. Phase 2, after
  // `grace`: the rest is cut.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace = std::chrono::seconds(5));
  // New connections use the new files; on an error the old certificate stays. Also happens by itself when the files
  // change (once a minute).
  Result<void> reload_certificate();
  // "127.0.0.1:8080", as bound.
  std::vector<std::string> addresses() const;
  std::size_t connections() const;  // io thread only

  struct State;  // server_state.hpp, internal

 private:
  std::shared_ptr<State> state_;
};

}  // namespace dhii::http
