// JMAP over HTTP (RFC 8620 §2, §3, §6, §7.3): the session object, the API, uploads, downloads and the event source,
// over jmap::Service on the database pool. Also POST /frame. Io thread. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "api/push_hub.hpp"
#include "auth/auth_service.hpp"
#include "http/router.hpp"
#include "jmap/service.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::api {

// A user's open mail database and accounts. `store` keeps context.mail alive.
struct OpenMail {
  std::shared_ptr<store::MailStore> store;
  jmap::UserContext context;
};

// Implemented in app/ over MailStores and ControlStore.
class MailAccess {
 public:
  virtual ~MailAccess() = default;
  // Blocks: called on the database pool, once per request.
  virtual Result<OpenMail> open(UserId user) = 0;
};

class JmapRoutes {
 public:
  struct Parts {
    jmap::Service& jmap;
    MailAccess& mail;
    PushHub& hub;
    auth::AuthService& auth;
    net::BlockingPool& db_pool;
  };
  explicit JmapRoutes(Parts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  // The caller's mail, with what the caller's key may do.
  Result<OpenMail> open_for(const http::Request& request);
  Answer session(http::Request& request);
  Answer api(http::Request& request);
  Answer upload(http::Request& request);
  Answer download(http::Request& request);
  Answer event_source(http::Request& request);
  Answer frame(http::Request& request);

  Parts p_;
};

}  // namespace dhii::api
