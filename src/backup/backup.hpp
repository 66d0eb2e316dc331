// Backups: consistent online copies of everything that can't be made again: control database, event journal, each
// user's mail database and packs, and the salt that the keys come from. Databases are copied as one moment, under their
// own keys, while mail is read and written; a pack's bytes never change once written, so a sealed pack that the last
// backup holds already is linked instead of copied. A backup is written under a temporary name, fsynced, and renamed:
// what is broken off in the middle never counts. ENCRYPTION_KEY is not in it, and without it nothing of it can be read:
// keep that elsewhere. Blocking: on a pool thread or from the command line.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "backup/files.hpp"
#include "backup/manifest.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "config/keyring.hpp"
#include "event/event.hpp"

namespace dhii::backup {

// The names below a backup's folder.
inline constexpr const char* kControlName = "control.db";
inline constexpr const char* kSaltName = "installation.salt";
inline constexpr const char* kJournalName = "security_events.db";
inline constexpr const char* kJournalHeadsName = "security_events.heads";

// Where an installation keeps its data.
struct Places {
  std::filesystem::path control_file;    // installation.salt lies beside it
  std::filesystem::path data_directory;  // mail/u<N>/
  std::filesystem::path journal_file() const { return control_file.parent_path() / kJournalName; }
  std::filesystem::path journal_heads_file() const { return control_file.parent_path() / kJournalHeadsName; }
  std::filesystem::path salt_file() const { return control_file.parent_path() / kSaltName; }
};

struct Backup {
  std::string id;
  std::filesystem::path folder;
  Timestamp at{};
  std::string problem;  // why it doesn't count; empty when its manifest holds
  Manifest manifest;
};

struct Verification {
  Manifest manifest;
  std::int64_t databases = 0, packs = 0;  // opened under the key; present and of the right size
};

class Backups {
 public:
  struct Parts {
    std::filesystem::path directory;  // DHII_BACKUP_DIR
    const Secret& encryption_key;
    const Clock& clock;
    Random& random;
    event::Sink& events;
    std::string version;
  };
  explicit Backups(Parts parts) : p_(std::move(parts)) {}

  // Records kBackupDone or kBackupFailed. `go_on` is asked every few milliseconds.
  Result<Backup> create(const Places& places, const GoOn& go_on);
  // Newest first; those that don't count have a problem. Empty when the folder isn't there yet.
  Result<std::vector<Backup>> list();
  // Every hash, every page's MAC, every index, every count.
  Result<Verification> verify(const std::string& id);
  Result<Verification> verify_folder(const std::filesystem::path& folder);
  // Removes all but the newest `keep` that count, and remains of broken ones. Returns the ids that went.
  Result<std::vector<std::string>> prune(std::size_t keep);
  // Verifies, copies, and opens what it wrote. kNotEmpty: `places` must hold nothing but secrets.env.
  Result<Verification> restore(const std::filesystem::path& folder, const Places& places);

  // "latest", an id, or a path.
  Result<std::filesystem::path> resolve(const std::string& which);

 private:
  Result<Backup> write(const Places& places, const GoOn& go_on);
  Parts p_;
};

// The keys of the installation that made this backup; kForeign is found later, by the manifest's signature.
Result<config::Keyring> keyring_of(const std::filesystem::path& folder, const Secret& encryption_key, Random& random);

}  // namespace dhii::backup
