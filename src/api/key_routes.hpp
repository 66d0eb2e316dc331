// /api/v1/api-keys and /api/v1/app-passwords: parse, call ApiKeys, render. Sessions only: a key can't make keys. Io
// thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "auth/api_keys.hpp"
#include "http/router.hpp"

namespace dhii::api {

class KeyRoutes {
 public:
  explicit KeyRoutes(auth::ApiKeys& keys) : keys_(keys) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer list(http::Request& request, store::KeyKind kind);
  Answer create_api_key(http::Request& request);
  Answer create_app_password(http::Request& request);
  Answer get(http::Request& request);
  Answer update(http::Request& request);
  Answer revoke(http::Request& request, store::KeyKind kind);
  Answer uses(http::Request& request);

  auth::ApiKeys& keys_;
};

}  // namespace dhii::api
