// ServeLog: the log of `serve` as the settings want it: builds the outputs, stands behind spdlog's default logger while
// it lives, and follows the journal of security events. Open it inside the sandbox, before anything that logs from
// other threads starts; let it go after they ended.
#pragma once
#include <memory>

#include "app/installation.hpp"
#include "logs/logs.hpp"

namespace spdlog {
class logger;
}

namespace dhii::app {

class ServeLog {
 public:
  explicit ServeLog(Installation& installation);
  ~ServeLog();  // delivers what is queued
  ServeLog(const ServeLog&) = delete;
  ServeLog& operator=(const ServeLog&) = delete;

  // An output that can't be had (no journald, no right to the file) is an error: whoever asked for it relies on it.
  Result<void> open();
  event::Follower& follower() { return follower_; }
  const logs::Logs& logs() const { return logs_; }

 private:
  Result<void> add(config::LogOutput output);
  Result<void> add_syslog();
  Result<void> add_splunk();
  std::filesystem::path spool_directory() const;

  Installation& installation_;
  logs::Origin origin_;
  logs::Logs logs_;
  logs::EventFollower follower_;
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace dhii::app
