// /api/v1/auth/{factors,totp,passkeys,recovery-codes,second-factor,passkey,step-up}, /api/v1/users/{id}/factors: parse,
// call AuthService or Factors, render. Io thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <string>

#include "auth/auth_service.hpp"
#include "http/router.hpp"

namespace dhii::api {

class FactorRoutes {
 public:
  // `public_url`: names the relying party of passkeys; empty: localhost only.
  FactorRoutes(auth::AuthService& auth, auth::Factors& factors, std::string public_url)
      : auth_(auth), factors_(factors), public_url_(std::move(public_url)) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  // Signing in.
  Answer second_factor(http::Request& request);
  Answer passkey_options(http::Request& request);
  Answer sign_in_with_passkey(http::Request& request);
  // The signed-in user.
  Answer step_up_options(http::Request& request);
  Answer step_up(http::Request& request);
  Answer summary(http::Request& request);
  Answer start_totp(http::Request& request);
  Answer confirm_totp(http::Request& request);
  Answer remove_totp(http::Request& request);
  Answer passkeys(http::Request& request);
  Answer new_passkey_options(http::Request& request);
  Answer add_passkey(http::Request& request);
  Answer rename_passkey(http::Request& request);
  Answer remove_passkey(http::Request& request);
  Answer recovery_codes(http::Request& request);
  Answer new_recovery_codes(http::Request& request);
  // For administrators.
  Answer remove_factors_of_user(http::Request& request);

  Result<auth::webauthn::RelyingParty> relying_party(const http::Request& request) const;
  net::Task<auth::Actor> actor(const http::Request& request);
  // After a factor came or went: everybody else is out, and who had no recovery codes gets them now.
  Answer factor_added(http::Request& request, auth::Actor who, int status, boost::json::object answer);
  Answer factor_removed(http::Request& request);

  auth::AuthService& auth_;
  auth::Factors& factors_;
  std::string public_url_;
};

}  // namespace dhii::api
