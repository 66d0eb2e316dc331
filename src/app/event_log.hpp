// EventLog: the journal of security events of this installation, opened: the database beside the control database, its
// keys, and (after start()) the thread that writes. `serve` owns one for its life; commands open it for a moment.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/installation.hpp"
#include "security/journal/journal.hpp"
#include "store/event_database.hpp"

namespace dhii::app {

class EventLog {
 public:
  // `lines`: who writes what was stored into the log; null: this does, through spdlog. Outlives the result.
  static Result<std::unique_ptr<EventLog>> open(Installation& installation, event::Follower* lines = nullptr);
  // "security_events.db" beside the control database.
  static std::filesystem::path database_file(const config::Settings& settings);
  static std::filesystem::path heads_file(const config::Settings& settings);

  store::EventDatabase& database() { return *database_; }
  store::EventJournal& rows() { return rows_; }
  security::Journal& journal() { return journal_; }
  const std::string& public_key() const { return public_key_; }  // 32 bytes, for the signed heads
  // Threads inherit the sandbox: call after it was entered.
  void start() { journal_.start(); }
  void stop() { journal_.stop(); }

 private:
  EventLog(std::unique_ptr<store::EventDatabase> database, Installation& installation, event::Follower* lines);

  class LogLines final : public event::Follower {
   public:
    void stored(std::span<const event::Entry> entries) noexcept override;
  };

  std::unique_ptr<store::EventDatabase> database_;
  store::EventJournal rows_;
  std::string public_key_;
  LogLines log_lines_;
  security::Journal journal_;
};

// For commands: opens the journal, records one event and closes it again. A journal that can't be opened is told in the
// log; the command was done all the same.
void record_once(Installation& installation, event::Event event);

}  // namespace dhii::app
