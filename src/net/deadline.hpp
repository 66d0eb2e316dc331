// CONTRACT. with_deadline: a remote wait that ends. Boost 1.81 has no cancel_after, so this is written once, here.
//   DHII_CO_TRY_ASSIGN(auto line, co_await with_deadline(30s, stream.read_some(buffer)));
// On time-out the inner task is cancelled (terminal), awaited, and NetError::kTimeout is returned; when the caller
// itself is cancelled the inner task is too, and the answer is kCancelled. An exception of the inner task is thrown on
// at once.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "net/errors.hpp"
#include "net/task.hpp"

namespace dhii::net {

namespace detail {

enum class Ending { kByItself, kExpired, kCancelled };
asio::awaitable<Ending> run_until(std::chrono::milliseconds limit, asio::awaitable<void> task);

template <class T>
asio::awaitable<void> keep_result(std::shared_ptr<std::optional<Result<T>>> out, Task<T> task) {
  out->emplace(co_await std::move(task));
}

}  // namespace detail

template <class T>
Task<T> with_deadline(std::chrono::milliseconds limit, Task<T> task) {
  auto out = std::make_shared<std::optional<Result<T>>>();
  const auto ending = co_await detail::run_until(limit, detail::keep_result<T>(out, std::move(task)));
  if (out->has_value()) {
    // A task that noticed its cancellation says kCancelled; the reason was the clock.
    const bool cut_off =
        ending == detail::Ending::kExpired && !(*out)->has_value() && (*out)->error().is(NetError::kCancelled);
    if (!cut_off) co_return std::move(**out);
  }
  co_return fail(ending == detail::Ending::kCancelled ? NetError::kCancelled : NetError::kTimeout);
}

// Suspends for the duration; kCancelled if the task was cancelled meanwhile.
Task<> sleep_for(std::chrono::milliseconds duration);

}  // namespace dhii::net
