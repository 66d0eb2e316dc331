// BackupJob: makes a backup when the newest is older than DHII_BACKUP_INTERVAL, proves it, and removes the oldest,
// while the server serves. Lives on the io thread; copying happens on a thread of its own, so that no request waits for
// it.
#pragma once
#include <atomic>

#include "app/installation.hpp"
#include "backup/backup.hpp"
#include "metrics/registry.hpp"
#include "net/blocking_pool.hpp"
#include "net/task.hpp"

namespace dhii::app {

backup::Places backup_places(const config::Settings& settings);

class BackupJob {
 public:
  // Both outlive it.
  BackupJob(Installation& installation, event::Sink& events);
  // Endless; ends at once when no DHII_BACKUP_DIR is set.
  net::Task<> run();
  // Before the io thread stops: what is under way is broken off at its next slice.
  void stop() { stopping_ = true; }

 private:
  Result<bool> round();  // true: all is well until the next look

  Installation& installation_;
  backup::Backups backups_;
  metrics::Gauge last_success_, last_bytes_;
  std::atomic<bool> stopping_ = false;
  net::BlockingPool pool_;
};

}  // namespace dhii::app
