// What must hold whatever happens: no plaintext on disk, the wrong key said, damage noticed, a kill or a full disk at
// any moment survived.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/bytes.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "store/pack_store.hpp"
#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

namespace fs = std::filesystem;

class Safety : public StoreTest {
 protected:
  static std::string slurp(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path))
      if (entry.is_regular_file()) out.push_back(entry.path());
    return out;
  }
  std::string integrity() {
    return must(store->read([](ReadTx& tx) { return tx.db().find<std::string>("PRAGMA integrity_check"); }))
        .value_or("");
  }
  // FTS5 checks its own structure against its averages.
  void expect_index_whole() {
    const auto done =
        store->write([](WriteTx& tx) { return tx.db().run("INSERT INTO fts(fts) VALUES('integrity-check')"); });
    EXPECT_TRUE(done) << done.error().message();
  }
};

std::string utf16(std::string_view ascii, bool big) {
  std::string out;
  for (const char c : ascii) out += big ? std::string("\0", 1) + c : c + std::string("\0", 1);
  return out;
}

TEST_F(Safety, NoPlaintextStandsInAnyFileOfTheDataFolder) {
  // Long words, so that chance can't write them; in the forms in which they would stand in a database, an index, a WAL
  // or a message.
  const std::vector<std::string> secrets = {"Xylophonsubjekt", "zanzibaradresse", "quasimodokoerper", "filigranname",
                                            "schluesselwort"};
  TestMail mail{.from = "Zed <zanzibaradresse@example.com>",
                .subject = "Xylophonsubjekt",
                .body = "quasimodokoerper quasimodokoerper\r\n"};
  auto email = make(mail, inbox, 1);
  email.digest.search.attachment_names = "filigranname.pdf";
  email.keywords.add("schluesselwort");
  const EmailId id = add(email);
  make_mailbox("filigranname", Role::kNone, "filigranname");
  write([&](WriteTx& tx) { return set_keywords(tx, kAccount, id, {0, {"schluesselwort"}}, Origin::kLocal); });
  const auto upload = store->blobs().prepare("quasimodokoerper");
  write([&](WriteTx& tx) { return keep_upload(tx, kAccount, upload, "text/filigranname"); });
  store->begin_bulk();
  for (int i = 0; i < 50; ++i)
    add(TestMail{.subject = "Xylophonsubjekt " + std::to_string(i), .body = mail.body}, inbox,
        100 + static_cast<std::uint32_t>(i));
  store->end_bulk();
  add(TestMail{.subject = "Xylophonsubjekt last", .body = mail.body}, inbox, 999);

  const auto look = [&] {
    std::size_t bytes = 0;
    bool wal = false, pack = false;
    for (const auto& file : files()) {
      const std::string content = slurp(file);
      bytes += content.size();
      wal |= file.string().ends_with("-wal") && !content.empty();
      pack |= file.string().ends_with(".pack");
      const std::string lower = ascii_lower(content);
      for (const auto& secret : secrets) {
        EXPECT_EQ(lower.find(ascii_lower(secret)), std::string::npos) << secret << " in " << file;
        for (const std::string& form : {utf16(secret, false), utf16(secret, true), to_hex(secret)})
          EXPECT_EQ(content.find(form), std::string::npos) << secret << " in " << file;
        for (std::size_t shift = 0; shift < 3; ++shift) {  // base64 of the middle, whatever stands before it
          const std::string encoded =
              to_base64(std::string_view(secret).substr(shift, (secret.size() - shift) / 3 * 3));
          EXPECT_EQ(content.find(encoded), std::string::npos) << secret << " in " << file;
        }
      }
      EXPECT_EQ(content.find("SQLite format"), std::string::npos) << file;
    }
    EXPECT_GT(bytes, 50'000U);
    EXPECT_TRUE(pack);
    return wal;
  };
  EXPECT_TRUE(look()) << "the WAL must have been looked at while it was there";
  store.reset();
  look();
}

TEST_F(Safety, SaysThatTheKeyIsWrong) {
  add(TestMail{}, inbox, 1);
  store.reset();
  const auto opened =
      MailStore::open({.directory = folder.path / "u1", .user = UserId(1), .clock = &clock, .random = &random},
                      Secret(std::string_view("ffffffffffffffffffffffffffffffff")));
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::kWrongKey));
  EXPECT_NE(opened.error().message().find("key"), std::string::npos);
}

TEST_F(Safety, RefusesADatabaseOfANewerRelease) {
  write([&](WriteTx& tx) { return tx.db().run("PRAGMA user_version=1000"); });
  store.reset();
  const auto opened =
      MailStore::open({.directory = folder.path / "u1", .user = UserId(1), .clock = &clock, .random = &random}, key);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::kTooNew));
}

TEST_F(Safety, AFailedMigrationLeavesTheOldSchema) {
  auto db = must(Database::open(folder.path / "m.db", key, {}));
  const Migration good[] = {{"CREATE TABLE a(x)"}};
  const Migration bad[] = {{"CREATE TABLE a(x)"}, {"CREATE TABLE b(x); INSERT INTO nonsense VALUES(1)"}};
  ASSERT_TRUE(migrate(*db, good));
  EXPECT_FALSE(migrate(*db, bad));
  EXPECT_EQ(must(db->find<std::int64_t>("PRAGMA user_version")), 1);
  EXPECT_EQ(must(db->find<std::int64_t>("SELECT count(*) FROM sqlite_schema")), 1);
  EXPECT_TRUE(migrate(*db, good)) << "again does nothing";
}

TEST_F(Safety, EveryChangedByteOfABlobIsNoticed) {
  const std::string raw = TestMail{.body = "some body that is worth keeping\r\n"}.raw();
  const EmailId id = add(make(TestMail{.body = "some body that is worth keeping\r\n"}, inbox, 1));
  const BlobId blob = email(id)->blob;
  const fs::path pack = folder.path / "u1" / "blobs" / "000001.pack";
  const std::string whole = slurp(pack);
  const auto get = [&] { return store->read([&](ReadTx& tx) { return tx.blobs().get(tx, blob); }); };
  ASSERT_EQ(*get(), raw);
  for (std::size_t at = 16; at < whole.size(); at += 7) {
    std::fstream out(pack, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(at));
    out.put(static_cast<char>(whole[at] ^ 0x20));
    out.close();
    const auto got = get();
    ASSERT_FALSE(got) << "byte " << at;
    EXPECT_TRUE(got.error().is(StoreError::kCorrupt)) << got.error().message();
    std::fstream back(pack, std::ios::in | std::ios::out | std::ios::binary);
    back.seekp(static_cast<std::streamoff>(at));
    back.put(whole[at]);
  }
  EXPECT_EQ(*get(), raw);
  fs::resize_file(pack, whole.size() - 10);
  EXPECT_TRUE(get().error().is(StoreError::kCorrupt));
  fs::remove(pack);
  store.reset();
  open();
  EXPECT_TRUE(get().error().is(StoreError::kCorrupt));
}

TEST_F(Safety, BlobsOfAnySizeComeBack) {
  std::string noise(1'000'003, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
  for (const std::string& raw :
       {std::string(), std::string(1, '\0'), std::string(15, 'a'), std::string(16, 'a'), std::string(100'000, 'a'),
        noise, std::string("From: a\r\n\r\n") + std::string(70'000, '=') + noise.substr(0, 200'000)}) {
    const auto blob = store->blobs().prepare(raw);
    EXPECT_EQ(blob.id, store->blobs().id_of(raw));
    EXPECT_LT(blob.sealed.size(), raw.size() + 200);
    write([&](WriteTx& tx) { return tx.blobs().append(tx, blob); });
    EXPECT_EQ(*store->read([&](ReadTx& tx) { return tx.blobs().get(tx, blob.id); }), raw);
    EXPECT_EQ(*store->read([&](ReadTx& tx) { return tx.blobs().size(tx, blob.id); }),
              static_cast<std::int64_t>(raw.size()));
  }
  EXPECT_LT(store->blobs().prepare(std::string(100'000, 'a')).sealed.size(), 1000U) << "compressed";
}

TEST_F(Safety, BlobIdsAreKeyed) {
  const PackStore other(folder.path / "other", Secret(std::string_view("ffffffffffffffffffffffffffffffff")));
  EXPECT_NE(other.id_of("same"), store->blobs().id_of("same"));
  const auto id = store->blobs().id_of("same");
  EXPECT_EQ(parse_blob_id(to_text(id)), id);
  for (const char* bad :
       {"", "b", "bzz", "c0123456789012345678901234567890123456789", "b012345678901234567890123456789012345678A"})
    EXPECT_FALSE(parse_blob_id(bad)) << bad;
}

TEST_F(Safety, DeadBlobsGiveTheirSpaceBackAndTheLivingSurvive) {
  std::vector<EmailId> ids;
  std::string noise(400'000, '\0');
  for (std::uint32_t i = 0; i < 700; i += 1) {  // two packs and a bit
    random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
    NewEmail mail{.account = kAccount,
                  .blob = store->blobs().prepare(noise),
                  .received_at = clock.now(),
                  .mailboxes = {inbox},
                  .uid = Uid(i + 1)};
    ids.push_back(add(mail));
  }
  const auto pack = folder.path / "u1" / "blobs" / "000001.pack";
  ASSERT_TRUE(fs::exists(pack));
  std::vector<std::uint32_t> gone;
  write([&](WriteTx& tx) -> Result<void> {
    for (std::size_t i = 0; i < 320; ++i)
      if (i % 5 != 0) DHII_TRY(destroy_email(tx, kAccount, ids[i], Origin::kUpstream));
    return {};
  });
  while (must(store->maintain())) {
  }
  clock.advance(std::chrono::hours(2));
  while (must(store->maintain())) {
  }
  EXPECT_FALSE(fs::exists(pack));
  for (std::size_t i = 0; i < 320; i += 5) {
    const auto raw = store->read([&](ReadTx& tx) { return tx.blobs().get(tx, email(ids[i])->blob); });
    ASSERT_TRUE(raw) << raw.error().message();
    ASSERT_EQ(raw->size(), noise.size());
  }
}

// ---- kill -9 at any moment
// ---------------------------------------------------------------------------------------------------------------

TEST_F(Safety, WhatWasAcknowledgedSurvivesAKillAtAnyMoment) {
  store.reset();
  std::set<std::string> acknowledged;
  for (int round = 0; round < 12; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe_fds[0]);
      open();
      if (round % 3 == 2) store->begin_bulk();
      for (std::uint32_t i = 0;; ++i) {
        const std::string name = std::to_string(round) + "-" + std::to_string(i);
        std::vector<NewEmail> batch;
        for (std::uint32_t k = 0; k < 5; ++k)
          batch.push_back(make(TestMail{.subject = "s " + name,
                                        .body = name + " part " + std::to_string(k),
                                        .message_id = name + "." + std::to_string(k)},
                               inbox, static_cast<std::uint32_t>(round) * 1'000'000 + i * 5 + k + 1));
        auto added = store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); });
        if (!added) ::_exit(1);
        for (std::uint32_t k = 0; k < 5; ++k) {
          const std::string line = name + "." + std::to_string(k) + "\n";
          if (::write(pipe_fds[1], line.data(), line.size()) < 0) ::_exit(1);
        }
        if (i % 3 == 2) {
          auto gone = store->write(
              [&](WriteTx& tx) { return set_keywords(tx, kAccount, (*added)[1], {1, {}}, Origin::kLocal); });
          if (!gone) ::_exit(1);
        }
      }
    }
    ::close(pipe_fds[1]);
    ::usleep(static_cast<useconds_t>(20'000 + random.below(120'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed by itself";
    std::string told;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(pipe_fds[0], buffer, sizeof buffer)) > 0;)
      told.append(buffer, static_cast<std::size_t>(n));
    ::close(pipe_fds[0]);
    std::istringstream lines(told.substr(0, told.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) acknowledged.insert(line);

    open();
    ASSERT_EQ(integrity(), "ok") << "round " << round;
    expect_index_whole();
    for (const auto& message_id : acknowledged) {
      const auto id = must(store->read([&](ReadTx& tx) { return find_by_message_id(tx, kAccount, message_id); }));
      ASSERT_TRUE(id) << message_id << " was acknowledged and is gone, round " << round;
    }
    // Whole batches or nothing, counters and blobs included.
    const Mailbox m = mailbox(inbox);
    EXPECT_EQ(m.total_emails % 5, 0);
    EXPECT_EQ(m.total_emails,
              must(store->read([&](ReadTx& tx) { return tx.db().find<std::int64_t>("SELECT count(*) FROM email"); })));
    std::vector<BlobId> blobs;
    ASSERT_TRUE(store->read([&](ReadTx& tx) -> Result<void> {
      std::vector<EmailId> ids;
      DHII_TRY(tx.db().each("SELECT id FROM email", [&](Row row) { ids.push_back(row.get<EmailId>(0)); }));
      DHII_TRY_ASSIGN(const auto emails, get_emails(tx, kAccount, ids));
      for (const auto& e : emails) {
        const auto raw = tx.blobs().get(tx, e.blob);
        EXPECT_TRUE(raw) << raw.error().message();
      }
      return {};
    }));
    store.reset();
  }
  EXPECT_GT(acknowledged.size(), 100U);
}

// ---- a full disk
// ---------------------------------------------------------------------------------------------------------------------------

TEST_F(Safety, AFullDiskIsSaidAndNothingIsLost) {
  store.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    open();
    std::size_t kept = 0;
    std::string noise(20'000, '\0');
    std::vector<EmailId> ids;
    const rlimit limit{2'000'000, 2'000'000};  // per file: reached by the WAL, the database or the pack
    ::setrlimit(RLIMIT_FSIZE, &limit);
    bool said = false;
    for (std::uint32_t i = 0; i < 200 && !said; ++i) {
      random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
      auto mail = make(TestMail{.body = to_base64(noise)}, inbox, i + 1);
      const auto added =
          store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&mail, 1), Origin::kUpstream); });
      if (added) {
        ids.push_back(added->front());
        ++kept;
      } else {
        said = added.error().is(StoreError::kDiskFull);
        if (!said) ::fprintf(stderr, "%s\n", added.error().message().c_str());
        if (!said) ::_exit(2);
      }
    }
    if (!said || kept < 5) ::_exit(3);
    // Still readable, and whole.
    for (const EmailId id : ids)
      if (!email(id) || !store->read([&](ReadTx& tx) { return tx.blobs().get(tx, email(id)->blob); })) ::_exit(4);
    if (mailbox(inbox).total_emails != static_cast<std::int64_t>(kept)) ::_exit(5);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
  open();
  EXPECT_EQ(integrity(), "ok");
  EXPECT_GE(mailbox(inbox).total_emails, 5);
  EXPECT_TRUE(email(add(TestMail{.subject = "after"}, inbox, 9999))) << "and it goes on when there is space again";
}

// ---- readers and the writer at once
// ---------------------------------------------------------------------------------------------------------

TEST_F(Safety, ReadersSeeWholeTransactionsWhileTheWriterWrites) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  std::atomic<int> looks = 0;
  for (int t = 0; t < 3; ++t)
    readers.emplace_back([&] {
      while (!done) {
        const auto ok = store->read([&](ReadTx& tx) -> Result<bool> {
          DHII_TRY_ASSIGN(const auto m, get_mailbox(tx, inbox));
          DHII_TRY_ASSIGN(const auto rows,
                          tx.db().find<std::int64_t>("SELECT count(*) FROM placement WHERE view=?", inbox));
          return rows == m.total_emails && m.total_emails % 3 == 0;
        });
        EXPECT_TRUE(ok && *ok);
        ++looks;
      }
    });
  for (std::uint32_t i = 0; i < 60; ++i) {
    std::vector<NewEmail> batch;
    for (std::uint32_t k = 0; k < 3; ++k)
      batch.push_back(make(TestMail{.body = std::to_string(i * 3 + k)}, inbox, i * 3 + k + 1));
    must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_GT(looks, 10);
}

TEST_F(Safety, ConnectionsCloseWhenIdleAndComeBack) {
  const EmailId id = add(TestMail{}, inbox, 1);
  ASSERT_TRUE(email(id));
  while (must(store->maintain())) {
  }
  clock.advance(std::chrono::minutes(1));
  EXPECT_FALSE(must(store->maintain()));
  int open_files = 0;
  for (const auto& fd : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    open_files += fs::read_symlink(fd.path(), gone).string().starts_with(folder.path.string()) ? 1 : 0;
  }
  EXPECT_EQ(open_files, 0);
  EXPECT_TRUE(email(id));
  EXPECT_TRUE(email(add(TestMail{.body = "2"}, inbox, 2)));
}

// ---- plans
// ------------------------------------------------------------------------------------------------------------------------------------

// No statement of the hot paths may walk through a big table: "SCAN email" and the like cost what the mailbox holds.
TEST_F(Safety, HotStatementsUseTheirIndexes) {
  add(TestMail{}, inbox, 1);
  std::string bad;
  ASSERT_TRUE(store->read([&](ReadTx& tx) -> Result<void> {
    const auto check = [&](Sql sql) -> Result<void> {
      return tx.db().each(sql, [&](Row row) {
        const std::string line(row.text(3));
        for (const char* table :
             {"SCAN email", "SCAN placement", "SCAN remote", "SCAN thread_view", "SCAN thread_key", "SCAN blob",
              "SCAN keyword", "SCAN tombstone", "SCAN pending_op", "SCAN e", "SCAN p", "SCAN r", "TEMP B-TREE"})
          if (line.find(table) != std::string::npos) bad += std::string(sql.text()) + ": " + line + "\n";
      });
    };
    DHII_TRY(check("EXPLAIN QUERY PLAN SELECT email FROM placement WHERE view=? AND email<=? ORDER BY email DESC"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT email FROM placement INDEXED BY placement_unread WHERE view=? AND email<=? "
              "AND (bits & 1) = 0 ORDER "
              "BY email DESC"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT newest FROM thread_view WHERE view=? ORDER BY newest DESC LIMIT ? OFFSET ?"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT id, created, updated FROM email WHERE account=? AND updated>? ORDER BY "
              "updated LIMIT ?"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT thread, created, updated FROM thread_view WHERE view=?1 AND view<0 AND "
              "updated>?2 ORDER BY updated "
              "LIMIT ?3"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT id, destroyed FROM tombstone WHERE account=? AND type=? AND destroyed>? AND "
              "created<=? ORDER BY "
              "destroyed LIMIT ?"));
    DHII_TRY(check("EXPLAIN QUERY PLAN SELECT id FROM email WHERE thread=? AND account=? ORDER BY id"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT e.id FROM blob b JOIN email e ON e.id=b.owner WHERE b.hash=?1 AND "
              "e.account=?2 AND NOT EXISTS(SELECT 1 FROM "
              "remote WHERE email=e.id AND "
              "mailbox=?3) AND (EXISTS(SELECT 1 FROM placement WHERE view=?3 AND email=e.id) OR EXISTS(SELECT 1 FROM "
              "pending_op WHERE "
              "email=e.id AND from_mailbox=?3)) ORDER BY b.owner"));
    DHII_TRY(check("EXPLAIN QUERY PLAN SELECT uid FROM remote WHERE email=? AND mailbox=?"));
    DHII_TRY(check("EXPLAIN QUERY PLAN SELECT uid, email, bits, custom FROM remote WHERE mailbox=? ORDER BY uid"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT id FROM pending_op WHERE account=? AND not_before<=? ORDER BY id LIMIT ?"));
    DHII_TRY(check(
        "EXPLAIN QUERY PLAN SELECT email FROM keyword WHERE account=? AND keyword=? AND email<=? ORDER BY email DESC"));
    DHII_TRY(
        check("EXPLAIN QUERY PLAN SELECT e.id FROM email e WHERE e.thread=?1 AND EXISTS(SELECT 1 FROM placement p "
              "WHERE p.view=?2 AND "
              "p.email=e.id) ORDER BY e.id DESC LIMIT 1"));
    return {};
  }));
  EXPECT_EQ(bad, "");
  // Unread mail stands scattered over the whole mailbox: looking at each row for its bits would read all of it.
  const auto plan = must(store->read([&](ReadTx& tx) {
    std::string text;
    auto done = tx.db().each(
        "EXPLAIN QUERY PLAN SELECT email FROM placement INDEXED BY placement_unread WHERE view=? AND email<=? AND "
        "(bits & 1) = 0 ORDER BY email "
        "DESC",
        [&](Row row) { text += row.text(3); });
    return done ? Result<std::string>(text) : std::unexpected(done.error());
  }));
  EXPECT_NE(plan.find("COVERING INDEX placement_unread"), std::string::npos) << plan;
}

}  // namespace
}  // namespace dhii::store
