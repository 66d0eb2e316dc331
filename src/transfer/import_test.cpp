#include "transfer/import.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "transfer/mbox.hpp"

namespace dhii::transfer {
namespace {

namespace fs = std::filesystem;
using store::ReadTx;
using store::WriteTx;

class Transfer : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("dhii-transfer-" + random_.hex(6));
    fs::create_directories(folder_);
    auto opened = store::MailStore::open(
        {.directory = folder_ / "store", .user = UserId(1), .clock = &clock_, .random = &random_, .on_change = {}},
        Secret(std::string_view("0123456789abcdef0123456789abcdef")));
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
    ASSERT_TRUE(store_->write([&](WriteTx& tx) { return create_standard_mailboxes(tx, account_); }));
    inbox_ = (*store_->read([&](ReadTx& tx) { return store::find_role(tx, account_, store::Role::kInbox); }))->id;
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  ImportTarget target() const { return {store_.get(), account_, inbox_}; }
  fs::path file(const std::string& name, const std::string& content) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  std::vector<store::Email> all() const {
    return *store_->read([&](ReadTx& tx) -> Result<std::vector<store::Email>> {
      DHII_TRY_ASSIGN(const auto ids, store::list_email_ids(tx, account_, EmailId(0), 100'000));
      return store::get_emails(tx, account_, ids);
    });
  }

  ManualClock clock_;
  SystemRandom random_;
  fs::path folder_;
  std::unique_ptr<store::MailStore> store_;
  AccountId account_{1};
  MailboxId inbox_;
};

TEST_F(Transfer, MaildirFlagsAndFoldersAreRead) {
  file("md/cur/1.a:2,FS", "Subject: one\n\nx\n");
  file("md/new/2.b", "Subject: two\n\ny\n");
  file("md/tmp/3.c", "half-written");
  const auto report = import_path(target(), folder_ / "md");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->imported, 2);
  const auto emails = all();
  const auto one = std::ranges::find_if(emails, [](const auto& e) { return e.envelope.subject == "one"; });
  EXPECT_TRUE(one->keywords.has(store::Flag::kSeen) && one->keywords.has(store::Flag::kFlagged));
}

TEST_F(Transfer, ASecondImportAddsNothing) {
  const auto mbox =
      file("a.mbox",
           "From a Thu Jan  1 00:00:00 2026\nSubject: 1\n\nx\n\nFrom a Thu Jan  1 00:00:00 2026\nSubject: 2\n\ny\n");
  EXPECT_EQ(import_path(target(), mbox)->imported, 2);
  const auto again = import_path(target(), mbox);
  EXPECT_EQ(again->imported, 0);
  EXPECT_EQ(again->already_there, 2);
}

TEST_F(Transfer, AMessageOverTheLimitIsNamedWithTheMendAndTheRestIsTaken) {
  file("d/big.eml", std::string(3000, 'x'));
  file("d/small.eml", "Subject: ok\n\nx");
  auto limited = target();
  limited.max_message_bytes = 2000;
  const auto report = import_path(limited, folder_ / "d");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->imported, 1);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_TRUE(report->problems[0].contains("big.eml") && report->problems[0].contains("DHII_MAX_MESSAGE_BYTES"));
}

TEST_F(Transfer, AMessageOfOnlyNulsIsKept) {
  const auto report = import_path(target(), file("nul.eml", std::string(500, '\0')));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->imported, 1);
}

TEST_F(Transfer, WhatIsExportedImportsAgainByteForByte) {
  const std::string raw = "From: a@example.org\r\nSubject: Gr\xC3\xBC\xC3\x9F\r\n\r\nFrom here\r\n.\r\n";
  ASSERT_TRUE(import_path(target(), file("x.eml", raw)));
  for (const auto format : {ExportFormat::kEml, ExportFormat::kMaildir}) {
    const auto out = folder_ / ("out" + std::to_string(static_cast<int>(format)));
    EXPECT_EQ(*export_account(*store_, account_, out, format), 1);
    bool found = false;
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      if (!entry.is_regular_file()) continue;
      std::stringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      found = content.str() == raw;
    }
    EXPECT_TRUE(found);
  }
  EXPECT_EQ(*export_account(*store_, account_, folder_ / "mbox", ExportFormat::kMbox), 1);
  std::ifstream in(folder_ / "mbox" / "Inbox.mbox", std::ios::binary);
  EXPECT_EQ(MboxReader(in, 1 << 20).next()->raw, raw);
  // The same content is there already, so nothing is added.
  const auto again = import_path(target(), folder_ / "mbox");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->imported, 0);
  EXPECT_EQ(again->already_there, 1);
}

TEST_F(Transfer, SampleMailboxFillsFoldersFlagsAndDates) {
  const auto sample = fs::path(DHII_SOURCE_DIR) / "samples" / "sample.mbox";
  std::stringstream mbox;
  mbox << std::ifstream(sample, std::ios::binary).rdbuf();
  store::MailStore& store = *store_;
  const AccountId other(2);
  const auto report = import_sample(store, other, mbox.str(), clock_.now());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_GE(report->imported, 150);
  const auto mailboxes = *store.read([&](ReadTx& tx) { return store::list_mailboxes(tx, other); });
  const auto inbox = std::ranges::find(mailboxes, store::Role::kInbox, &store::Mailbox::role);
  EXPECT_GT(inbox->total_emails, 20);
  EXPECT_GT(inbox->unread_emails, 0);
  EXPECT_LT(inbox->unread_emails, inbox->total_emails);
  EXPECT_TRUE(std::ranges::any_of(mailboxes, [](const auto& m) { return m.name == "Travel" && m.total_emails > 0; }));
}

TEST_F(Transfer, EveryFileOfTheCorpusIsTakenAndNothingIsDropped) {
  const char* from_environment = std::getenv("DHII_CORPUS");
  const fs::path corpus =
      fs::path(from_environment != nullptr ? from_environment : DHII_SOURCE_DIR "/../shared/corpus") / "mime";
  if (!fs::exists(corpus)) GTEST_SKIP() << "no corpus at " << corpus << "; set DHII_CORPUS";
  const auto report = import_path(target(), corpus);
  ASSERT_TRUE(report) << report.error().message();
  for (const auto& problem : report->problems) ADD_FAILURE() << problem;
  std::int64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_GE(report->imported + report->already_there, files);
  const auto emails = all();
  EXPECT_EQ(static_cast<std::int64_t>(emails.size()), report->imported);
  EXPECT_TRUE(store_->read([&](ReadTx& tx) -> Result<void> {
    for (const auto& email : emails) DHII_TRY(tx.blobs().get(tx, email.blob));
    return {};
  }));
}

}  // namespace
}  // namespace dhii::transfer
