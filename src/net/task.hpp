// CONTRACT. Task<T>: the return type of every coroutine that suspends and may fail. Runs on the one io thread.
// A Task that is *spawned* takes values; one that its caller awaits directly may take const&.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/result.hpp"

namespace dhii::net {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<Result<T>>;

}  // namespace dhii::net
