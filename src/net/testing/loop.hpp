// For tests only. Loop: an io_context with a pool and a dialer that may reach loopback; run() drives one task to its
// end on the calling thread and fails the test instead of hanging.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"
#include "net/task.hpp"

namespace dhii::net::testing {

inline constexpr auto kTestPatience = std::chrono::seconds(20);  // a test that needs longer hangs

// Runs `io` until the task ends; its exception is thrown on. Other tasks of the same io_context make progress
// meanwhile.
template <class T>
Result<T> run_task(asio::io_context& io, Task<T> task) {
  std::optional<Result<T>> outcome;
  std::exception_ptr thrown;
  bool done = false;
  auto keep = [](std::optional<Result<T>>& out, Task<T> inner) -> asio::awaitable<void> {
    out.emplace(co_await std::move(inner));
  };
  asio::co_spawn(io, keep(outcome, std::move(task)), [&](std::exception_ptr e) {
    thrown = e;
    done = true;
  });
  const auto end = std::chrono::steady_clock::now() + kTestPatience;
  while (!done && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_one_for(std::chrono::milliseconds(100));
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!done) {
    ADD_FAILURE() << "the task hangs";
    std::abort();  // its frame points into ours
  }
  return std::move(*outcome);
}

struct Loop {
  asio::io_context io{1};
  BlockingPool pool{"dhii-test", 2, 64};
  Dialer dialer{io.get_executor(), pool, Egress::kAllowLoopback};

  template <class T>
  Result<T> run(Task<T> task) {
    return run_task(io, std::move(task));
  }
  // Lets what is ready happen.
  void poll() {
    io.restart();
    while (io.poll() > 0) {
    }
  }
  asio::any_io_executor executor() { return io.get_executor(); }
};

}  // namespace dhii::net::testing
