#include "backup/writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "auth/users.hpp"
#include "backup/keys.hpp"
#include "crypto/seal.hpp"

namespace dhii::backup {

Result<void> Writer::note(const std::string& name) {
  DHII_TRY_ASSIGN(const auto file, open_to_read(folder_ / name));
  DHII_TRY_ASSIGN(const auto size, size_of(file, folder_ / name));
  DHII_TRY_ASSIGN(auto sha256, hash(file, folder_ / name, size, go_on_));
  manifest_.files.push_back({name, size, std::move(sha256)});
  return {};
}

Result<void> Writer::copy_snapshot(store::Snapshot& snapshot, const std::string& name) {
  if (auto done = snapshot.copy_to(folder_ / name, go_on_); !done) {
    if (!go_on_()) return fail(BackupError::kStopped);
    return done;
  }
  return note(name);
}

Result<void> Writer::plain_file(const std::filesystem::path& from, const std::string& name) {
  DHII_TRY_ASSIGN(const auto file, open_to_read(from));
  DHII_TRY_ASSIGN(const auto size, size_of(file, from));
  DHII_TRY_ASSIGN(auto sha256, copy(file, folder_ / name, size, go_on_));
  manifest_.files.push_back({name, size, std::move(sha256)});
  return {};
}

Result<void> Writer::database(const std::filesystem::path& from, const std::string& name, const Secret& key,
                              std::int64_t& schema) {
  DHII_TRY_ASSIGN(const auto snapshot, store::Snapshot::take(from, key));
  schema = snapshot->schema_version();
  return copy_snapshot(*snapshot, name);
}

// Held open from the first moment: what maintenance removes meanwhile stays readable here.
Result<std::vector<Writer::OpenPack>> Writer::open_packs(store::Snapshot& snapshot,
                                                         const std::filesystem::path& blobs) {
  DHII_TRY_ASSIGN(const auto packs, snapshot.packs());
  std::vector<OpenPack> out;
  for (const auto& pack : packs) {
    DHII_TRY_ASSIGN(auto file, open_to_read(blobs / fmt::format("{:06}.pack", pack.id)));
    out.push_back({pack, std::move(file)});
  }
  return out;
}

Result<void> Writer::pack(const OpenPack& open, const std::string& name) {
  const Entry* known = previous_ == nullptr || !open.pack.sealed ? nullptr : previous_->manifest.find(name);
  if (known != nullptr && known->size == open.pack.end) {
    // Equal content, not equal name: after a restore the same number may stand for another pack.
    DHII_TRY_ASSIGN(const auto sha256, hash(open.file, name, open.pack.end, go_on_));
    const auto from = previous_->folder / name;
    if (sha256 == known->sha256 && ::link(from.c_str(), (folder_ / name).c_str()) == 0) {
      manifest_.files.push_back(*known);
      return {};
    }
  }
  DHII_TRY_ASSIGN(auto sha256, copy(open.file, folder_ / name, open.pack.end, go_on_));
  manifest_.files.push_back({name, open.pack.end, std::move(sha256)});
  return {};
}

Result<void> Writer::mail_of(const store::SealedMailKey& user) {
  const std::string name = "mail/u" + std::to_string(user.user);
  const auto from = places_.data_directory / name;
  std::error_code ignored;
  if (user.sealed.empty() || !std::filesystem::exists(from / "mail.db", ignored)) return {};
  DHII_TRY_ASSIGN(const Secret key, mail_key(keyring_, user));
  DHII_TRY_ASSIGN(const auto snapshot, store::Snapshot::take(from / "mail.db", key));
  DHII_TRY_ASSIGN(const auto packs, open_packs(*snapshot, from / "blobs"));
  manifest_.mail_schema = snapshot->schema_version();
  DHII_TRY(make_folder(folder_ / name / "blobs"));
  DHII_TRY(copy_snapshot(*snapshot, name + "/mail.db"));
  for (const auto& open : packs) DHII_TRY(pack(open, name + "/blobs/" + fmt::format("{:06}.pack", open.pack.id)));
  DHII_TRY_ASSIGN(const auto inside, store::count_in(folder_ / name / "mail.db", key));
  manifest_.emails += inside.emails;
  DHII_TRY(sync_folder(folder_ / name / "blobs"));
  return sync_folder(folder_ / name);
}

Result<Manifest> Writer::write_all() {
  const Secret control_key = keyring_.control_database();
  DHII_TRY(database(places_.control_file, kControlName, control_key, manifest_.control_schema));
  DHII_TRY(plain_file(places_.salt_file(), kSaltName));
  DHII_TRY_ASSIGN(const auto counts, store::count_in(folder_ / kControlName, control_key));
  manifest_.users = counts.users;
  manifest_.accounts = counts.accounts;
  std::error_code ignored;
  if (std::filesystem::exists(places_.journal_file(), ignored)) {
    std::int64_t schema = 0;
    DHII_TRY(database(places_.journal_file(), kJournalName, journal_key(keyring_), schema));
  }
  if (std::filesystem::exists(places_.journal_heads_file(), ignored))
    DHII_TRY(plain_file(places_.journal_heads_file(), kJournalHeadsName));
  DHII_TRY_ASSIGN(const auto users, store::mail_keys_in(folder_ / kControlName, control_key));
  DHII_TRY(make_folder(folder_ / "mail"));
  for (const auto& user : users) DHII_TRY(mail_of(user));
  DHII_TRY(sync_folder(folder_ / "mail"));
  return std::move(manifest_);
}

}  // namespace dhii::backup
