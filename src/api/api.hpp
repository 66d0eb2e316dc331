// Api: all routes but the static files, made by app/ from the services. add_to() fills the router; Contract::guard()
// then stands before all of them. Api must outlive the server.
#pragma once
#include <functional>
#include <string>

#include "api/account_routes.hpp"
#include "api/auth_routes.hpp"
#include "api/contract.hpp"
#include "api/docs_routes.hpp"
#include "api/export_routes.hpp"
#include "api/factor_routes.hpp"
#include "api/jmap_routes.hpp"
#include "api/key_routes.hpp"
#include "api/mail_api.hpp"
#include "api/security_routes.hpp"
#include "api/system_routes.hpp"
#include "api/user_routes.hpp"

namespace dhii::api {

struct ApiParts {
  auth::AuthService& auth;
  auth::Factors& factors;
  auth::ApiKeys& keys;
  auth::UserAdmin& users;
  auth::PasswordResets& resets;
  ExportService& exports;
  AccountService& accounts;
  jmap::Service& jmap;
  MailAccess& mail;
  PushHub& hub;
  net::BlockingPool& db_pool;
  std::string public_url;
  std::function<net::Task<>()> ready;
  const Clock& clock;
  webhook::WebhookService& webhooks;
  Secret mail_key;  // 32 bytes; see MailApiParts
  SecurityParts security;
};

class Api {
 public:
  explicit Api(ApiParts parts)
      : auth_(parts.auth, parts.keys),
        factors_(parts.auth, parts.factors, parts.public_url),
        keys_(parts.keys),
        users_(parts.auth, parts.users, parts.resets, parts.public_url),
        exports_(parts.exports),
        accounts_(parts.accounts),
        jmap_({parts.jmap, parts.mail, parts.hub, parts.auth, parts.db_pool}),
        mail_({parts.mail, parts.jmap, parts.db_pool, parts.clock, parts.webhooks, parts.mail_key}),
        security_(parts.security),
        system_(std::move(parts.ready)) {}
  void add_to(http::Router& router) {
    auth_.add_to(router);
    factors_.add_to(router);
    keys_.add_to(router);
    users_.add_to(router);
    exports_.add_to(router);
    accounts_.add_to(router);
    jmap_.add_to(router);
    mail_.add_to(router);
    security_.add_to(router);
    system_.add_to(router);
    docs_.add_to(router);
  }

 private:
  AuthRoutes auth_;
  FactorRoutes factors_;
  KeyRoutes keys_;
  UserRoutes users_;
  ExportRoutes exports_;
  AccountRoutes accounts_;
  JmapRoutes jmap_;
  MailApi mail_;
  SecurityRoutes security_;
  SystemRoutes system_;
  DocsRoutes docs_;
};

}  // namespace dhii::api
