// /healthz, /readyz and /api/v1/version. Io thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "http/router.hpp"
#include "net/task.hpp"

namespace dhii::api {

class SystemRoutes {
 public:
  // `ready`: an error while requests can't be served (database away, shutting down).
  explicit SystemRoutes(std::function<net::Task<>()> ready) : ready_(std::move(ready)) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer health(http::Request& request);
  Answer readiness(http::Request& request);
  Answer version(http::Request& request);
  std::function<net::Task<>()> ready_;
};

}  // namespace dhii::api
