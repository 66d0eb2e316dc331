// /api/v1/setup, /api/v1/auth/*: parse, call AuthService, render. Io thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "auth/api_keys.hpp"
#include "auth/auth_service.hpp"
#include "http/router.hpp"

namespace dhii::api {

class AuthRoutes {
 public:
  AuthRoutes(auth::AuthService& auth, auth::ApiKeys& keys) : auth_(auth), keys_(keys) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer get_setup(http::Request& request);
  Answer setup(http::Request& request);
  Answer login(http::Request& request);
  Answer refresh(http::Request& request);
  Answer logout(http::Request& request);
  Answer register_user(http::Request& request);
  Answer me(http::Request& request);
  Answer sessions(http::Request& request);
  Answer end_session(http::Request& request);
  Answer end_other_sessions(http::Request& request);
  Answer change_password(http::Request& request);
  Answer check_password(http::Request& request);

  auth::AuthService& auth_;
  auth::ApiKeys& keys_;
};

}  // namespace dhii::api
