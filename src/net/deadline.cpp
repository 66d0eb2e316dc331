#include "net/deadline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dhii::net {

namespace detail {

namespace {

// Shared with the timer's handler, which may still be queued when the coroutine has gone on.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  asio::cancellation_signal stop;
  bool over = false;
  bool expired = false;
};

}  // namespace

asio::awaitable<Ending> run_until(std::chrono::milliseconds limit, asio::awaitable<void> task) {
  const auto executor = co_await asio::this_coro::executor;
  auto caller = co_await asio::this_coro::cancellation_state;
  auto race = std::make_shared<Race>(executor);
  race->timer.expires_after(limit);
  race->timer.async_wait([race](boost::system::error_code error) {
    if (error || race->over) return;
    race->expired = true;
    race->stop.emit(asio::cancellation_type::terminal);
  });
  // The inner task listens to `stop`, so the caller's own cancellation has to be passed on by hand.
  if (caller.slot().is_connected()) {
    caller.slot().assign([race](asio::cancellation_type type) {
      if (!race->over) race->stop.emit(type);
    });
  }
  std::exception_ptr thrown;
  bool aborted = false;
  try {
    co_await asio::co_spawn(executor, std::move(task),
                            asio::bind_cancellation_slot(race->stop.slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& e) {
    aborted = e.code() == asio::error::operation_aborted;
    if (!aborted) thrown = std::current_exception();
  } catch (...) {
    thrown = std::current_exception();
  }
  race->over = true;
  race->timer.cancel();
  if (caller.slot().is_connected()) caller.slot().clear();
  if (thrown) std::rethrow_exception(thrown);
  if (caller.cancelled() != asio::cancellation_type::none) co_return Ending::kCancelled;
  if (race->expired) co_return Ending::kExpired;
  co_return aborted ? Ending::kCancelled : Ending::kByItself;
}

}  // namespace detail

Task<> sleep_for(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(NetError::kCancelled);
  co_return Result<void>{};
}

}  // namespace dhii::net
