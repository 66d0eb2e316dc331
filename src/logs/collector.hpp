// Collector: one connection to a log collector for a thread that may block. It brings its own io_context, dialer and
// lookup thread, so a collector that hangs holds up nothing but its own output. Private addresses are allowed: the
// administrator names the place, and collectors stand in the inner network. Used by one thread.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"

namespace dhii::logs {

inline constexpr std::chrono::seconds kConnectLimit{10};
inline constexpr std::chrono::seconds kWriteLimit{10};

class Collector {
 public:
  struct Place {
    std::string host;
    std::uint16_t port = 0;
    bool tls = false;
    std::string extra_ca_file;
  };
  explicit Collector(Place place);
  ~Collector();

  // Runs a task to its end on this thread.
  template <class T>
  Result<T> wait(net::Task<T> task) {
    std::optional<Result<T>> out;
    bool ended = false;
    io_.restart();
    net::asio::co_spawn(io_, keep(out, std::move(task)), [&](const std::exception_ptr&) { ended = true; });
    while (!ended) io_.run_one();
    if (!out) return fail(net::NetError::kCancelled);  // it threw
    return std::move(*out);
  }
  net::Dialer& dialer() { return dialer_; }
  const Place& place() const { return place_; }

  // A stream that stays open from call to call: connects when there is none, or when the peer closed the last one.
  Result<void> write(std::string_view bytes);
  void close();
  net::Task<net::Stream> connect();

 private:
  struct Line {
    explicit Line(net::Stream s) : stream(std::move(s)) {}
    net::Stream stream;
    bool gone = false;
  };
  template <class T>
  static net::asio::awaitable<void> keep(std::optional<Result<T>>& out, net::Task<T> task) {
    out.emplace(co_await std::move(task));
  }
  static net::Task<> watch(std::shared_ptr<Line> line);
  void start_watching();

  Place place_;
  net::asio::io_context io_{1};
  net::BlockingPool lookups_;
  net::Dialer dialer_;
  std::shared_ptr<Line> line_;
};

}  // namespace dhii::logs
