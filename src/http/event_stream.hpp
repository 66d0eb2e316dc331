// EventStream: one client's server-sent events (HTML Living Standard §9.2). The producer pushes, the connection writes;
// the queue is bounded, and a client that does not keep up is cut off: it reconnects and catches up by its state. Io
// thread only. The connection owns it; producers hold a weak_ptr and drop it when it has expired.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/event.hpp"

namespace dhii::http {

inline constexpr std::size_t kMaxStreamQueueBytes =
    256 * 1024;  // a few thousand state changes; more means nobody reads

class EventStream {
 public:
  // `ping`: silence after which a ping event keeps proxies from closing the connection (RFC 8620 §7.3).
  EventStream(boost::asio::any_io_executor executor, std::chrono::seconds ping);

  // False when the stream has ended (closed, or over its queue and therefore closed now). `data` may hold line breaks.
  bool push(std::string_view event, std::string_view data, std::string_view id = {});
  void comment(std::string_view text);
  // What is queued is still written, then the connection ends.
  void close();
  bool closed() const { return closed_; }

  // For the connection: bytes to write next; empty at the end of the stream.
  boost::asio::awaitable<std::string> next();

 private:
  bool append(std::string text);
  net::Event wake_;
  std::chrono::seconds ping_;
  std::string queue_;
  bool closed_ = false;
};

// Pure: one event in wire form. Line breaks in `event` and `id` become spaces.
std::string format_event(std::string_view event, std::string_view data, std::string_view id);

}  // namespace dhii::http
