// ControlDatabase: the one connection to the control database, shared by ControlStore and the repositories beside it
// (control_*.hpp), each of which owns its tables. Blocking and thread-safe: one caller at a time, so keep transactions
// short and never call a repository from inside another's transaction.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "store/transaction_times.hpp"

namespace dhii::store {

class ControlDatabase {
 public:
  ControlDatabase(std::unique_ptr<Database> db, const Clock& clock) : db_(std::move(db)), clock_(clock) {}

  // Before others use it.
  void measure(TransactionTimes times) { times_ = times; }

  // Runs `function(Database&)` alone, inside a transaction that commits if it returns a value.
  template <class F>
  auto write(F function) -> std::invoke_result_t<F, Database&> {
    const metrics::Timer timer(times_.write);
    const std::scoped_lock lock(mutex_);
    DHII_TRY(db_->run("BEGIN IMMEDIATE"));
    auto out = function(*db_);
    if (out) {
      if (auto committed = db_->run("COMMIT"); !committed) out = std::unexpected(committed.error());
    }
    if (!out && db_->in_transaction()) std::ignore = db_->run("ROLLBACK");
    return out;
  }
  template <class F>
  auto read(F function) -> std::invoke_result_t<F, Database&> {
    const metrics::Timer timer(times_.read);
    const std::scoped_lock lock(mutex_);
    return function(*db_);
  }
  // At least one row must change, or kNotFound.
  template <class... A>
  Result<void> change_one(Sql sql, const A&... args) {
    return write([&](Database& db) -> Result<void> {
      DHII_TRY(db.run(sql, args...));
      if (db.changed_rows() == 0) return fail(StoreError::kNotFound);
      return {};
    });
  }
  Timestamp now() const { return clock_.now(); }

 private:
  TransactionTimes times_;
  std::mutex mutex_;
  std::unique_ptr<Database> db_;
  const Clock& clock_;
};

// The first row as `make(Row)` sees it; nothing when there is none.
template <class T, class F, class... A>
Result<std::optional<T>> find_row(Database& db, Sql sql, F make, const A&... args) {
  std::optional<T> out;
  DHII_TRY(db.each(
      sql,
      [&](Row row) {
        out = make(row);
        return false;
      },
      args...));
  return out;
}
template <class T, class F, class... A>
Result<std::vector<T>> find_rows(Database& db, Sql sql, F make, const A&... args) {
  std::vector<T> out;
  DHII_TRY(db.each(sql, [&](Row row) { out.push_back(make(row)); }, args...));
  return out;
}

}  // namespace dhii::store
