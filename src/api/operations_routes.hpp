// /api/v1/security/checks, tasks and backups, and /.well-known/security.txt. Io thread. Owned by Api.
#pragma once
#include "api/operations_service.hpp"
#include "http/router.hpp"

namespace dhii::api {

class OperationsRoutes {
 public:
  explicit OperationsRoutes(OperationsService& service) : service_(service) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer checks(http::Request& request);
  Answer run_checks(http::Request& request);
  Answer canary(http::Request& request);
  Answer canary_report(http::Request& request);
  Answer tasks(http::Request& request);
  Answer task_done(http::Request& request);
  Answer backups(http::Request& request);
  Answer security_txt(http::Request& request);
  OperationsService& service_;
};

}  // namespace dhii::api
