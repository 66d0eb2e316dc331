// `dhii-mail backup create|list|verify|restore|prune`.
#include <fmt/chrono.h>

#include <boost/json.hpp>

#include "app/backup_job.hpp"
#include "app/operations_commands.hpp"
#include "backup/backup.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;

bool always() { return true; }

struct Tools {
  explicit Tools(const config::Settings& settings)
      : backups({settings.operations.backup_directory, settings.encryption_key, clock, random, events, DHII_VERSION}) {}
  SystemClock clock;
  SystemRandom random;
  event::LoggingSink events;
  backup::Backups backups;
};

std::string size_text(std::int64_t bytes) {
  if (bytes < 10'000'000) return fmt::format("{} KB", (bytes + 999) / 1000);
  return fmt::format("{:.1f} {}",
                     bytes < 1'000'000'000 ? static_cast<double>(bytes) / 1e6 : static_cast<double>(bytes) / 1e9,
                     bytes < 1'000'000'000 ? "MB" : "GB");
}

json::object to_json(const backup::Backup& b) {
  json::object out{{"id", b.id}, {"path", b.folder.string()}, {"complete", b.problem.empty()}};
  if (!b.problem.empty()) {
    out["problem"] = b.problem;
    return out;
  }
  out["created_at_ms"] = to_unix_ms(b.at);
  out["bytes"] = b.manifest.bytes();
  out["files"] = b.manifest.files.size();
  out["users"] = b.manifest.users;
  out["emails"] = b.manifest.emails;
  out["duration_ms"] = b.manifest.duration_ms;
  out["version"] = b.manifest.version;
  return out;
}

// Only with its key does a backup say anything, and asking for the key by name is the mend.
bool lacks_key(const config::Settings& settings, const Output& output) {
  if (!settings.encryption_key.empty()) return false;
  (void)output.failure("config.invalid",
                       "ENCRYPTION_KEY: is not set, and no secrets.env is there; expected the key of the installation "
                       "that the backup is of.");
  return true;
}

int told(const Output& output, const backup::Verification& v, const std::string& done) {
  output.result({{"id", v.manifest.id},
                 {"ok", true},
                 {"databases", v.databases},
                 {"packs", v.packs},
                 {"users", v.manifest.users},
                 {"accounts", v.manifest.accounts},
                 {"emails", v.manifest.emails},
                 {"files", v.manifest.files.size()},
                 {"bytes", v.manifest.bytes()}},
                fmt::format("{}: {} files ({}), {} databases opened and checked, {} packs, {} users, {} messages.",
                            done, v.manifest.files.size(), size_text(v.manifest.bytes()), v.databases, v.packs,
                            v.manifest.users, v.manifest.emails));
  return 0;
}

}  // namespace

backup::Places backup_places(const config::Settings& settings) {
  return {.control_file = settings.database_file, .data_directory = settings.data_directory};
}

int backup_create(const config::Settings& settings, const Output& output) {
  if (lacks_key(settings, output)) return 2;
  Tools tools(settings);
  const auto made = tools.backups.create(backup_places(settings), always);
  if (!made) return output.failure(made.error());
  output.result(to_json(*made),
                fmt::format("Made {}: {} files, {}, {} users, {} messages, in {} ms.", made->folder.string(),
                            made->manifest.files.size(), size_text(made->manifest.bytes()), made->manifest.users,
                            made->manifest.emails, made->manifest.duration_ms));
  return 0;
}

int backup_list(const config::Settings& settings, const Output& output) {
  if (lacks_key(settings, output)) return 2;
  Tools tools(settings);
  const auto all = tools.backups.list();
  if (!all) return output.failure(all.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"BACKUP", "SIZE", "USERS", "MESSAGES", "STATE"}};
  for (const auto& b : *all) {
    list.push_back(to_json(b));
    rows.push_back({b.id, size_text(b.manifest.bytes()), std::to_string(b.manifest.users),
                    std::to_string(b.manifest.emails), b.problem.empty() ? "complete" : b.problem});
  }
  output.result({{"directory", settings.operations.backup_directory.string()}, {"backups", std::move(list)}},
                all->empty() ? "No backups yet: `dhii-mail backup create` makes one." : table(rows));
  return 0;
}

int backup_verify(const config::Settings& settings, const Output& output, const std::string& which) {
  if (lacks_key(settings, output)) return 2;
  Tools tools(settings);
  const auto verified = tools.backups.verify(which);
  if (!verified) return output.failure(verified.error());
  return told(output, *verified, "Verified " + verified->manifest.id);
}

int backup_restore(const config::Settings& settings, const Output& output, const std::string& which) {
  if (lacks_key(settings, output)) return 2;
  Tools tools(settings);
  const auto folder = tools.backups.resolve(which);
  if (!folder) return output.failure(folder.error());
  const auto restored = tools.backups.restore(*folder, backup_places(settings));
  if (!restored) return output.failure(restored.error());
  return told(output, *restored, "Restored " + restored->manifest.id + " into " + settings.data_directory.string());
}

int backup_prune(const config::Settings& settings, const Output& output, std::size_t keep) {
  if (lacks_key(settings, output)) return 2;
  Tools tools(settings);
  const auto gone = tools.backups.prune(keep == 0 ? settings.operations.backup_keep : keep);
  if (!gone) return output.failure(gone.error());
  json::array list;
  for (const auto& id : *gone) list.emplace_back(id);
  output.result({{"removed", std::move(list)}}, fmt::format("Removed {} backups.", gone->size()));
  return 0;
}

}  // namespace dhii::app
