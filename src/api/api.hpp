// Api: all routes but the static files, made by app/ from the services. add_to() fills the router; Api must outlive the
// server.
#pragma once
#include <functional>
#include <string>

#include "api/account_routes.hpp"
#include "api/auth_routes.hpp"
#include "api/jmap_routes.hpp"
#include "api/system_routes.hpp"

namespace dhii::api {

struct ApiParts {
  auth::AuthService& auth;
  AccountService& accounts;
  jmap::Service& jmap;
  MailAccess& mail;
  PushHub& hub;
  net::BlockingPool& db_pool;
  std::string public_url;
  std::function<net::Task<>()> ready;
};

class Api {
 public:
  explicit Api(ApiParts parts)
      : auth_(parts.auth, parts.public_url),
        accounts_(parts.accounts),
        jmap_({parts.jmap, parts.mail, parts.hub, parts.auth, parts.db_pool}),
        system_(std::move(parts.ready)) {}
  void add_to(http::Router& router) {
    auth_.add_to(router);
    accounts_.add_to(router);
    jmap_.add_to(router);
    system_.add_to(router);
  }

 private:
  AuthRoutes auth_;
  AccountRoutes accounts_;
  JmapRoutes jmap_;
  SystemRoutes system_;
};

}  // namespace dhii::api
