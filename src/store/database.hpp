// Database: one SQLite connection to an encrypted file (cipher `sqlcipher`, raw 256-bit key, WAL). Owned by a store;
// used by one thread at a time, never by the io thread. SQL comes only as literals of our own source (Sql has a
// consteval constructor), values only as bound arguments. Statements are prepared once per connection and kept. Errors
// are StoreError; the detail never holds a bound value.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/errors.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dhii::store {

// A statement that stands in our source: nothing from outside can become SQL.
class Sql {
 public:
  consteval Sql(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor): a literal is SQL
  const char* text() const { return text_; }

 private:
  const char* text_;
};

// Bytes rather than text, as an argument.
struct Blob {
  std::string_view bytes;
};

// The current row of a statement. Views live until the statement steps or ends.
class Row {
 public:
  explicit Row(sqlite3_stmt* stmt) : stmt_(stmt) {}
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;  // text or blob
  bool is_null(int column) const;
  // Integers, enums, bool, strong ids, Timestamp (milliseconds), std::string.
  template <class T>
  T get(int column) const {
    if constexpr (std::is_same_v<T, std::string>)
      return std::string(text(column));
    else if constexpr (std::is_same_v<T, Timestamp>)
      return from_unix_ms(integer(column));
    else if constexpr (std::is_same_v<T, bool>)
      return integer(column) != 0;
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
      return static_cast<T>(integer(column));
    else
      return T(static_cast<typename T::rep>(integer(column)));
  }

 private:
  sqlite3_stmt* stmt_;
};

class Database;

// A prepared statement on loan from its connection; goes back, reset, when this object does. Must not outlive the
// connection.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  template <class... A>
  Statement& bind(const A&... args) {
    int index = 0;
    (bind_one(++index, args), ...);
    return *this;
  }
  // True: there is a row. The first error sticks.
  Result<bool> step();
  // For statements that return nothing, and for going on with new arguments.
  Result<void> run();
  void reset();
  Row row() const { return Row(stmt_); }

 private:
  friend class Database;
  Statement(Database& db, const char* text, sqlite3_stmt* stmt, int code)
      : db_(&db), text_(text), stmt_(stmt), code_(code) {}
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, std::string_view value);
  void bind_null(int index);

  template <class T>
  void bind_one(int index, const T& value) {
    if constexpr (std::is_same_v<T, Blob>)
      bind_blob(index, value.bytes);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      bind_text(index, value);
    else if constexpr (std::is_same_v<T, Timestamp>)
      bind_integer(index, to_unix_ms(value));
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
      bind_integer(index, static_cast<std::int64_t>(value));
    else if constexpr (std::is_same_v<T, std::nullptr_t>)
      bind_null(index);
    else
      bind_integer(index, static_cast<std::int64_t>(value.value));
  }

  Database* db_;
  const char* text_;
  sqlite3_stmt* stmt_;
  int code_;
};

// kImmutable: a file that nobody writes (a backup): read without locks, WAL or any trace beside it.
enum class Access { kReadWrite, kReadOnly, kImmutable };
// Hears of every error of every database that is not an ordinary answer: unreadable, damaged, full, locked for too
// long, under another key. One for the process, set once at start; called on any thread, in the middle of the failing
// call.
class ErrorObserver {
 public:
  virtual ~ErrorObserver() = default;
  virtual void database_failed(StoreError error, const std::string& file, const std::string& detail) noexcept = 0;
};
void observe_errors(ErrorObserver* observer);

class Database {
 public:
  struct Options {
    Access access = Access::kReadWrite;
    int cache_kib = 2048;
    int busy_timeout_ms = 10'000;  // another process (the command line) may be writing
  };
  // Creates the file when there is none and access is kReadWrite. `key`: 32 bytes. kWrongKey when the file does not
  // open under it.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, const Secret& key,
                                                const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement prepare(Sql sql);

  template <class... A>
  Result<void> run(Sql sql, const A&... args) {
    return prepare(sql).bind(args...).run();
  }
  // First column of the first row.
  template <class T, class... A>
  Result<std::optional<T>> find(Sql sql, const A&... args) {
    auto statement = prepare(sql);
    statement.bind(args...);
    DHII_TRY_ASSIGN(const bool found, statement.step());
    if (!found || statement.row().is_null(0)) return std::optional<T>();
    return std::optional<T>(statement.row().template get<T>(0));
  }
  // Calls `row(Row)` for each row; it returns nothing, or Result<void>, or bool (false: enough).
  template <class F, class... A>
  Result<void> each(Sql sql, F&& row, const A&... args) {
    auto statement = prepare(sql);
    statement.bind(args...);
    for (;;) {
      DHII_TRY_ASSIGN(const bool more, statement.step());
      if (!more) return {};
      using Out = std::invoke_result_t<F&, Row>;
      if constexpr (std::is_void_v<Out>)
        row(statement.row());
      else if constexpr (std::is_same_v<Out, bool>) {
        if (!row(statement.row())) return {};
      } else
        DHII_TRY(row(statement.row()));
    }
  }

  std::int64_t changed_rows() const;  // by the last INSERT, UPDATE or DELETE
  std::int64_t total_changed_rows() const;
  std::int64_t last_insert_id() const;
  bool in_transaction() const;
  void release_memory();
  // Makes committed WAL frames durable now (fsync), whatever `synchronous` says.
  Result<void> sync_wal();
  Error error(int code, std::string_view statement = {}) const;
  sqlite3* handle() { return db_; }

 private:
  friend class Statement;
  explicit Database(sqlite3* db) : db_(db) {}
  Result<void> configure(const Secret& key, const Options& options);
  sqlite3* db_;
  bool opened_ = false;
  std::unordered_map<const char*, std::vector<sqlite3_stmt*>> idle_;
};

}  // namespace dhii::store
