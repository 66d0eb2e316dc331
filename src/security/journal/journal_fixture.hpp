// For tests of security/: a journal on a real encrypted database in a temporary folder, with a clock moved by hand.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "crypto/sign.hpp"
#include "security/journal/journal.hpp"

namespace dhii::security {

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-journal-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    options.heads_file = folder / "heads";
    options.gather = std::chrono::milliseconds(1);
    open();
  }
  ~JournalTest() override {
    journal.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  void open() {
    journal.reset();
    rows.reset();
    database.reset();
    auto opened = store::EventDatabase::open(folder / "events.db", key());
    ASSERT_TRUE(opened) << opened.error().message();
    database = std::move(*opened);
    rows.emplace(*database);
    journal.emplace(*rows, Journal::Keys{chain_key(), seed()}, clock, random, options);
  }
  static Secret key() { return Secret(std::string(32, 'k')); }
  static Secret chain_key() { return Secret(std::string(32, 'c')); }
  static Secret seed() { return Secret(std::string(32, 's')); }

  static event::Event failed_sign_in(std::string actor, std::string address = "192.0.2.7") {
    return {.kind = event::Kind::kSignInFailed,
            .actor = std::move(actor),
            .address = std::move(address),
            .detail = "wrong password"};
  }
  void record(event::Event event) { journal->record(std::move(event)); }
  std::vector<store::EventRow> all() {
    journal->flush();
    return rows->from(1, 100'000).value();
  }
  std::vector<std::string> heads() const {
    std::ifstream in(options.heads_file);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  Verdict verdict() { return verify(*rows, journal->chain(), heads(), crypto::ed25519_public_key(seed())).value(); }
  // What somebody with the database's key could do.
  void tamper(store::Sql sql) {
    ASSERT_TRUE(database->write([&](store::Database& db) { return db.run(sql); }));
  }

  std::filesystem::path folder;
  ManualClock clock;
  SystemRandom random;
  JournalOptions options;
  std::unique_ptr<store::EventDatabase> database;
  std::optional<store::EventJournal> rows;
  std::optional<Journal> journal;
};

}  // namespace dhii::security
