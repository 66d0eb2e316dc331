// Credentials: the one http::Authenticator: decides by their look which kind of credentials a request carries, and asks
// the service that knows them: ApiKeys for keys and app passwords, AuthService for access tokens. Io thread.
#pragma once
#include "auth/api_keys.hpp"
#include "auth/auth_service.hpp"
#include "http/dispatcher.hpp"

namespace dhii::auth {

class Credentials final : public http::Authenticator {
 public:
  Credentials(AuthService& sessions, ApiKeys& keys) : sessions_(sessions), keys_(keys) {}
  boost::asio::awaitable<Result<http::Principal>> authenticate(const http::Request& request,
                                                               std::string_view authorization) override {
    auto by_key = co_await keys_.check(request, authorization);
    if (!by_key) co_return std::unexpected(by_key.error());
    if (*by_key) co_return **by_key;
    co_return co_await sessions_.authenticate(request, authorization);
  }

 private:
  AuthService& sessions_;
  ApiKeys& keys_;
};

}  // namespace dhii::auth
