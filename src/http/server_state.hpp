// Internal to http/: what the accept loops and the connections of one Server share. Io thread only; kept alive by all
// of them.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/client_address.hpp"
#include "http/dispatcher.hpp"
#include "http/event_stream.hpp"
#include "http/server.hpp"

namespace dhii::http {

namespace asio = boost::asio;

// One connection as the server sees it, to end it from outside.
struct Live {
  std::string peer;                    // canonical address
  bool counted = false;                // towards the cap of its address
  bool idle = false;                   // between two requests
  std::weak_ptr<EventStream> stream;   // while it is an event stream
  std::function<void()> close_socket;  // pending reads and writes fail; set while the connection runs
  asio::cancellation_signal stop;
};

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::any_io_executor e, Dispatcher& d, ServerOptions o)
      : executor(e), dispatcher(d), options(std::move(o)), emptied(e), certificate_timer(e) {}

  asio::any_io_executor executor;
  Dispatcher& dispatcher;
  ServerOptions options;
  std::vector<Network> uncounted;
  std::list<asio::ip::tcp::acceptor> acceptors;
  std::shared_ptr<asio::ssl::context> tls;  // null: plain
  std::filesystem::file_time_type certificate_time;
  std::list<std::shared_ptr<Live>> live;
  std::unordered_map<std::string, std::size_t> per_address;
  std::size_t buffered_bytes = 0;  // of request bodies being held
  std::size_t running_loops = 0;   // accept loops, certificate watch
  bool stopping = false;
  asio::steady_timer emptied;  // cancelled when something ends, for stop()
  asio::steady_timer certificate_timer;

  bool admit_peer(Live& entry);
  void remove(const std::shared_ptr<Live>& entry);
  void loop_ended();
};

// connection.cpp: the life of one accepted socket, from handshake to close.
asio::awaitable<void> run_connection(std::shared_ptr<Server::State> server, std::shared_ptr<Live> entry,
                                     asio::ip::tcp::socket socket);

}  // namespace dhii::http
