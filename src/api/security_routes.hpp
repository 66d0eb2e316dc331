// /api/v1/security/*: events, alerts, blocks and the summary, for administrators and auditors; auditors change nothing.
// Parse, ask security/ on the database pool, render. Owned by Api.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <span>

#include "http/router.hpp"
#include "net/blocking_pool.hpp"
#include "security/alert/alert_desk.hpp"
#include "security/journal/journal.hpp"
#include "store/control_store.hpp"

namespace dhii::api {

struct SecurityParts {
  store::EventJournal& events;
  store::EventAlerts& alerts;
  security::Journal& journal;
  security::AlertDesk& desk;
  security::BlockList& blocks;
  store::ControlStore& control;
  net::BlockingPool& db_pool;
  const Clock& clock;
};

class SecurityRoutes {
 public:
  explicit SecurityRoutes(SecurityParts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer list_events(http::Request& request);
  Result<http::Response> find_events(store::EventFilter filter, std::span<const std::string> words);
  Answer get_event(http::Request& request);
  Answer list_alerts(http::Request& request);
  Answer get_alert(http::Request& request);
  Answer acknowledge(http::Request& request);
  Answer silence(http::Request& request);
  Answer list_blocks(http::Request& request);
  Answer block(http::Request& request);
  Answer unblock(http::Request& request);
  Answer summary(http::Request& request);
  Answer kinds(http::Request& request);
  // The login of who asks. Blocking: on the pool.
  Result<std::string> who(UserId user);

  SecurityParts p_;
};

}  // namespace dhii::api
