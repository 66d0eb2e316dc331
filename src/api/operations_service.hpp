// What the routes of running an installation need; implemented in app/. Io thread; everything that blocks goes to a
// pool.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "net/task.hpp"

namespace dhii::api {

enum class OperationsError { kNoSuchTask, kBusy };
ErrorText describe(OperationsError e);

class OperationsService {
 public:
  virtual ~OperationsService() = default;
  // {"reports": [...]}, the last of each kind, as text: reports are kept as they were made.
  virtual net::Task<std::string> checks() = 0;
  virtual net::Task<std::string> run_pre() = 0;
  // Sends a canary event through all channels.
  virtual void canary(std::string code, UserId user) = 0;
  // How far the last one came: {"code", "sent_at", "event_id", "targets"}; never sent: no targets.
  virtual boost::json::object canary_report() = 0;
  virtual net::Task<boost::json::object> tasks() = 0;
  virtual net::Task<boost::json::object> task_done(std::string id, UserId by, std::string note) = 0;
  virtual net::Task<boost::json::object> backups() = 0;
  // RFC 9116; empty: no contact is configured.
  virtual std::string security_txt() = 0;
};

}  // namespace dhii::api
