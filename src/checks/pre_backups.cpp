// "Backup strategy is implemented": configured, recent, restorable, elsewhere, private.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "backup/backup.hpp"
#include "checks/pre.hpp"

namespace dhii::checks {
namespace {

Found recent(const config::Settings& s, const backup::Backup* newest, Timestamp now) {
  const std::string mend = "run `dhii-mail backup create`, and see in the log why the server didn't";
  if (newest == nullptr)
    return failed("there is no complete backup in " + s.operations.backup_directory.string(), mend);
  const auto age = std::chrono::floor<std::chrono::hours>(now - newest->at);
  const std::string seen = fmt::format("{} is {} hours old; one is made every {} hours", newest->id, age.count(),
                                       s.operations.backup_interval_hours);
  // Twice the interval: one may be under way or have failed once.
  if (age > std::chrono::hours(2 * s.operations.backup_interval_hours) || age < std::chrono::hours(-1))
    return failed(seen, mend);
  return passed(seen);
}

Found elsewhere(const config::Settings& s) {
  struct stat data{}, backups{};
  if (::stat(s.data_directory.c_str(), &data) != 0 || ::stat(s.operations.backup_directory.c_str(), &backups) != 0)
    return skipped("one of the two folders is not there yet");
  if (data.st_dev != backups.st_dev) return passed("backups and data are on different file systems");
  return warned(
      "backups and data are on the same file system: one broken disk takes both",
      "mount another disk or a remote file system at DHII_BACKUP_DIR, or copy its folders away (they are encrypted)");
}

}  // namespace

void check_backups(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Weight weight, Found found) {
    report.add("pre.backups." + id, box::kBackups, std::move(title), weight, std::move(found));
  };
  if (in.settings == nullptr)
    return add("configured", "Automatic backups are configured", Weight::kMust,
               skipped("the settings can't be loaded; mend those first"));
  const auto& s = *in.settings;
  const auto& directory = s.operations.backup_directory;
  if (directory.empty())
    return add(
        "configured", "Automatic backups are configured", Weight::kMust,
        failed("DHII_BACKUP_DIR is not set: there are no backups", "set DHII_BACKUP_DIR to a folder on another disk"));
  add("configured", "Automatic backups are configured", Weight::kMust,
      passed(fmt::format("every {} hours into {}, {} kept", s.operations.backup_interval_hours, directory.string(),
                         s.operations.backup_keep)));
  event::LoggingSink events;
  backup::Backups backups({directory, s.encryption_key, in.clock, in.random, events, in.version});
  const auto all = backups.list();
  if (!all)
    return add("recent", "The newest backup is recent", Weight::kMust,
               failed(all.error().message(), "check the folder's rights"));
  const auto newest = std::ranges::find_if(*all, [](const auto& b) { return b.problem.empty(); });
  const backup::Backup* found = newest == all->end() ? nullptr : &*newest;
  add("recent", "The newest backup is recent", Weight::kMust, recent(s, found, in.clock.now()));
  if (found != nullptr) {
    const auto verified = backups.verify_folder(found->folder);
    add("restorable", "The newest backup can be restored", Weight::kMust,
        verified ? passed(fmt::format(
                       "{}: {} databases opened under the key and checked page by page, {} files hashed, {} messages",
                       found->id, verified->databases, verified->manifest.files.size(), verified->manifest.emails))
                 : failed(verified.error().message(), "run `dhii-mail backup create`, then `dhii-mail backup verify`"));
    add("private", "Nobody else can read the backups", Weight::kShould, private_to(directory, in.host.uid));
  }
  add("elsewhere", "Backups are on another disk", Weight::kShould, elsewhere(s));
}

}  // namespace dhii::checks
