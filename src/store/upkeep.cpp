#include "store/upkeep.hpp"

#include <sqlite3.h>

#include <string>

#include "store/database.hpp"
#include "store/email_rows.hpp"
#include "store/index.hpp"

namespace dhii::store {
namespace {

constexpr int kBulkCheckpointPages = 16'384;   // 64 MB of WAL: indexes are rewritten there instead of twice
constexpr int kNormalCheckpointPages = 1'000;  // SQLite's default
constexpr std::int64_t kMaxTombstones =
    100'000;  // clients further behind start over (RFC 8620 §5.2 cannotCalculateChanges)
constexpr std::int64_t kTombstoneSlice = 5'000;
constexpr std::int64_t kUploadSlice = 200;

void pragma(Database& db, const std::string& text) {
  sqlite3_exec(db.handle(), ("PRAGMA " + text).c_str(), nullptr, nullptr,
               nullptr);  // a refused setting costs speed only
}

Result<bool> drop_expired_uploads(WriteTx& tx) {
  std::vector<std::pair<AccountId, BlobId>> expired;
  DHII_TRY(tx.db().each(
      "SELECT account, blob FROM upload WHERE expires_at<=? LIMIT ?",
      [&](Row row) { expired.emplace_back(row.get<AccountId>(0), blob_of(row.text(1))); }, tx.now(), kUploadSlice));
  for (const auto& [account, blob] : expired) {
    DHII_TRY(tx.db().run("DELETE FROM upload WHERE account=? AND blob=?", account, Blob{as_view(blob)}));
    DHII_TRY(release_upload(tx, blob));
  }
  return !expired.empty();
}

// The oldest go; the floor of their type rises, so that a client which would miss them is told to start over.
Result<bool> drop_old_tombstones(WriteTx& tx) {
  DHII_TRY_ASSIGN(const auto count, tx.db().find<std::int64_t>("SELECT count(*) FROM tombstone"));
  if (count.value_or(0) <= kMaxTombstones) return false;
  DHII_TRY_ASSIGN(const auto limit,
                  tx.db().find<std::int64_t>("SELECT destroyed FROM tombstone ORDER BY destroyed LIMIT 1 OFFSET ?",
                                             kTombstoneSlice));
  DHII_TRY(
      tx.db().run("UPDATE state SET floor=max(floor, (SELECT coalesce(max(destroyed), 0) FROM tombstone t WHERE "
                  "t.account=state.account AND "
                  "t.type=state.type AND t.destroyed<=?1))",
                  limit.value_or(0)));
  DHII_TRY(tx.db().run("DELETE FROM tombstone WHERE destroyed<=?", limit.value_or(0)));
  return true;
}

}  // namespace

Result<bool> upkeep(WriteTx& tx, PackStore& packs) {
  DHII_TRY(packs.remove_emptied(tx));
  DHII_TRY_ASSIGN(const bool uploads, drop_expired_uploads(tx));
  if (uploads) return true;
  DHII_TRY_ASSIGN(const bool tombstones, drop_old_tombstones(tx));
  if (tombstones) return true;
  DHII_TRY_ASSIGN(const auto bulk, tx.db().find<bool>("SELECT value FROM meta WHERE name='bulk'"));
  if (bulk.value_or(false)) return false;  // merging now would be undone by the next batches
  DHII_TRY_ASSIGN(const bool merged, merge_index(tx.db(), MergeBeside::kIdle));
  if (merged) return true;
  return packs.compact(tx);
}

void set_bulk_pragmas(Database& db, int cache_kib) {
  pragma(db, "synchronous=NORMAL");
  pragma(db, "cache_size=-" + std::to_string(cache_kib));
  pragma(db, "wal_autocheckpoint=" + std::to_string(kBulkCheckpointPages));
}

void set_normal_pragmas(Database& db, int cache_kib) {
  pragma(db, "synchronous=FULL");
  pragma(db, "cache_size=-" + std::to_string(cache_kib));
  pragma(db, "wal_autocheckpoint=" + std::to_string(kNormalCheckpointPages));
  db.release_memory();
  // What was committed without fsync becomes durable, and the WAL small again.
  sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

Result<void> erase_account(WriteTx& tx, AccountId account) {
  std::vector<EmailId> emails;
  DHII_TRY(tx.db().each(
      "SELECT email FROM placement WHERE view=?", [&](Row row) { emails.push_back(row.get<EmailId>(0)); },
      account_view(account)));
  std::vector<BlobId> uploads;
  for (const EmailId email : emails) {
    DHII_TRY(unindex_email(tx.db(), email));
    DHII_TRY_ASSIGN(auto row, find_email(tx, email));
    if (row) DHII_TRY(release_blob(tx, row->blob, email));
  }
  DHII_TRY(tx.db().each(
      "SELECT blob FROM upload WHERE account=?", [&](Row row) { uploads.push_back(blob_of(row.text(0))); }, account));
  DHII_TRY(tx.db().run("DELETE FROM placement WHERE view=?", account_view(account)));
  DHII_TRY(tx.db().run("DELETE FROM placement WHERE view IN (SELECT id FROM mailbox WHERE account=?)", account));
  DHII_TRY(tx.db().run("DELETE FROM thread_view WHERE thread IN (SELECT thread FROM email WHERE account=?)", account));
  DHII_TRY(tx.db().run("DELETE FROM view_count WHERE view=?2 OR view IN (SELECT id FROM mailbox WHERE account=?1)",
                       account, account_view(account)));
  DHII_TRY(tx.db().run("DELETE FROM remote WHERE mailbox IN (SELECT id FROM mailbox WHERE account=?)", account));
  DHII_TRY(tx.db().run("DELETE FROM remote_state WHERE mailbox IN (SELECT id FROM mailbox WHERE account=?)", account));
  DHII_TRY(tx.db().run("DELETE FROM email WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM keyword WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM thread_key WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM mailbox WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM pending_op WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM submission WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM identity WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM upload WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM tombstone WHERE account=?", account));
  DHII_TRY(tx.db().run("DELETE FROM state WHERE account=?", account));
  for (const BlobId& blob : uploads) DHII_TRY(release_upload(tx, blob));
  return {};
}

}  // namespace dhii::store
