#include "app/backup_job.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "net/deadline.hpp"

namespace dhii::app {
namespace {

constexpr std::chrono::seconds kFirstLook{5};  // a start has better things to do
constexpr std::chrono::minutes kLook{5};
constexpr std::chrono::minutes kAfterFailure{30};  // a full disk is not full of our attempts

}  // namespace

BackupJob::BackupJob(Installation& installation, event::Sink& events)
    : installation_(installation),
      backups_({installation.settings().operations.backup_directory, installation.settings().encryption_key,
                installation.clock(), installation.random(), events, DHII_VERSION}),
      last_success_(installation.metrics().gauge("dhii_backup_last_success_timestamp_seconds",
                                                 "When the newest complete backup was made; 0: there is none")),
      last_bytes_(installation.metrics().gauge("dhii_backup_last_size_bytes", "Size of the newest complete backup")),
      pool_("backup", 1, 2) {}

net::Task<> BackupJob::run() {
  if (installation_.settings().operations.backup_directory.empty()) co_return Result<void>{};
  DHII_CO_TRY(co_await net::sleep_for(kFirstLook));
  for (;;) {
    const auto done = co_await pool_.run([this] { return round(); });
    if (!done) spdlog::error("backup: {}", log_escape(done.error().message(), 500));
    const std::chrono::seconds pause = done ? kLook : kAfterFailure;
    DHII_CO_TRY(co_await net::sleep_for(pause));
  }
}

Result<bool> BackupJob::round() {
  const auto& operations = installation_.settings().operations;
  DHII_TRY_ASSIGN(const auto all, backups_.list());
  const auto newest = std::ranges::find_if(all, [](const backup::Backup& b) { return b.problem.empty(); });
  if (newest != all.end()) {
    last_success_.set(static_cast<double>(to_unix_seconds(newest->at)));
    last_bytes_.set(static_cast<double>(newest->manifest.bytes()));
    const auto age = installation_.clock().now() - newest->at;
    // A clock that went back must not stop backups: an age below zero counts as old.
    if (age >= std::chrono::seconds(0) && age < std::chrono::hours(operations.backup_interval_hours)) return true;
  }
  DHII_TRY_ASSIGN(const auto made,
                  backups_.create(backup_places(installation_.settings()), [this] { return !stopping_; }));
  DHII_TRY(backups_.verify_folder(made.folder));
  last_success_.set(static_cast<double>(to_unix_seconds(made.at)));
  last_bytes_.set(static_cast<double>(made.manifest.bytes()));
  spdlog::info("backup {} made and verified: {} files, {} bytes, {} ms", made.id, made.manifest.files.size(),
               made.manifest.bytes(), made.manifest.duration_ms);
  DHII_TRY(backups_.prune(operations.backup_keep));
  return true;
}

}  // namespace dhii::app
