// OperationsService: checks, tasks and backups for the API, and the recurring tasks that close by themselves. Io
// thread; the work happens on a thread of its own, since a check takes seconds.
#pragma once
#include "api/operations_service.hpp"
#include "app/canary.hpp"
#include "app/event_log.hpp"
#include "app/installation.hpp"
#include "metrics/registry.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::app {

class OperationsService final : public api::OperationsService {
 public:
  // All outlive it. `sink` is where the server's events go.
  OperationsService(Installation& installation, EventLog& events, event::Sink& sink, Canary& canary);

  net::Task<std::string> checks() override;
  net::Task<std::string> run_pre() override;
  void canary(std::string code, UserId user) override { canary_.send(std::move(code), user); }
  boost::json::object canary_report() override { return canary_.report(); }
  net::Task<boost::json::object> tasks() override;
  net::Task<boost::json::object> task_done(std::string id, UserId by, std::string note) override;
  net::Task<boost::json::object> backups() override;
  std::string security_txt() override;

  // Endless: runs due tasks that need nobody.
  net::Task<> keep_tasks();

 private:
  Result<std::string> latest();
  Result<std::string> look();
  Result<boost::json::object> list_backups();
  Installation& installation_;
  EventLog& events_;
  event::Sink& sink_;
  Canary& canary_;
  metrics::Gauge overdue_;
  bool running_ = false;
  net::BlockingPool pool_;
};

}  // namespace dhii::app
