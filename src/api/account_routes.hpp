// /api/v1/accounts/*: parse, call AccountService, render. Io thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "api/account_service.hpp"
#include "http/router.hpp"

namespace dhii::api {

class AccountRoutes {
 public:
  explicit AccountRoutes(AccountService& accounts) : accounts_(accounts) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer list(http::Request& request);
  Answer create(http::Request& request);
  Answer create_sample(http::Request& request);
  Answer discover(http::Request& request);
  Answer test(http::Request& request);
  Answer get(http::Request& request);
  Answer update(http::Request& request);
  Answer remove(http::Request& request);
  Answer sync_now(http::Request& request);
  Answer pause(http::Request& request);
  Answer resume(http::Request& request);
  AccountService& accounts_;
};

}  // namespace dhii::api
