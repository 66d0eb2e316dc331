// CONTRACT. BlockingPool: a few threads for work that blocks or computes (SQLite, bcrypt, parsing), with a bounded queue.
// `co_await pool.run([&] { return store.list(...); })` suspends on the io thread, runs on the pool, resumes on the io thread.
// The function returns Result<T>; when the queue is full the answer is NetError::kBusy at once. A cancelled waiter still waits for
// its function to end, so references captured by the function stay valid while the awaiting coroutine's frame lives.
#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <atomic>
#include <cstddef>
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
    // `use_awaitable` with post to the pool would move the coroutine itself to the pool thread; instead the function goes and the result comes back.
    std::optional<R> result;
    std::exception_ptr thrown;
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
        [&](auto handler) {
          asio::post(pool_, [&, handler = std::move(handler), work = asio::make_work_guard(executor)]() mutable {
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

  std::size_t waiting() const { return load_.load(); }
  void join();

 private:
  bool try_enter();
  void leave() { --load_; }

  std::string name_;
  std::size_t max_queue_;
  std::atomic<std::size_t> load_{0};
  asio::thread_pool pool_;
};

}  // namespace dhii::net
