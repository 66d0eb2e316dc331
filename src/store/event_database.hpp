// EventDatabase: the encrypted file of security events, alerts and blocks beside the control database. A file of its
// own, so that a flood of events makes nothing else wait. Two connections: one writes, one reads what is committed.
// Blocking and thread-safe; other processes (the command line) may have the file open too.
#pragma once
#include <filesystem>
#include <memory>
#include <mutex>

#include "store/database.hpp"
#include "store/transaction_times.hpp"

namespace dhii::store {

class EventDatabase {
 public:
  // `key`: 32 bytes. kWrongKey when the file does not open under it.
  static Result<std::unique_ptr<EventDatabase>> open(const std::filesystem::path& file, const Secret& key);

  // Before others use it.
  void measure(TransactionTimes times) { times_ = times; }

  // Runs `function(Database&)` alone, in a transaction that commits if it returns a value.
  template <class F>
  auto write(F function) -> std::invoke_result_t<F, Database&> {
    const metrics::Timer timer(times_.write);
    const std::scoped_lock lock(write_mutex_);
    DHII_TRY(writer_->run("BEGIN IMMEDIATE"));
    auto out = function(*writer_);
    if (out) {
      if (auto committed = writer_->run("COMMIT"); !committed) out = std::unexpected(committed.error());
    }
    if (!out && writer_->in_transaction()) std::ignore = writer_->run("ROLLBACK");
    return out;
  }
  template <class F>
  auto read(F function) -> std::invoke_result_t<F, Database&> {
    const metrics::Timer timer(times_.read);
    const std::scoped_lock lock(read_mutex_);
    return function(*reader_);
  }

 private:
  EventDatabase(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}
  TransactionTimes times_;
  std::mutex write_mutex_, read_mutex_;
  std::unique_ptr<Database> writer_, reader_;
};

}  // namespace dhii::store
