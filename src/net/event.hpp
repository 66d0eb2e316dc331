// CONTRACT. Event: one coroutine wakes others on the io thread ("something to do"). notify() before wait() is
// remembered once.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "net/task.hpp"

namespace dhii::net {

class Event {
 public:
  explicit Event(asio::any_io_executor executor) : timer_(std::move(executor)) {}
  void notify();
  // Returns true when notified, false when `limit` passed first. One waiter at a time.
  Task<bool> wait_for(std::chrono::milliseconds limit);

 private:
  asio::steady_timer timer_;
  bool pending_ = false;
};

}  // namespace dhii::net
