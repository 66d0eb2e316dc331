// For tests of store/, search/ and what stands above them: a MailStore in a temporary folder with two mailboxes and
// mail made of a few words. Never part of the program.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "mime/message.hpp"
#include "store/repositories.hpp"

namespace dhii::store {

struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dhii-store-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

struct TestMail {
  std::string from = "Ann Example <ann@example.com>", to = "Bob Example <bob@example.org>", subject = "Hello",
              body = "A body.\r\n";
  std::string message_id, in_reply_to, references, extra_headers;
  std::string raw() const {
    std::string out =
        "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n";
    if (!message_id.empty()) out += "Message-ID: <" + message_id + ">\r\n";
    if (!in_reply_to.empty()) out += "In-Reply-To: <" + in_reply_to + ">\r\n";
    if (!references.empty()) out += "References: " + references + "\r\n";
    return out + extra_headers +
           "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
           body;
  }
};

class StoreTest : public ::testing::Test {
 protected:
  static constexpr AccountId kAccount{7};

  void SetUp() override {
    open();
    inbox = make_mailbox("INBOX", Role::kInbox, "INBOX");
    archive = make_mailbox("Archive", Role::kArchive, "Archive");
  }
  void open() {
    store.reset();
    auto opened = MailStore::open({.directory = folder.path / "u1",
                                   .user = UserId(1),
                                   .clock = &clock,
                                   .random = &random,
                                   .on_change = [this](const ChangeEvent& e) { events.push_back(e); }},
                                  key);
    ASSERT_TRUE(opened) << opened.error().message();
    store = std::move(*opened);
  }
  MailboxId make_mailbox(std::string name, Role role = Role::kNone, std::string imap_name = {},
                         AccountId account = kAccount) {
    return must(store->write([&](WriteTx& tx) {
      return create_mailbox(tx, {.account = account, .name = name, .role = role, .imap_name = imap_name},
                            Origin::kUpstream);
    }));
  }
  NewEmail make(const TestMail& mail, MailboxId mailbox, std::uint32_t uid = 0, std::uint32_t flags = 0,
                std::int64_t second = -1) {
    const std::string raw = mail.raw();
    NewEmail out{.account = kAccount, .blob = store->blobs().prepare(raw), .digest = *mime::digest(raw)};
    out.received_at = second >= 0 ? from_unix_seconds(second) : clock.now();
    out.keywords.bits = flags;
    out.mailboxes = {mailbox};
    out.uid = Uid(uid);
    return out;
  }
  EmailId add(NewEmail email, Origin origin = Origin::kUpstream) {
    return must(store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&email, 1), origin); })).front();
  }
  EmailId add(const TestMail& mail, MailboxId mailbox, std::uint32_t uid = 0, std::uint32_t flags = 0,
              std::int64_t second = -1) {
    return add(make(mail, mailbox, uid, flags, second));
  }
  std::optional<Email> email(EmailId id) {
    auto found = must(store->read([&](ReadTx& tx) { return get_emails(tx, kAccount, std::span(&id, 1)); }));
    return found.empty() ? std::nullopt : std::optional(found.front());
  }
  Mailbox mailbox(MailboxId id) {
    return must(store->read([&](ReadTx& tx) { return get_mailbox(tx, id); }));
  }
  std::vector<PendingOp> ops() {
    return must(
        store->read([&](ReadTx& tx) { return due_ops(tx, kAccount, clock.now() + std::chrono::days(365), 1000); }));
  }
  Changes changes(DataType type, ChangeNumber since, std::size_t max = 1000) {
    return must(store->read([&](ReadTx& tx) { return changes_since(tx, kAccount, type, since, max); }));
  }
  ChangeNumber state(DataType type) {
    return must(store->read([&](ReadTx& tx) { return state_of(tx, kAccount, type); }));
  }
  template <class F>
  void write(F&& function) {
    auto done = store->write(std::forward<F>(function));
    ASSERT_TRUE(done) << done.error().message();
  }
  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
  }

  TemporaryFolder folder;
  ManualClock clock;
  SeededRandom random{1};
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::vector<ChangeEvent> events;
  std::unique_ptr<MailStore> store;
  MailboxId inbox, archive;
};

}  // namespace dhii::store
