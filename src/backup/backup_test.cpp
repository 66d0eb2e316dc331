#include "backup/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "auth/users.hpp"
#include "crypto/password.hpp"
#include "crypto/seal.hpp"
#include "store/database.hpp"
#include "store/store_fixture.hpp"

namespace dhii::backup {
namespace {

namespace fs = std::filesystem;
using store::TestMail;

struct KeptEvents final : event::Sink {
  std::vector<event::Event> seen;
  void record(event::Event event) noexcept override { seen.push_back(std::move(event)); }
};

bool always() { return true; }

// An installation with one user, Ann, and some mail, as the program makes it.
class BackupTest : public ::testing::Test {
 protected:
  static constexpr AccountId kAccount{1};
  void SetUp() override {
    places = {.control_file = folder.path / "data" / "control.db", .data_directory = folder.path / "data"};
    keyring.emplace(must(config::Keyring::open(encryption_key, Secret(), places.control_file, random)));
    control = must(store::ControlStore::open(places.control_file, keyring->control_database(), clock));
    const Secret mail_key(std::string_view("0123456789abcdef0123456789ABCDEF"));
    const crypto::SealKey wrap(keyring->mail_key_wrap());
    ann = must(control->create_user(
        {.login = "ann", .password_hash = "x", .sealed_mail_key = wrap.seal(mail_key, "user:ann:mail-key", random)}));
    mail = must(store::MailStore::open({.directory = folder.path / "data" / "mail" / ("u" + std::to_string(ann.value)),
                                        .user = ann,
                                        .clock = &clock,
                                        .random = &random},
                                       mail_key));
    inbox = must(mail->write([&](store::WriteTx& tx) {
      return store::create_mailbox(tx, {.account = kAccount, .name = "INBOX", .role = store::Role::kInbox},
                                   store::Origin::kUpstream);
    }));
    add("first");
  }
  void add(const std::string& subject) {
    const std::string raw = TestMail{.subject = subject, .message_id = subject + "@x"}.raw();
    store::NewEmail email{.account = kAccount, .blob = mail->blobs().prepare(raw), .digest = *mime::digest(raw)};
    email.received_at = clock.now();
    email.mailboxes = {inbox};
    must(mail->write(
        [&](store::WriteTx& tx) { return store::add_emails(tx, std::span(&email, 1), store::Origin::kUpstream); }));
    clock.advance(std::chrono::seconds(1));
  }
  Backups backups(const Secret& key) { return Backups({folder.path / "backups", key, clock, random, events, "test"}); }
  Backups backups() { return backups(encryption_key); }
  Backup make() {
    clock.advance(std::chrono::seconds(2));
    return must(backups().create(places, always));
  }
  std::size_t count_of_good() {
    std::size_t good = 0;
    for (const auto& b : must(backups().list())) good += b.problem.empty() ? 1 : 0;
    return good;
  }
  static void change_byte(const fs::path& file, std::streamoff at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(at);
    const char before = static_cast<char>(stream.get());
    stream.seekp(at);
    stream.put(static_cast<char>(before ^ 1));
  }
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  store::TemporaryFolder folder;
  ManualClock clock;
  SeededRandom random{1};
  KeptEvents events;
  Secret encryption_key{std::string_view("a long enough key of this test")};
  Places places;
  std::optional<config::Keyring> keyring;
  std::unique_ptr<store::ControlStore> control;
  std::unique_ptr<store::MailStore> mail;
  UserId ann;
  MailboxId inbox;
};

TEST_F(BackupTest, WhatWasMadeIsVerifiedAndComesBack) {
  add("second");
  const Backup made = make();
  EXPECT_EQ(made.manifest.users, 1);
  EXPECT_EQ(made.manifest.emails, 2);
  ASSERT_EQ(events.seen.size(), 1U);
  EXPECT_EQ(events.seen[0].kind, event::Kind::kBackupDone);
  const auto verified = must(backups().verify("latest"));
  EXPECT_EQ(verified.databases, 2);
  EXPECT_EQ(verified.packs, 1);

  const Places elsewhere{.control_file = folder.path / "new" / "control.db", .data_directory = folder.path / "new"};
  must(backups().restore(made.folder, elsewhere));
  auto back =
      must(store::MailStore::open({.directory = elsewhere.data_directory / "mail" / ("u" + std::to_string(ann.value)),
                                   .user = ann,
                                   .clock = &clock,
                                   .random = &random},
                                  Secret(std::string_view("0123456789abcdef0123456789ABCDEF"))));
  const auto text = must(back->read([&](store::ReadTx& tx) -> Result<std::string> {
    DHII_TRY_ASSIGN(const auto id, tx.db().find<std::int64_t>("SELECT max(id) FROM email"));
    const EmailId newest(*id);
    DHII_TRY_ASSIGN(const auto found, store::get_emails(tx, kAccount, std::span(&newest, 1)));
    return tx.blobs().get(tx, found.at(0).blob);
  }));
  EXPECT_THAT(text, testing::HasSubstr("Subject: second"));
}

TEST_F(BackupTest, MailIsReadAndWrittenMeanwhile) {
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (int n = 0; !done; ++n) {
      add("meanwhile " + std::to_string(n));
      ++written;
    }
  });
  while (written == 0) std::this_thread::yield();
  for (int n = 0; n < 3; ++n) make();
  done = true;
  writer.join();
  for (const auto& backup : must(backups().list())) {
    const auto verified = backups().verify(backup.id);
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_GT(verified->manifest.emails, 0);
  }
}

TEST_F(BackupTest, AnotherKeyIsRefusedWithItsName) {
  make();
  const Secret other(std::string_view("another long key of this test"));
  const auto verified = backups(other).verify_folder(must(backups().resolve("latest")));
  ASSERT_FALSE(verified);
  EXPECT_TRUE(verified.error().is(BackupError::kForeign));
  EXPECT_THAT(verified.error().message(), testing::HasSubstr("ENCRYPTION_KEY"));
}

TEST_F(BackupTest, EveryChangedOrMissingFileIsFound) {
  const Backup made = make();
  for (const auto& entry : made.manifest.files) {
    if (entry.name == kSaltName) continue;  // another salt is another key: kForeign
    change_byte(made.folder / entry.name, entry.size / 2);
    const auto verified = backups().verify(made.id);
    ASSERT_FALSE(verified) << entry.name;
    EXPECT_TRUE(verified.error().is(BackupError::kDamaged)) << entry.name;
    EXPECT_THAT(verified.error().message(), testing::HasSubstr(entry.name));
    change_byte(made.folder / entry.name, entry.size / 2);
    const auto aside = made.folder / "aside";
    fs::rename(made.folder / entry.name, aside);
    EXPECT_FALSE(backups().verify(made.id)) << entry.name;
    fs::rename(aside, made.folder / entry.name);
  }
  EXPECT_TRUE(backups().verify(made.id));
  change_byte(made.folder / kManifestFile, 30);
  EXPECT_TRUE(backups().verify(made.id).error().is(BackupError::kForeign));
  EXPECT_FALSE(must(backups().list()).at(0).problem.empty());
}

TEST_F(BackupTest, ARestoreNeverOverwrites) {
  const Backup made = make();
  const auto refused = backups().restore(made.folder, places);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(BackupError::kNotEmpty));
  const Places elsewhere{.control_file = folder.path / "new" / "control.db", .data_directory = folder.path / "new"};
  fs::create_directory(folder.path / "new");
  std::ofstream(folder.path / "new" / "secrets.env") << "ENCRYPTION_KEY=x\n";
  EXPECT_TRUE(backups().restore(made.folder, elsewhere)) << "secrets.env has to be there before";
}

TEST_F(BackupTest, ADamagedBackupIsNotRestored) {
  const Backup made = make();
  change_byte(made.folder / kControlName, 5000);
  const Places elsewhere{.control_file = folder.path / "new" / "control.db", .data_directory = folder.path / "new"};
  EXPECT_TRUE(backups().restore(made.folder, elsewhere).error().is(BackupError::kDamaged));
  EXPECT_FALSE(fs::exists(elsewhere.control_file));
}

TEST_F(BackupTest, TheNewestAreKept) {
  std::vector<std::string> ids;
  for (int n = 0; n < 4; ++n) ids.push_back(make().id);
  const auto gone = must(backups().prune(2));
  EXPECT_THAT(gone, testing::UnorderedElementsAre(ids[0], ids[1]));
  EXPECT_EQ(must(backups().list()).size(), 2U);
  EXPECT_TRUE(must(backups().prune(0)).size() == 1U) << "one is kept whatever is asked";
}

TEST_F(BackupTest, WhatIsBrokenOffDoesNotCount) {
  int asked = 0;
  const auto stopped = backups().create(places, [&] { return ++asked < 2; });
  ASSERT_FALSE(stopped);
  EXPECT_TRUE(stopped.error().is(BackupError::kStopped));
  EXPECT_EQ(count_of_good(), 0U);
  EXPECT_TRUE(events.seen.empty()) << "the program ends: nothing failed";
}

TEST_F(BackupTest, AFailureIsAnEventWithItsReason) {
  fs::remove(places.data_directory / "mail" / ("u" + std::to_string(ann.value)) / "blobs" / "000001.pack");
  EXPECT_FALSE(backups().create(places, always));
  ASSERT_EQ(events.seen.size(), 1U);
  EXPECT_EQ(events.seen[0].kind, event::Kind::kBackupFailed);
  EXPECT_THAT(events.seen[0].detail, testing::HasSubstr("000001.pack"));
}

// kill -9 at every question "go on?": never half a backup that counts, and the next one succeeds.
TEST_F(BackupTest, KilledAnywhereNothingHalfCounts) {
  make();
  for (int at = 1; at < 40; ++at) {
    const pid_t child = ::fork();
    if (child == 0) {
      int asked = 0;
      std::ignore = backups().create(places, [&] {
        if (++asked >= at) ::kill(::getpid(), SIGKILL);
        return true;
      });
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    for (const auto& backup : must(backups().list()))
      EXPECT_TRUE(backups().verify(backup.id)) << at << " " << backup.id;
    clock.advance(std::chrono::seconds(1));
    if (WIFEXITED(status)) {
      EXPECT_EQ(count_of_good(), 2U) << "it ran to its end";
      break;
    }
    EXPECT_EQ(count_of_good(), 1U) << at;
  }
  make();
  for (const auto& entry : fs::directory_iterator(folder.path / "backups"))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".incomplete")) << entry.path();
}

TEST_F(BackupTest, TwoWritersDoNotMeet) {
  const auto second = backups().create(places, [&] {
    EXPECT_TRUE(backups().create(places, always).error().is(BackupError::kBusy));
    return true;
  });
  EXPECT_TRUE(second);
}

TEST_F(BackupTest, ABackupHoldsNoWordOfTheMail) {
  add("Donaudampfschiff");
  const Backup made = make();
  for (const auto& entry : made.manifest.files) {
    const std::string bytes = must(read_file(made.folder / entry.name, 64 << 20));
    EXPECT_EQ(bytes.find("Donaudampfschiff"), std::string::npos) << entry.name;
    EXPECT_EQ(bytes.find("SQLite format 3"), std::string::npos) << entry.name;
  }
}

}  // namespace
}  // namespace dhii::backup
