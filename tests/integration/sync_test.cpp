// The sync engine against a real Dovecot and Postfix: what a user relies on, seen from the store.
#include "sync_engine.hpp"

namespace dhii::sync {
namespace {

TEST(SyncWithDovecot, FirstSyncBringsEverythingAndNewMailShowsByItself) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail({.smtp = false});
  fill(mail, "alice", 120, 500);
  Engine engine(mail);
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 120; }));
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }));
  mail.deliver("alice", message("Fresh", "news", "fresh"));
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 121; }, 5s));
}

TEST(SyncWithDovecot, FlagsAndMovesGoBothWays) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail({.smtp = false});
  mail.deliver("alice", message("Keep", "x", "keep"));
  mail.deliver("alice", message("File", "y", "file"));
  Engine engine(mail);
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 2 && engine.mailbox(Role::kArchive); }));

  // Here -> there.
  const auto emails = engine.emails_in(Role::kInbox);
  const auto filed = std::ranges::find_if(emails, [](const auto& e) { return e.envelope.subject == "File"; });
  const auto archive = engine.mailbox(Role::kArchive);
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) -> Result<void> {
    auto keywords = filed->keywords;
    keywords.set(Flag::kSeen, true);
    keywords.set(Flag::kFlagged, true);
    DHII_TRY(store::set_keywords(tx, engine.account, filed->id, keywords, Origin::kLocal));
    return store::set_mailboxes(tx, engine.account, filed->id, std::array{archive}, Origin::kLocal);
  }));
  EXPECT_EQ(engine.count(Role::kArchive), 1U) << "shown at once";
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  EXPECT_TRUE(engine.eventually([&] {
    const auto listed = mail.doveadm({"fetch", "-u", "alice@demo.test", "flags hdr.subject", "mailbox", "Archive"});
    return listed.contains("File") && listed.contains("\\Flagged") && listed.contains("\\Seen");
  }));
  EXPECT_EQ(engine.emails_in(Role::kArchive).front().id, filed->id) << "the id survives the move";

  // There -> here.
  mail.doveadm({"flags", "add", "-u", "alice@demo.test", "\\Answered", "mailbox", "INBOX", "all"});
  EXPECT_TRUE(engine.eventually([&] { return engine.emails_in(Role::kInbox).front().keywords.has(Flag::kAnswered); }));
  mail.doveadm({"expunge", "-u", "alice@demo.test", "mailbox", "INBOX", "all"});
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 0; }));
  EXPECT_EQ(engine.count(Role::kArchive), 1U);
}

TEST(SyncWithDovecot, WhatIsDoneWhileTheServerIsAwayReachesItLater) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail({.smtp = false});
  mail.deliver("alice", message("Offline", "x", "offline"));
  Engine engine(mail);
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 1 && engine.mailbox(Role::kTrash); }));
  mail.stop_imap();
  EXPECT_TRUE(engine.eventually([&] { return engine.state() != AccountState::kIdle; }));
  const auto email = engine.emails_in(Role::kInbox).front();
  const auto trash = engine.mailbox(Role::kTrash);
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) {
    return store::set_mailboxes(tx, engine.account, email.id, std::array{trash}, Origin::kLocal);
  }));
  EXPECT_EQ(engine.count(Role::kTrash), 1U);
  engine.stop_worker();
  mail.start_imap();
  engine.start_worker();
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }, 30s));
  EXPECT_TRUE(mail.doveadm({"fetch", "-u", "alice@demo.test", "hdr.subject", "mailbox", "Trash"}).contains("Offline"));
  EXPECT_EQ(engine.count(Role::kTrash), 1U);
  EXPECT_EQ(engine.count(Role::kInbox), 0U);
}

TEST(SyncWithDovecot, AServerWithoutExtensionsWorksMoreSlowlyButRight) {
  DHII_NEEDS_MAIL_SYSTEM();
  MailSystem mail({.dovecot_settings = {"imap_capability = IMAP4rev1 LITERAL+ IDLE"}, .smtp = false});
  for (int i = 0; i < 5; ++i)
    mail.deliver("alice", message("Plain " + std::to_string(i), "x", "p" + std::to_string(i)));
  Engine engine(mail);
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 5 && engine.mailbox(Role::kArchive); }));
  const auto email = engine.emails_in(Role::kInbox).front();
  const auto archive = engine.mailbox(Role::kArchive);
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) {
    return store::set_mailboxes(tx, engine.account, email.id, std::array{archive}, Origin::kLocal);
  }));
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  mail.doveadm({"expunge", "-u", "alice@demo.test", "mailbox", "INBOX", "subject", "Plain 1"});
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 3; }));
  EXPECT_EQ(engine.count(Role::kArchive), 1U) << "joined by content, not doubled";
}

TEST(SyncWithDovecot, ADraftIsPlacedUpstreamOnceAndASentMessageArrives) {
  DHII_NEEDS_SMTP();
  MailSystem mail;
  Engine engine(mail);
  ASSERT_TRUE(engine.eventually([&] { return engine.mailbox(Role::kSent) && engine.mailbox(Role::kDrafts); }));
  SystemRandom random;
  mime::Draft draft;
  draft.from = {mime::Address{.name = "Alice", .email = "alice@demo.test"}};
  draft.to = {mime::Address{.name = "Bob", .email = "bob@demo.test"}};
  draft.bcc = {mime::Address{.name = "", .email = "hidden@demo.test"}};
  draft.subject = "Über den Draht";
  draft.text = "Hello Bob\n.\nA line with a dot above.\n";
  draft.message_id = "unique-1@demo.test";
  const auto raw = mime::build(draft, random);
  ASSERT_TRUE(raw);
  const auto sent_box = engine.mailbox(Role::kSent);
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) -> Result<void> {
    store::NewEmail email;
    email.account = engine.account;
    email.blob = tx.blobs().prepare(*raw);
    email.digest = *mime::digest(*raw);
    email.received_at = tx.now();
    email.keywords.set(Flag::kSeen, true);
    email.mailboxes = {sent_box};
    DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), Origin::kLocal));
    store::Submission submission;
    submission.account = engine.account;
    submission.email = ids.front();
    submission.mail_from = "alice@demo.test";
    submission.recipients = {{"bob@demo.test", "", 0}};
    submission.send_at = tx.now();
    submission.next_attempt_at = tx.now();
    DHII_TRY(store::create_submission(tx, submission));
    return {};
  }));
  EXPECT_TRUE(engine.eventually(
      [&] {
        return mail.doveadm({"fetch", "-u", "bob@demo.test", "text", "mailbox", "INBOX"})
            .contains("A line with a dot above");
      },
      30s));
  EXPECT_FALSE(mail.doveadm({"fetch", "-u", "bob@demo.test", "text", "mailbox", "INBOX"}).contains("hidden@demo.test"))
      << "Bcc must not leave";
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  const auto upstream =
      mail.doveadm({"search", "-u", "alice@demo.test", "mailbox", "Sent", "header", "message-id", "unique-1"});
  EXPECT_EQ(std::ranges::count(upstream, '\n'), 1) << upstream;
  EXPECT_EQ(engine.count(Role::kSent), 1U);
}

}  // namespace
}  // namespace dhii::sync
