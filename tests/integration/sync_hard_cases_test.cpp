// Sync when things go wrong: servers that vanish, start anew, refuse or lie, other clients at work, and a program that
// stops in the middle. Each ends in the state that a user would call right.
#include <set>

#include "net/testing/certificates.hpp"
#include "net/testing/scripted_server.hpp"
#include "sync_engine.hpp"

namespace dhii::sync {
namespace {

using net::testing::Certificate;
using net::testing::Play;
using net::testing::ScriptedServer;
using net::testing::TemporaryFile;
using store::Submission;
using store::SubmissionState;

std::size_t distinct_subjects(const std::vector<store::Email>& emails) {
  std::set<std::string> subjects;
  for (const auto& email : emails) subjects.insert(email.envelope.subject);
  return subjects.size();
}

// One Dovecot for the tests of this suite: each has a user of its own.
class SyncHardCases : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!MailSystem::why_no_imap().empty()) return;
    mail_ = std::make_unique<MailSystem>(tests::MailSystemOptions{
        .users = {"uidv", "stop", "kill", "move", "gone", "boxes", "draft", "wrong", "unknown"}, .smtp = false});
  }
  static void TearDownTestSuite() { mail_.reset(); }
  void SetUp() override {
    if (!mail_) GTEST_SKIP() << MailSystem::why_no_imap();
  }
  MailSystem& mail() { return *mail_; }
  void deliver(const std::string& user, const std::string& subject) {
    mail().deliver(user, message(subject, "x", user + subject));
  }

 private:
  static std::unique_ptr<MailSystem> mail_;
};
std::unique_ptr<MailSystem> SyncHardCases::mail_;

TEST_F(SyncHardCases, ANewUidValidityKeepsTheIdsOfEmails) {
  for (int i = 0; i < 4; ++i) deliver("uidv", "Same " + std::to_string(i));
  Engine engine(mail(), "uidv");
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 4; }));
  std::set<EmailId> before;
  for (const auto& email : engine.emails_in(Role::kInbox)) before.insert(email.id);
  engine.stop_worker();
  mail().doveadm({"mailbox", "update", "-u", "uidv@demo.test", "--uid-validity", "1999999999", "INBOX"});
  mail().doveadm({"expunge", "-u", "uidv@demo.test", "mailbox", "INBOX", "subject", "Same 3"});
  engine.start_worker();
  const auto inbox = engine.mailbox(Role::kInbox);
  EXPECT_TRUE(engine.eventually([&] {
    const auto state = engine.store().read([&](ReadTx& tx) { return store::get_remote_state(tx, inbox); });
    return state && *state && (*state)->uid_validity == UidValidity(1999999999) && (*state)->complete &&
           engine.state() == AccountState::kIdle;
  }));
  const auto after = engine.emails_in(Role::kInbox);
  EXPECT_EQ(after.size(), 3U) << "what vanished meanwhile is gone here too";
  for (const auto& email : after) EXPECT_TRUE(before.contains(email.id)) << email.envelope.subject;
}

TEST_F(SyncHardCases, AServerThatStopsInTheMiddleOfTheFirstSyncLosesAndDoublesNothing) {
  fill(mail(), "stop", 300, 60'000);
  Engine engine(mail(), "stop");
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) > 0; }));
  mail().stop_imap();
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kOffline; }));
  EXPECT_FALSE(engine.error().empty());
  mail().start_imap();
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }, 20s)) << "by itself, soon";
  const auto emails = engine.emails_in(Role::kInbox);
  EXPECT_EQ(emails.size(), 300U);
  EXPECT_EQ(distinct_subjects(emails), 300U);
}

TEST_F(SyncHardCases, AProgramThatStopsInTheMiddleOfTheFirstSyncGoesOnLater) {
  fill(mail(), "kill", 300, 60'000);
  Engine engine(mail(), "kill");
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) > 0; }));
  engine.stop_worker();
  const auto in_the_middle = engine.count(Role::kInbox);
  EXPECT_LT(in_the_middle, 300U) << "or this test shows nothing";
  engine.start_worker();
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }, 20s));
  const auto emails = engine.emails_in(Role::kInbox);
  EXPECT_EQ(emails.size(), 300U);
  EXPECT_EQ(distinct_subjects(emails), 300U);
}

TEST_F(SyncHardCases, AnotherClientsMoveIsFollowed) {
  deliver("move", "Stays");
  deliver("move", "Goes");
  Engine engine(mail(), "move");
  ASSERT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 2 && engine.mailbox(Role::kArchive); }));
  mail().doveadm({"move", "-u", "move@demo.test", "Archive", "mailbox", "INBOX", "subject", "Goes"});
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 1; }, 5s)) << "IDLE tells";
  engine.sync_now();
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kArchive) == 1; }));
  EXPECT_EQ(engine.emails_in(Role::kArchive).front().envelope.subject, "Goes");
}

TEST_F(SyncHardCases, MessagesMarkedDeletedAreHiddenUntilTheMarkIsTakenBack) {
  for (const char* subject : {"One", "Two", "Three"}) deliver("gone", subject);
  mail().doveadm({"flags", "add", "-u", "gone@demo.test", "\\Deleted", "mailbox", "INBOX", "subject", "One"});
  Engine engine(mail(), "gone");
  ASSERT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }));
  EXPECT_EQ(engine.count(Role::kInbox), 2U);
  mail().doveadm({"flags", "add", "-u", "gone@demo.test", "\\Deleted", "mailbox", "INBOX", "subject", "Two"});
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 1; }));
  mail().doveadm({"flags", "remove", "-u", "gone@demo.test", "\\Deleted", "mailbox", "INBOX", "all"});
  EXPECT_TRUE(engine.eventually([&] { return engine.count(Role::kInbox) == 3; }));
}

TEST_F(SyncHardCases, MailboxesAreMadeRenamedAndDeletedFromBothSides) {
  Engine engine(mail(), "boxes");
  ASSERT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }));
  const auto there = [&](const std::string& name) {
    const auto list = "\n" + mail().doveadm({"mailbox", "list", "-u", "boxes@demo.test"});
    return list.contains("\n" + name + "\n");
  };
  // There -> here.
  mail().doveadm({"mailbox", "create", "-u", "boxes@demo.test", "Proj"});
  engine.sync_now();
  EXPECT_TRUE(engine.eventually([&] { return engine.mailbox_named("Proj").has_value(); }));
  mail().doveadm({"mailbox", "rename", "-u", "boxes@demo.test", "Proj", "Plans"});
  engine.sync_now();
  EXPECT_TRUE(engine.eventually([&] { return engine.mailbox_named("Plans") && !engine.mailbox_named("Proj"); }));
  mail().doveadm({"mailbox", "delete", "-u", "boxes@demo.test", "Plans"});
  engine.sync_now();
  EXPECT_TRUE(engine.eventually([&] { return !engine.mailbox_named("Plans"); }));

  // Here -> there: a mailbox and one within it, made at once.
  const auto made = engine.store().write([&](WriteTx& tx) -> Result<MailboxId> {
    store::NewMailbox parent;
    parent.account = engine.account;
    parent.name = "Reisen";
    DHII_TRY_ASSIGN(const auto id, store::create_mailbox(tx, parent, Origin::kLocal));
    store::NewMailbox child = parent;
    child.parent = id;
    child.name = "Köln";
    return store::create_mailbox(tx, child, Origin::kLocal);
  });
  ASSERT_TRUE(made);
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  EXPECT_TRUE(there("Reisen/Köln")) << mail().doveadm({"mailbox", "list", "-u", "boxes@demo.test"});
  auto child = *engine.mailbox_named("Köln");
  child.name = "Bonn";
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) { return store::update_mailbox(tx, child, Origin::kLocal); }));
  EXPECT_TRUE(engine.eventually([&] { return there("Reisen/Bonn") && !there("Reisen/Köln"); }));
  // Below a renamed one: the child goes along and stays what it is.
  auto parent = *engine.mailbox_named("Reisen");
  parent.name = "Fahrten";
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) { return store::update_mailbox(tx, parent, Origin::kLocal); }));
  EXPECT_TRUE(engine.eventually([&] { return there("Fahrten/Bonn") && engine.open_operations() == 0; }));
  engine.sync_now();
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }));
  EXPECT_EQ(engine.mailbox_named("Bonn")->id, child.id);
  // Renamed again and destroyed in the same breath: nothing comes back.
  child.name = "Ulm";
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) { return store::update_mailbox(tx, child, Origin::kLocal); }));
  ASSERT_TRUE(
      engine.store().write([&](WriteTx& tx) { return store::destroy_mailbox(tx, child.id, true, Origin::kLocal); }));
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  EXPECT_TRUE(engine.eventually([&] { return !there("Fahrten/Bonn") && !there("Fahrten/Ulm"); }));
  engine.sync_now();
  EXPECT_TRUE(
      engine.eventually([&] { return engine.state() == AccountState::kIdle && engine.mailbox_named("Fahrten"); }));
  EXPECT_FALSE(engine.mailbox_named("Bonn"));
  EXPECT_FALSE(engine.mailbox_named("Ulm"));
}

store::NewEmail email_from(WriteTx& tx, AccountId account, MailboxId mailbox, const std::string& raw) {
  store::NewEmail email;
  email.account = account;
  email.blob = tx.blobs().prepare(raw);
  email.digest = *mime::digest(raw);
  email.received_at = tx.now();
  email.keywords.set(Flag::kSeen, true);
  email.mailboxes = {mailbox};
  return email;
}

TEST_F(SyncHardCases, ADraftSavedAgainAndAgainStandsUpstreamOnce) {
  Engine engine(mail(), "draft");
  ASSERT_TRUE(engine.eventually([&] { return engine.mailbox(Role::kDrafts); }));
  const auto drafts = engine.mailbox(Role::kDrafts);
  EmailId last;
  for (int i = 0; i < 5; ++i) {
    const auto saved = engine.store().write([&](WriteTx& tx) -> Result<EmailId> {
      if (last) DHII_TRY(store::destroy_email(tx, engine.account, last, Origin::kLocal));
      auto email = email_from(tx, engine.account, drafts,
                              message("Draft " + std::to_string(i), "text", "draft" + std::to_string(i)));
      email.keywords.set(Flag::kDraft, true);
      DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), Origin::kLocal));
      return ids.front();
    });
    ASSERT_TRUE(saved) << saved.error().message();
    last = *saved;
    std::this_thread::sleep_for(std::chrono::milliseconds(i * 40));  // some replace one that is being placed
  }
  EXPECT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  engine.sync_now();
  EXPECT_TRUE(
      engine.eventually([&] { return engine.state() == AccountState::kIdle && engine.count(Role::kDrafts) == 1; }));
  const auto there = mail().doveadm({"fetch", "-u", "draft@demo.test", "hdr.subject", "mailbox", "Drafts"});
  EXPECT_TRUE(there.contains("Draft 4")) << there;
  EXPECT_FALSE(there.contains("Draft 3")) << there;
  EXPECT_EQ(engine.emails_in(Role::kDrafts).front().id, last);
}

TEST_F(SyncHardCases, AWrongPasswordIsSaidAndNotTriedAgainByEveryAction) {
  Engine engine(Engine::Account{{mail().host(), mail().imap_port(), Security::kNone, "wrong@demo.test"},
                                {mail().host(), 9, Security::kNone, "wrong@demo.test"},
                                "not the password"});
  ASSERT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kAuthFailed; }));
  EXPECT_TRUE(engine.error().contains("password")) << engine.error();
  engine.on_io([&] { engine.worker().wake_operations(); });
  EXPECT_FALSE(engine.eventually([&] { return engine.state() != AccountState::kAuthFailed; }, 300ms));
}

// ---- servers that are none, or not the one meant -------------------------------------------------------------------

struct BadServer {
  const char* name;
  std::string script;
  Security security = Security::kNone;
  std::shared_ptr<SSL_CTX> tls = nullptr;
  std::string says;  // within the sentence shown
};

void expect_offline(const BadServer& bad, const std::string& ca_file = {}) {
  Engine engine(Engine::Account{{"127.0.0.1", 0, bad.security, "a@demo.test"},
                                {"127.0.0.1", 9, Security::kNone, "a@demo.test"},
                                "secret",
                                ca_file},
                [&](boost::asio::io_context& io, Engine::Account& account) {
                  auto server = std::make_shared<ScriptedServer>(io, bad.script, Play{.tls = bad.tls});
                  account.imap.port = server->port();
                  return server;
                });
  EXPECT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kOffline; }, 5s)) << bad.name;
  const auto sentence = engine.error();
  EXPECT_TRUE(sentence.contains(bad.says)) << bad.name << ": " << sentence;
  EXPECT_FALSE(sentence.contains("secret")) << bad.name;
  EXPECT_FALSE(sentence.contains('\n')) << bad.name;
}

TEST(SyncBadServers, ServersThatAreNoneAreToldApart) {
  const BadServer all[] = {
      {"nonsense", "S+ \\x00\\xff\\x01 what is this\\r\\nHANG\n", Security::kNone, nullptr, "IMAP"},
      {"HTTP", "S: HTTP/1.1 400 Bad Request\nCLOSE\n", Security::kNone, nullptr, "IMAP"},
      {"closes at once", "CLOSE\n", Security::kNone, nullptr, "closed"},
      {"BYE", "S: * BYE too many connections\nCLOSE\n", Security::kNone, nullptr, "too many connections"},
      {"no STARTTLS", "S: * OK [CAPABILITY IMAP4rev1] hi\nHANG\n", Security::kStartTls, nullptr, ""},
      {"not TLS", "S: * OK plain\nHANG\n", Security::kTls, nullptr, ""},
  };
  for (const auto& bad : all) expect_offline(bad);
}

TEST(SyncBadServers, CertificatesThatDoNotHoldAreToldApart) {
  const auto authority = Certificate::authority();
  const auto foreign = Certificate::authority("somebody else");
  const TemporaryFile trusted(authority.pem());
  const auto expired = Certificate::make({.valid_from_s = -7200, .valid_to_s = -3600}, &authority);
  const auto other_host = Certificate::make({.subject_alt_names = "DNS:mail.example.org"}, &authority);
  const auto foreign_one = Certificate::make({}, &foreign);
  expect_offline({"expired", "TLS\nHANG\n", Security::kTls, expired.server_context(), "valid today"}, trusted.path());
  expect_offline({"foreign", "TLS\nHANG\n", Security::kTls, foreign_one.server_context(), "certificate"},
                 trusted.path());
  expect_offline({"other host", "TLS\nHANG\n", Security::kTls, other_host.server_context(), "certificate"},
                 trusted.path());
}

// ---- sending
// ---------------------------------------------------------------------------------------------------------

SubmissionId submit(Engine& engine, MailboxId mailbox, const std::vector<std::string>& to, const std::string& subject) {
  const auto made = engine.store().write([&](WriteTx& tx) -> Result<SubmissionId> {
    auto email = email_from(tx, engine.account, mailbox, message(subject, "hello", "sent-" + subject));
    DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), Origin::kLocal));
    Submission submission;
    submission.account = engine.account;
    submission.email = ids.front();
    submission.mail_from = "alice@demo.test";
    for (const auto& recipient : to) submission.recipients.push_back({recipient, "", 0});
    submission.send_at = tx.now();
    submission.next_attempt_at = tx.now();
    return store::create_submission(tx, submission);
  });
  EXPECT_TRUE(made) << (made ? "" : made.error().message());
  return made.value_or(SubmissionId());
}

Submission submission(Engine& engine, SubmissionId id) {
  const auto found =
      engine.store().read([&](ReadTx& tx) { return store::get_submissions(tx, engine.account, std::array{id}); });
  return found && !found->empty() ? found->front() : Submission{};
}

TEST(SyncSending, RefusalsShowTheServersWordsAndOnlyTheOpenRecipientIsKept) {
  DHII_NEEDS_SMTP();
  MailSystem mail;
  Engine engine(mail);
  ASSERT_TRUE(engine.eventually([&] { return engine.mailbox(Role::kSent); }));
  const auto sent = engine.mailbox(Role::kSent);
  const auto refused = submit(engine, sent, {"never@demo.test"}, "Refused");
  const auto mixed = submit(engine, sent, {"bob@demo.test", "later@demo.test", "never@demo.test"}, "Mixed");
  EXPECT_TRUE(engine.eventually([&] { return submission(engine, refused).state == SubmissionState::kFailed; }));
  EXPECT_TRUE(submission(engine, refused).detail.contains("550")) << submission(engine, refused).detail;

  EXPECT_TRUE(engine.eventually([&] {
    return submission(engine, mixed).attempts == 1 && submission(engine, mixed).state == SubmissionState::kQueued;
  }));
  const auto waiting = submission(engine, mixed);
  ASSERT_EQ(waiting.recipients.size(), 3U);
  EXPECT_EQ(waiting.recipients[0].delivered, 1);
  EXPECT_EQ(waiting.recipients[1].delivered, 0);
  EXPECT_TRUE(waiting.recipients[1].reply.contains("450")) << waiting.recipients[1].reply;
  EXPECT_EQ(waiting.recipients[2].delivered, 2);
  // The next attempt, now: bob must not have it twice.
  ASSERT_TRUE(engine.store().write([&](WriteTx& tx) {
    auto now = waiting;
    now.next_attempt_at = tx.now();
    return store::move_submission(tx, now.id, SubmissionState::kQueued, now);
  }));
  EXPECT_TRUE(engine.eventually([&] {
    return submission(engine, mixed).attempts == 2 && submission(engine, mixed).state == SubmissionState::kQueued;
  }));
  const auto count_there = [&] {
    const auto found = mail.doveadm({"search", "-u", "bob@demo.test", "mailbox", "INBOX", "subject", "Mixed"});
    return std::ranges::count(found, '\n');
  };
  EXPECT_TRUE(engine.eventually([&] { return count_there() == 1; }));
  EXPECT_EQ(count_there(), 1);
}

TEST(SyncSending, AConnectionLostAfterTheFinalDotIsUnknownAndNeverSentAgain) {
  const std::string script =
      "S: 220 mx ESMTP\nC~ EHLO .*\nS: 250-mx\nS: 250 AUTH PLAIN\nC~ AUTH PLAIN .*\nS: 235 ok\n"
      "C~ MAIL FROM.*\nS: 250 ok\nC~ RCPT TO.*\nS: 250 ok\nC: DATA\nS: 354 go on\n"
      "C~ From: .*\nC~ To: .*\nC~ Subject: .*\nC~ Date: .*\nC~ Message-ID: .*\nC~ MIME.*\nC~ Content.*\nC: \nC: hello\n"
      "C: .\nCLOSE\n";
  Engine engine(Engine::Account{{"127.0.0.1", 9, Security::kNone, "alice@demo.test"},
                                {"127.0.0.1", 0, Security::kNone, "alice@demo.test"},
                                "secret"},
                [&](boost::asio::io_context& io, Engine::Account& account) {
                  auto server = std::make_shared<ScriptedServer>(io, script);
                  account.smtp.port = server->port();
                  return server;
                });
  const auto mailbox = engine.store().write([&](WriteTx& tx) {
    store::NewMailbox made;
    made.account = engine.account;
    made.name = "Sent";
    made.role = Role::kSent;
    return store::create_mailbox(tx, made, Origin::kLocal);
  });
  ASSERT_TRUE(mailbox);
  const auto id = submit(engine, *mailbox, {"bob@demo.test"}, "Lost");
  EXPECT_TRUE(engine.eventually([&] { return submission(engine, id).state == SubmissionState::kUnknown; }))
      << submission_state_name(submission(engine, id).state) << " " << submission(engine, id).detail;
  EXPECT_EQ(submission(engine, id).recipients.front().delivered, 3);
  engine.stop_worker();
  engine.start_worker();
  EXPECT_FALSE(engine.eventually(
      [&] { return submission(engine, id).state != SubmissionState::kUnknown || submission(engine, id).attempts != 1; },
      400ms));
}

// Many providers file what they accept in Sent themselves.
TEST_F(SyncHardCases, AnUnknownMessageThatStandsInSentWasAccepted) {
  Engine engine(mail(), "unknown");
  ASSERT_TRUE(engine.eventually([&] { return engine.mailbox(Role::kSent) && engine.state() == AccountState::kIdle; }));
  engine.stop_worker();
  const auto sent = engine.mailbox(Role::kSent);
  const auto accepted = submit(engine, sent, {"bob@demo.test"}, "Accepted");
  const auto lost = submit(engine, sent, {"bob@demo.test"}, "Vanished");
  for (const auto id : {accepted, lost}) {
    ASSERT_TRUE(engine.store().write([&](WriteTx& tx) {
      auto now = submission(engine, id);
      now.state = SubmissionState::kUnknown;
      return store::move_submission(tx, id, SubmissionState::kQueued, now);
    }));
  }
  // Our own copies come to Sent first; then the server's copy of one of them.
  engine.start_worker();
  ASSERT_TRUE(engine.eventually([&] { return engine.open_operations() == 0; }));
  EXPECT_EQ(submission(engine, accepted).state, SubmissionState::kUnknown);
  engine.stop_worker();
  mail().doveadm({"copy", "-u", "unknown@demo.test", "Sent", "mailbox", "Sent", "subject", "Accepted"});
  engine.start_worker();
  EXPECT_TRUE(engine.eventually([&] { return submission(engine, accepted).state == SubmissionState::kSent; }));
  ASSERT_TRUE(engine.eventually([&] { return engine.state() == AccountState::kIdle; }));
  EXPECT_EQ(submission(engine, lost).state, SubmissionState::kUnknown);
}

}  // namespace
}  // namespace dhii::sync
