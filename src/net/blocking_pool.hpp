// CONTRACT. BlockingPool: a few threads for work that blocks or computes (SQLite, bcrypt, parsing), with a bounded
// queue. `co_await pool.run([&] { return store.list(...); })` suspends on the io thread, runs on the pool, resumes on
// the io thread. The function returns Result<T>; when the queue is full the answer is NetError::kBusy at once. A
// cancelled waiter still waits for its function to end, so references captured by the function stay valid while the
// awaiting coroutine's frame lives. `run_for` is for calls that nobody can interrupt (getaddrinfo): after the limit the
// function is left to itself. Declare the io_context before the pool: results are posted to it until the pool has
// joined.
#pragma once
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "net/errors.hpp"
#include "net/task.hpp"

namespace dhii::net {

class BlockingPool {
 public:
  // `name` shows up as the threads' name; `max_queue` counts waiting and running functions.
  BlockingPool(std::string name, std::size_t threads, std::size_t max_queue);
  ~BlockingPool();  // joins

  template <class F>
  auto run(F function) -> asio::awaitable<std::invoke_result_t<F>> {
    using R = std::invoke_result_t<F>;  // a Result<T>
    if (!try_enter()) co_return fail(NetError::kBusy, name_);
    auto executor = co_await asio::this_coro::executor;
    // `use_awaitable` with post to the pool would move the coroutine itself to the pool thread; instead the function
    // goes and the result comes back.
    std::optional<R> result;
    std::exception_ptr thrown;
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
        [&](auto handler) {
          // The last post hands the frame back to the io thread, which may destroy it before post returns: what post
          // uses is therefore owned by this function object, not by the frame.
          asio::post(pool_,
                     [&, executor, handler = std::move(handler), work = asio::make_work_guard(executor)]() mutable {
                       try {
                         result.emplace(function());
                       } catch (...) {
                         thrown = std::current_exception();
                       }
                       leave();
                       asio::post(executor, std::move(handler));
                     });
        },
        asio::use_awaitable);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*result);
  }

  // As run(), but answers kTimeout after `limit` while the function goes on by itself: it must own everything it
  // touches.
  template <class F>
  auto run_for(std::chrono::milliseconds limit, F function) -> asio::awaitable<std::invoke_result_t<F>> {
    using R = std::invoke_result_t<F>;
    if (!try_enter()) co_return fail(NetError::kBusy, name_);
    auto executor = co_await asio::this_coro::executor;
    auto call = std::make_shared<Call<R>>(executor, limit);
    asio::post(pool_, [this, executor, call, function = std::move(function)]() mutable {
      std::optional<R> result;
      std::exception_ptr thrown;
      try {
        if (!call->abandoned) result.emplace(function());
      } catch (...) {
        thrown = std::current_exception();
      }
      leave();
      asio::post(executor, [call = std::move(call), result = std::move(result), thrown]() mutable {
        call->result = std::move(result);
        call->thrown = thrown;
        call->done.cancel();
      });
    });
    boost::system::error_code error;
    co_await call->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (call->thrown) std::rethrow_exception(call->thrown);
    if (call->result) co_return std::move(*call->result);
    call->abandoned = true;
    co_return fail(error ? NetError::kCancelled : NetError::kTimeout);
  }

  std::size_t waiting() const { return load_.load(); }
  std::size_t capacity() const { return max_queue_; }
  std::size_t refused() const { return refused_.load(); }  // answered kBusy since the start
  // Runs what is queued, then ends the threads. Call it while the io_context still exists.
  void join();

 private:
  template <class R>
  struct Call {
    Call(const asio::any_io_executor& executor, std::chrono::milliseconds limit) : done(executor, limit) {}
    asio::steady_timer done;
    std::optional<R> result;
    std::exception_ptr thrown;
    std::atomic<bool> abandoned{false};
  };

  bool try_enter();
  void leave() { --load_; }

  std::string name_;
  std::size_t max_queue_;
  std::atomic<std::size_t> load_{0};
  std::atomic<std::size_t> refused_{0};
  asio::thread_pool pool_;
};

}  // namespace dhii::net
