// Proving a backup, and bringing it back.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "backup/backup.hpp"
#include "backup/keys.hpp"
#include "store/snapshot.hpp"

namespace dhii::backup {
namespace {

namespace fs = std::filesystem;

bool always() { return true; }

Result<void> check_file(const fs::path& folder, const Entry& entry) {
  auto file = open_to_read(folder / entry.name);
  if (!file) return fail(BackupError::kDamaged, file.error().detail());
  DHII_TRY_ASSIGN(const auto size, size_of(*file, folder / entry.name));
  if (size != entry.size)
    return fail(BackupError::kDamaged, fmt::format("{} has {} bytes instead of {}", entry.name, size, entry.size));
  DHII_TRY_ASSIGN(const auto sha256, hash(*file, folder / entry.name, size, always));
  if (sha256 != entry.sha256) return fail(BackupError::kDamaged, entry.name + " was changed");
  return {};
}

Result<void> check_packs(const Manifest& manifest, const std::string& mail, const store::Inspection& inside,
                         Verification& out) {
  for (const auto& pack : inside.packs) {
    const std::string name = mail + "/blobs/" + fmt::format("{:06}.pack", pack.id);
    const Entry* entry = manifest.find(name);
    if (entry == nullptr || entry->size < pack.end)
      return fail(BackupError::kDamaged, name + " is missing or shorter than its database says");
    ++out.packs;
  }
  return {};
}

Result<void> check_databases(const fs::path& folder, const config::Keyring& keyring, Verification& out) {
  const Manifest& m = out.manifest;
  const Secret control_key = keyring.control_database();
  DHII_TRY_ASSIGN(const auto control, store::inspect(folder / kControlName, control_key));
  ++out.databases;
  if (m.find(kJournalName) != nullptr) {
    DHII_TRY(store::inspect(folder / kJournalName, journal_key(keyring)));
    ++out.databases;
  }
  DHII_TRY_ASSIGN(const auto users, store::mail_keys_in(folder / kControlName, control_key));
  std::int64_t emails = 0;
  for (const auto& user : users) {
    const std::string mail = "mail/u" + std::to_string(user.user);
    if (m.find(mail + "/mail.db") == nullptr) continue;
    DHII_TRY_ASSIGN(const Secret key, mail_key(keyring, user));
    DHII_TRY_ASSIGN(const auto inside, store::inspect(folder / mail / "mail.db", key));
    DHII_TRY(check_packs(m, mail, inside, out));
    emails += inside.emails;
    ++out.databases;
  }
  if (control.users != m.users || control.accounts != m.accounts || emails != m.emails)
    return fail(BackupError::kDamaged,
                fmt::format("{} users, {} accounts, {} messages instead of {}, {}, {}", control.users, control.accounts,
                            emails, m.users, m.accounts, m.emails));
  return {};
}

// Everything in a folder but secrets.env, which has to be there before a restore when the key is in it.
Result<void> require_empty(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) return {};
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (entry.path().filename() != "secrets.env") return fail(BackupError::kNotEmpty, entry.path().string());
  }
  if (failed) return fail(BackupError::kIo, folder.string() + ": " + failed.message());
  return {};
}

fs::path target_of(const Entry& entry, const Places& places) {
  if (entry.name == kControlName) return places.control_file;
  if (entry.name == kSaltName) return places.salt_file();
  if (entry.name == kJournalName) return places.journal_file();
  if (entry.name == kJournalHeadsName) return places.journal_heads_file();
  return places.data_directory / entry.name;
}

Result<void> copy_entry(const fs::path& folder, const Entry& entry, const fs::path& to) {
  DHII_TRY_ASSIGN(const auto from, open_to_read(folder / entry.name));
  DHII_TRY(make_folder(to.parent_path()));
  DHII_TRY_ASSIGN(const auto sha256, copy(from, to, entry.size, always));
  if (sha256 != entry.sha256) return fail(BackupError::kDamaged, entry.name + " changed while it was copied");
  return sync_folder(to.parent_path());
}

}  // namespace

Result<Verification> Backups::verify(const std::string& id) {
  DHII_TRY_ASSIGN(const auto folder, resolve(id));
  return verify_folder(folder);
}

Result<Verification> Backups::verify_folder(const fs::path& folder) {
  DHII_TRY_ASSIGN(const auto keyring, keyring_of(folder, p_.encryption_key, p_.random));
  Verification out;
  DHII_TRY_ASSIGN(out.manifest, read_manifest(folder, keyring.derive(kManifestKeyPurpose)));
  for (const auto& entry : out.manifest.files) DHII_TRY(check_file(folder, entry));
  if (auto done = check_databases(folder, keyring, out); !done)
    return done.error().is(BackupError::kDamaged) ? std::unexpected(done.error())
                                                  : fail(BackupError::kDamaged, done.error().message());
  return out;
}

// The control database and its salt come last: until they are there the folder is no installation, and a start would
// say so instead of working with half of the mail.
Result<Verification> Backups::restore(const fs::path& folder, const Places& places) {
  DHII_TRY(require_empty(places.data_directory));
  DHII_TRY(require_empty(places.control_file.parent_path()));
  DHII_TRY_ASSIGN(auto verified, verify_folder(folder));
  DHII_TRY(make_folder(places.data_directory));
  const auto is_last = [](const Entry& e) { return e.name == kControlName || e.name == kSaltName; };
  for (const bool last : {false, true}) {
    for (const auto& entry : verified.manifest.files) {
      if (is_last(entry) == last) DHII_TRY(copy_entry(folder, entry, target_of(entry, places)));
    }
  }
  // The proof: what lies there now opens under the key that the program will use.
  DHII_TRY_ASSIGN(const auto keyring,
                  config::Keyring::open(p_.encryption_key, Secret(), places.control_file, p_.random));
  const Secret control_key = keyring.control_database();
  DHII_TRY(store::inspect(places.control_file, control_key));
  DHII_TRY_ASSIGN(const auto users, store::mail_keys_in(places.control_file, control_key));
  for (const auto& user : users) {
    const auto file = places.data_directory / ("mail/u" + std::to_string(user.user)) / "mail.db";
    std::error_code ignored;
    if (user.sealed.empty() || !fs::exists(file, ignored)) continue;
    DHII_TRY_ASSIGN(const Secret key, mail_key(keyring, user));
    DHII_TRY(store::count_in(file, key));
  }
  return verified;
}

}  // namespace dhii::backup
