// CONTRACT. MailStore: one user's mail database (SQLite, encrypted pages) and blob files. Blocking and thread-safe:
// call it from a BlockingPool thread, never from the io thread. Many readers (WAL snapshots), one writer at a time.
//   auto inbox = store.read([&](ReadTx& tx) { return list_mailboxes(tx, account); });
//   auto done  = store.write([&](WriteTx& tx) -> Result<void> { return set_keywords(tx, ...); });
// write(): BEGIN IMMEDIATE, then commit if the function returned a value, roll back if it returned an error or threw;
// after the commit on_change is called (from the calling thread) once per touched account.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <type_traits>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/errors.hpp"
#include "store/transaction_times.hpp"
#include "store/types.hpp"

namespace dhii::store {

class Database;   // one SQLite connection (store/database.hpp)
class BlobStore;  // store/blob_store.hpp
struct TxState;   // what a write transaction gathers (store/tx_state.hpp)

// A snapshot. Valid inside the function it is passed to only.
class ReadTx {
 public:
  ReadTx(Database& db, BlobStore& blobs) : db_(&db), blobs_(&blobs) {}
  Database& db() { return *db_; }
  BlobStore& blobs() { return *blobs_; }
  const TxState* pending() const { return state_; }  // null in a read transaction

 protected:
  TxState* state_ = nullptr;

 private:
  Database* db_;
  BlobStore* blobs_;
};

// The write transaction. Each changed object takes the next change number, so that /changes can be cut anywhere (RFC
// 8620 §5.2).
class WriteTx : public ReadTx {
 public:
  using State = TxState;
  WriteTx(Database& db, BlobStore& blobs, State& state) : ReadTx(db, blobs) { state_ = &state; }
  ChangeNumber change_number();  // the last one taken; takes one if none was
  ChangeNumber next_change(AccountId account,
                           DataType type);       // takes the next and moves the account's state of the type to it
  void touch(AccountId account, DataType type);  // this account's state of the type moves to change_number()
  void note_pending_op(AccountId account);
  void note_submission(AccountId account);
  void note_destroyed(AccountId account);                      // by the user, not upstream
  void note_recipients(AccountId account, std::size_t count);  // of what goes into the outbox
  Timestamp now() const;
  Random& random();
};

class MailStore {
 public:
  struct Options {
    std::filesystem::path directory;  // .../mail/u<N>/ : mail.db and blobs/
    UserId user;
    const Clock* clock = nullptr;
    Random* random = nullptr;
    std::function<void(const ChangeEvent&)> on_change;  // must be quick and thread-safe; may be empty
    TransactionTimes times{};
  };
  // Creates the files when there are none; migrates an older schema. `key`: 32 bytes, this user's own random key.
  static Result<std::unique_ptr<MailStore>> open(Options options, const Secret& key);
  ~MailStore();

  template <class F>
  std::invoke_result_t<F, ReadTx&> read(F&& function) {
    std::invoke_result_t<F, ReadTx&> out = std::unexpected(Error(StoreError::kIo));
    if (auto lent = with_reader([&](ReadTx& tx) { out = function(tx); }); !lent) return std::unexpected(lent.error());
    return out;
  }

  template <class F>
  std::invoke_result_t<F, WriteTx&> write(F&& function) {
    std::invoke_result_t<F, WriteTx&> out = std::unexpected(Error(StoreError::kIo));
    auto done = with_writer([&](WriteTx& tx) {
      out = function(tx);
      return out.has_value();
    });
    if (!done) return std::unexpected(done.error());
    return out;
  }

  BlobStore& blobs();  // prepare() and get() are thread-safe without a transaction
  UserId user() const;
  // First sync: bigger FTS5 hash, no automerge, fewer checkpoints (DESIGN §4 "Bulk indexing"); ending it restores and
  // starts merging.
  void begin_bulk();
  void end_bulk();
  // A small slice of background work (FTS merge, checkpoint, blob compaction). Returns true when more is left.
  Result<bool> maintain();

 private:
  struct Impl;
  explicit MailStore(std::unique_ptr<Impl> impl);
  Result<void> with_reader(const std::function<void(ReadTx&)>& function);
  Result<void> with_writer(const std::function<bool(WriteTx&)>& function);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dhii::store
