// /api/v1/users/*, /api/v1/me and password reset: parse, call UserAdmin and PasswordResets, render. Io thread. Owned by
// Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>

#include "auth/password_reset.hpp"
#include "auth/user_admin.hpp"
#include "http/router.hpp"

namespace dhii::api {

class UserRoutes {
 public:
  // `public_url`: for links that are handed over; empty: what the administrator's own request says.
  UserRoutes(auth::AuthService& auth, auth::UserAdmin& users, auth::PasswordResets& resets, std::string public_url)
      : auth_(auth), users_(users), resets_(resets), public_url_(std::move(public_url)) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  void add_users_to(http::Router& router);
  Answer list(http::Request& request);
  Answer get(http::Request& request);
  Answer update(http::Request& request);
  Answer remove(http::Request& request);
  Answer restore(http::Request& request);
  Answer end_sessions(http::Request& request);
  Answer make_reset_link(http::Request& request);
  Answer invite(http::Request& request);
  Answer invitations(http::Request& request);
  Answer revoke_invitation(http::Request& request);
  Answer me(http::Request& request);
  Answer update_me(http::Request& request);
  Answer remove_me(http::Request& request);
  Answer restore_me(http::Request& request);
  Answer ask_reset(http::Request& request);
  Answer confirm_reset(http::Request& request);
  std::string base_of(const http::Request& request) const { return public_url_.empty() ? request.origin : public_url_; }

  auth::AuthService& auth_;
  auth::UserAdmin& users_;
  auth::PasswordResets& resets_;
  std::string public_url_;
};

}  // namespace dhii::api
