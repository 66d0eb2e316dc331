// GET /api/v1/security/audit: what `dhii-mail audit` found last. For auditors and administrators.
#pragma once
#include "http/router.hpp"
#include "net/blocking_pool.hpp"
#include "store/control_reports.hpp"

namespace dhii::api {

class AuditRoutes {
 public:
  AuditRoutes(store::ControlStore& control, net::BlockingPool& db_pool) : reports_(control), db_pool_(db_pool) {}
  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> latest(http::Request& request);
  store::Reports reports_;
  net::BlockingPool& db_pool_;
};

}  // namespace dhii::api
