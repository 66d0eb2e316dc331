#include "net/event.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "net/errors.hpp"

namespace dhii::net {

void Event::notify() {
  pending_ = true;
  timer_.cancel();
}

Task<bool> Event::wait_for(std::chrono::milliseconds limit) {
  if (std::exchange(pending_, false)) co_return true;
  timer_.expires_after(limit);
  boost::system::error_code error;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return fail(NetError::kCancelled);
  co_return std::exchange(pending_, false);
}

}  // namespace dhii::net
