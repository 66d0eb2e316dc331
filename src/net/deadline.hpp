// CONTRACT. with_deadline: a remote wait that ends. Boost 1.81 has no cancel_after, so this is written once, here.
//   DHII_CO_TRY_ASSIGN(auto line, co_await with_deadline(30s, stream.read_some(buffer)));
// On time-out the inner task is cancelled, awaited, and NetError::kTimeout is returned.
#pragma once
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "net/errors.hpp"
#include "net/task.hpp"

namespace dhii::net {

template <class T>
Task<T> with_deadline(std::chrono::milliseconds limit, Task<T> task) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  boost::system::error_code ignored;
  auto winner = co_await (std::move(task) || timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored)));
  if (winner.index() == 0) co_return std::get<0>(std::move(winner));
  co_return fail(NetError::kTimeout);
}

// Suspends for the duration; kCancelled if the task was cancelled meanwhile.
Task<> sleep_for(std::chrono::milliseconds duration);

}  // namespace dhii::net
