#include "store/snapshot.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"
#include "store/control_store.hpp"
#include "store/database.hpp"
#include "store/tokenizer.hpp"

namespace dhii::store {
namespace {

// 2 MB between two questions whether to go on; a mail database of 10 GB asks 5,000 times.
constexpr int kPagesPerSlice = 512;

Result<bool> has_table(Database& db, std::string_view name) {
  DHII_TRY_ASSIGN(const auto found,
                  db.find<std::int64_t>("SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", name));
  return found.has_value();
}

Result<std::vector<Snapshot::Pack>> packs_of(Database& db) {
  std::vector<Snapshot::Pack> out;
  DHII_TRY_ASSIGN(const bool any, has_table(db, "pack"));
  if (!any) return out;
  DHII_TRY(db.each("SELECT id, end, id<(SELECT max(id) FROM pack) FROM pack WHERE sealed_at=0 ORDER BY id",
                   [&](Row row) { out.push_back({row.integer(0), row.integer(1), row.get<bool>(2)}); }));
  return out;
}

Result<std::int64_t> count(Database& db, std::string_view table, Sql sql) {
  DHII_TRY_ASSIGN(const bool any, has_table(db, table));
  if (!any) return 0;
  DHII_TRY_ASSIGN(const auto found, db.find<std::int64_t>(sql));
  return found.value_or(0);
}

// A bare connection for the copy: no WAL of its own, and no fsync before the last one. A copy that is not finished has
// no worth.
class Target {
 public:
  ~Target() { sqlite3_close_v2(db_); }
  Result<void> open(const std::filesystem::path& file, const Secret& key) {
    // Made by us: SQLite would let others read it.
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail(StoreError::kIo, file.string() + ": " + std::strerror(errno));
    ::close(fd);
    int code = sqlite3_open_v2(file.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code == SQLITE_OK) code = sqlite3_exec(db_, "PRAGMA cipher='sqlcipher'", nullptr, nullptr, nullptr);
    std::string text = "x'" + to_hex(key.reveal()) + "'";
    if (code == SQLITE_OK) code = sqlite3_key(db_, text.data(), static_cast<int>(text.size()));
    wipe(text);
    if (code == SQLITE_OK)
      code = sqlite3_exec(db_, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(StoreError::kIo, file.string() + ": " + sqlite3_errstr(code));
    return {};
  }
  sqlite3* handle() { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

Result<void> sync_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done) return fail(StoreError::kIo, file.string() + ": fsync");
  return {};
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<Database> db, const Secret& key) : db_(std::move(db)), key_(key.clone()) {}
Snapshot::~Snapshot() {
  if (db_->in_transaction()) std::ignore = db_->run("ROLLBACK");
}

Result<std::unique_ptr<Snapshot>> Snapshot::take(const std::filesystem::path& file, const Secret& key) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return fail(StoreError::kNotFound, file.string());
  DHII_TRY_ASSIGN(auto db, Database::open(file, key, {.access = Access::kReadOnly}));
  std::unique_ptr<Snapshot> snapshot(new Snapshot(std::move(db), key));
  DHII_TRY(snapshot->db_->run("BEGIN"));
  // The first read fixes the moment.
  DHII_TRY_ASSIGN(const auto version, snapshot->db_->find<std::int64_t>("PRAGMA user_version"));
  snapshot->schema_version_ = version.value_or(0);
  DHII_TRY(count(*snapshot->db_, "sqlite_schema", "SELECT count(*) FROM sqlite_schema"));
  return snapshot;
}

Result<std::vector<Snapshot::Pack>> Snapshot::packs() { return packs_of(*db_); }

Result<void> Snapshot::copy_to(const std::filesystem::path& target, const std::function<bool()>& go_on) {
  {
    Target copy;
    DHII_TRY(copy.open(target, key_));
    sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", db_->handle(), "main");
    if (backup == nullptr) return fail(StoreError::kIo, std::string("backup: ") + sqlite3_errmsg(copy.handle()));
    int code = SQLITE_OK;
    bool stopped = false;
    while (code == SQLITE_OK && !stopped) {
      code = sqlite3_backup_step(backup, kPagesPerSlice);
      stopped = code == SQLITE_OK && !go_on();
    }
    sqlite3_backup_finish(backup);
    if (stopped) return fail(StoreError::kBusy, "the copy was broken off");
    if (code != SQLITE_DONE) return std::unexpected(db_->error(code));
  }
  return sync_file(target);
}

namespace {
Result<Inspection> counts_of(Database& db) {
  Inspection out;
  DHII_TRY_ASSIGN(const auto version, db.find<std::int64_t>("PRAGMA user_version"));
  out.schema_version = version.value_or(0);
  DHII_TRY_ASSIGN(out.users, count(db, "user", "SELECT count(*) FROM user"));
  DHII_TRY_ASSIGN(out.accounts, count(db, "account", "SELECT count(*) FROM account"));
  DHII_TRY_ASSIGN(out.emails, count(db, "email", "SELECT count(*) FROM email"));
  DHII_TRY_ASSIGN(out.packs, packs_of(db));
  return out;
}
}  // namespace

Result<Inspection> count_in(const std::filesystem::path& file, const Secret& key) {
  DHII_TRY_ASSIGN(auto db, Database::open(file, key, {.access = Access::kImmutable}));
  return counts_of(*db);
}

Result<Inspection> inspect(const std::filesystem::path& file, const Secret& key) {
  DHII_TRY_ASSIGN(auto db, Database::open(file, key, {.access = Access::kImmutable}));
  DHII_TRY(register_tokenizer(*db));
  DHII_TRY_ASSIGN(const auto verdict, db->find<std::string>("PRAGMA integrity_check(1)"));
  if (verdict != "ok")
    return fail(StoreError::kCorrupt, file.filename().string() + ": " + verdict.value_or("integrity_check is silent"));
  return counts_of(*db);
}

namespace {

Result<std::unique_ptr<Database>> open_to_read(const std::filesystem::path& file, const Secret& key, FileState state) {
  return Database::open(file, key, {.access = state == FileState::kInUse ? Access::kReadOnly : Access::kImmutable});
}

}  // namespace

Result<std::vector<SealedMailKey>> mail_keys_in(const std::filesystem::path& file, const Secret& key, FileState state) {
  DHII_TRY_ASSIGN(auto db, open_to_read(file, key, state));
  std::vector<SealedMailKey> out;
  DHII_TRY(db->each("SELECT id, login, sealed_mail_key FROM user ORDER BY id", [&](Row row) {
    out.push_back({row.integer(0), row.get<std::string>(1), row.get<std::string>(2)});
  }));
  return out;
}

Result<AdministratorFactors> administrator_factors_in(const std::filesystem::path& file, const Secret& key,
                                                      FileState state) {
  DHII_TRY_ASSIGN(auto db, open_to_read(file, key, state));
  AdministratorFactors out;
  DHII_TRY(db->each(
      "SELECT login, EXISTS(SELECT 1 FROM totp WHERE totp.user=user.id AND length(sealed_secret)>0) OR "
      "EXISTS(SELECT 1 FROM passkey WHERE passkey.user=user.id) FROM user WHERE role=?1 AND NOT disabled ORDER BY id",
      [&](Row row) {
        ++out.administrators;
        if (!row.get<bool>(1)) out.without.push_back(row.get<std::string>(0));
      },
      UserRole::kAdministrator));
  return out;
}

}  // namespace dhii::store
