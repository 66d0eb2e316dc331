#include "store/database.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cerrno>

#include "base/bytes.hpp"

namespace dhii::store {
namespace {

bool is_disk_full(int code, int system_errno) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  return (code & 0xff) == SQLITE_IOERR && (system_errno == ENOSPC || system_errno == EFBIG || system_errno == EDQUOT);
}

StoreError store_error(int code, int system_errno) {
  if (is_disk_full(code, system_errno)) return StoreError::kDiskFull;
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return StoreError::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::kBusy;
    case SQLITE_CONSTRAINT:
      return StoreError::kConflict;
    default:
      return StoreError::kIo;
  }
}

std::atomic<ErrorObserver*> error_observer{nullptr};

void tell(StoreError error, const std::string& file, const std::string& detail) {
  if (error == StoreError::kConflict || error == StoreError::kNotFound || error == StoreError::kInvalid) return;
  if (auto* observer = error_observer.load(std::memory_order_acquire)) observer->database_failed(error, file, detail);
}

Result<void> execute(sqlite3* db, const char* sql, Database& self) {
  const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(self.error(code));
  return {};
}

// https://www.sqlite.org/uri.html: what could end the path or begin an escape is escaped.
std::string immutable_uri(const std::filesystem::path& file) {
  std::string out = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#')
      out += "%" + to_hex(std::string_view(&c, 1));
    else
      out += c;
  }
  return out + "?immutable=1";
}

}  // namespace

void observe_errors(ErrorObserver* observer) { error_observer.store(observer, std::memory_order_release); }

std::int64_t Row::integer(int column) const { return sqlite3_column_int64(stmt_, column); }
std::string_view Row::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}
bool Row::is_null(int column) const { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), text_(other.text_), stmt_(std::exchange(other.stmt_, nullptr)), code_(other.code_) {}

Statement::~Statement() {
  if (stmt_ == nullptr) return;
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);  // bound text belongs to callers
  db_->idle_[text_].push_back(stmt_);
}

void Statement::bind_integer(int index, std::int64_t value) {
  if (code_ == SQLITE_OK) code_ = sqlite3_bind_int64(stmt_, index, value);
}
void Statement::bind_text(int index, std::string_view value) {
  if (code_ == SQLITE_OK)
    code_ = sqlite3_bind_text64(stmt_, index, value.data() == nullptr ? "" : value.data(), value.size(),
                                SQLITE_TRANSIENT, SQLITE_UTF8);
}
void Statement::bind_blob(int index, std::string_view value) {
  if (code_ == SQLITE_OK)
    code_ =
        sqlite3_bind_blob64(stmt_, index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_TRANSIENT);
}
void Statement::bind_null(int index) {
  if (code_ == SQLITE_OK) code_ = sqlite3_bind_null(stmt_, index);
}

Result<bool> Statement::step() {
  if (code_ == SQLITE_OK) {
    const int code = sqlite3_step(stmt_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    code_ = code;
  }
  return std::unexpected(db_->error(code_, text_));
}

Result<void> Statement::run() {
  auto stepped = step();
  if (!stepped) return std::unexpected(stepped.error());
  reset();
  return {};
}

void Statement::reset() {
  if (stmt_ != nullptr) sqlite3_reset(stmt_);
  code_ = stmt_ == nullptr ? code_ : SQLITE_OK;
}

Statement Database::prepare(Sql sql) {
  auto& idle = idle_[sql.text()];
  if (!idle.empty()) {
    sqlite3_stmt* stmt = idle.back();
    idle.pop_back();
    return Statement(*this, sql.text(), stmt, SQLITE_OK);
  }
  sqlite3_stmt* stmt = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  return Statement(*this, sql.text(), stmt, code);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, const Secret& key,
                                                 const Options& options) {
  if (key.size() != 32) return fail(StoreError::kInvalid, "a database key has 32 bytes");
  sqlite3* handle = nullptr;
  const bool immutable = options.access == Access::kImmutable;
  const int flags = (immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE | (options.access == Access::kReadWrite ? SQLITE_OPEN_CREATE : 0);
  const std::string name = immutable ? immutable_uri(file) : file.string();
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> db(new Database(handle));
  if (code != SQLITE_OK) {
    const auto error = is_disk_full(code, errno) ? StoreError::kDiskFull : StoreError::kIo;
    tell(error, file.string(), "it can't be opened");
    return fail(error, file.string());
  }
  auto configured = db->configure(key, options);
  if (!configured) {
    // A foreign key or no database at all: page 1's MAC does not match.
    if (configured.error().is(StoreError::kCorrupt)) {
      // Who only looks (checks, backups) may well ask whether a wrong key is refused.
      if (!immutable) tell(StoreError::kWrongKey, file.string(), {});
      return fail(StoreError::kWrongKey, file.string());
    }
    return std::unexpected(configured.error());
  }
  db->opened_ = true;
  return db;
}

Result<void> Database::configure(const Secret& key, const Options& options) {
  sqlite3_busy_timeout(db_, options.busy_timeout_ms);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  DHII_TRY(execute(db_, "PRAGMA cipher='sqlcipher'", *this));
  {
    // "x'<64 hex>'" is a raw key: no key derivation, so that opening costs well under a millisecond.
    std::string text = "x'" + to_hex(key.reveal()) + "'";
    const int code = sqlite3_key(db_, text.data(), static_cast<int>(text.size()));
    wipe(text);
    if (code != SQLITE_OK) return std::unexpected(error(code));
  }
  if (options.access == Access::kImmutable)
    return execute(db_, "PRAGMA temp_store=MEMORY; PRAGMA query_only=ON; SELECT count(*) FROM sqlite_schema", *this);
  // FULL: what a user was told is done survives a power cut. Bulk loads lower it themselves.
  DHII_TRY(execute(
      db_,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
      "PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=ON; PRAGMA mmap_size=0; PRAGMA journal_size_limit=8388608",
      *this));
  const std::string cache = "PRAGMA cache_size=-" + std::to_string(options.cache_kib);
  DHII_TRY(execute(db_, cache.c_str(), *this));
  DHII_TRY(execute(db_, "SELECT count(*) FROM sqlite_schema", *this));
  if (options.access == Access::kReadOnly) DHII_TRY(execute(db_, "PRAGMA query_only=ON", *this));
  return {};
}

Database::~Database() {
  for (auto& [text, statements] : idle_)
    for (sqlite3_stmt* stmt : statements) sqlite3_finalize(stmt);
  sqlite3_close_v2(db_);
}

std::int64_t Database::changed_rows() const { return sqlite3_changes64(db_); }
std::int64_t Database::total_changed_rows() const { return sqlite3_total_changes64(db_); }
std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(db_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
void Database::release_memory() { sqlite3_db_release_memory(db_); }

Result<void> Database::sync_wal() {
  sqlite3_file* wal = nullptr;
  const int code = sqlite3_file_control(db_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (code != SQLITE_OK || wal == nullptr || wal->pMethods == nullptr)
    return std::unexpected(error(code == SQLITE_OK ? SQLITE_IOERR : code));
  const int synced = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  if (synced != SQLITE_OK) return std::unexpected(error(synced));
  return {};
}

Error Database::error(int code, std::string_view statement) const {
  std::string detail = db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_);
  if (!statement.empty()) detail += " in: " + std::string(statement.substr(0, 60));
  const StoreError error = store_error(code, db_ == nullptr ? 0 : sqlite3_system_errno(db_));
  // While a key is tried, "corrupt" means the key: open() tells.
  const char* file = db_ == nullptr || !opened_ ? nullptr : sqlite3_db_filename(db_, "main");
  if (file != nullptr) tell(error, file, detail);
  return Error(error, std::move(detail));
}

}  // namespace dhii::store
