#include <gmock/gmock.h>

#include "store/database.hpp"
#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Emails = StoreTest;

TEST_F(Emails, ComeBackAsTheyWentIn) {
  auto mail = make(TestMail{.from = "Renée Müller <renee@example.com>",
                            .subject = "Grüße 你好",
                            .body = "line one\r\nline two\r\n",
                            .message_id = "m1@x",
                            .in_reply_to = "m0@x",
                            .references = "<r1@x> <m0@x>"},
                   inbox, 5, 3);
  mail.keywords.add("todo");
  mail.truncated = true;
  const EmailId id = add(mail);
  const Email e = *email(id);
  EXPECT_EQ(e.account, kAccount);
  EXPECT_EQ(e.envelope.subject, "Grüße 你好");
  ASSERT_EQ(e.envelope.from.size(), 1U);
  EXPECT_EQ(e.envelope.from[0].name, "Renée Müller");
  EXPECT_EQ(e.envelope.from[0].email, "renee@example.com");
  EXPECT_THAT(e.envelope.message_ids, ElementsAre("m1@x"));
  EXPECT_THAT(e.envelope.references, ElementsAre("r1@x", "m0@x"));
  ASSERT_TRUE(e.envelope.sent_at);
  EXPECT_EQ(to_unix_seconds(e.envelope.sent_at->at), 1'767'225'600);
  EXPECT_EQ(e.preview, "line one line two");
  EXPECT_THAT(e.keywords.jmap_names(), ElementsAre("$seen", "$flagged", "todo"));
  EXPECT_THAT(e.mailboxes, ElementsAre(inbox));
  EXPECT_EQ(e.received_at, clock.now());
  EXPECT_TRUE(e.truncated);
  EXPECT_FALSE(e.has_attachment);
  EXPECT_EQ(e.size, mail.blob.raw_size);
  const auto raw = store->read([&](ReadTx& tx) { return tx.blobs().get(tx, e.blob); });
  ASSERT_TRUE(raw);
  EXPECT_NE(raw->find("line two"), std::string::npos);
}

TEST_F(Emails, SurviveARestart) {
  const EmailId id = add(TestMail{.subject = "kept"}, inbox, 1);
  open();
  ASSERT_TRUE(email(id));
  EXPECT_EQ(email(id)->envelope.subject, "kept");
  EXPECT_EQ(mailbox(inbox).total_emails, 1);
}

TEST_F(Emails, IdsSortByTimeAndAreUniqueInAFullSecond) {
  std::vector<NewEmail> batch;
  for (int i = 0; i < 20; ++i) batch.push_back(make(TestMail{.body = std::to_string(i)}, inbox, 100 + i, 0, 1000));
  batch.push_back(make(TestMail{.body = "older"}, inbox, 1, 0, 999));
  batch.push_back(make(TestMail{.body = "before all time"}, inbox, 2, 0, 0));
  const auto ids = must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }));
  EXPECT_EQ(std::set<EmailId>(ids.begin(), ids.end()).size(), batch.size());
  EXPECT_EQ(ids[0].value, 1000 << 2);
  EXPECT_EQ(ids[20].value, 999 << 2);
  EXPECT_GT(ids[21].value, 0);
  EXPECT_LT(ids[21], ids[20]);
}

TEST_F(Emails, IdsOfDestroyedEmailsDoNotComeBack) {
  const EmailId id = add(TestMail{}, inbox, 1);
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kUpstream); });
  const EmailId again = add(TestMail{}, inbox, 2);
  EXPECT_NE(again, id);
  EXPECT_NE(email(again)->thread.value, id.value);
}

TEST_F(Emails, RefusesAMailboxOfAnotherAccountAndNone) {
  const auto foreign = make_mailbox("INBOX", Role::kInbox, "INBOX", AccountId(8));
  auto mail = make(TestMail{}, foreign, 1);
  auto added = store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&mail, 1), Origin::kUpstream); });
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().is(StoreError::kNotFound));
  mail.mailboxes.clear();
  added = store->write([&](WriteTx& tx) { return add_emails(tx, std::span(&mail, 1), Origin::kUpstream); });
  EXPECT_TRUE(added.error().is(StoreError::kInvalid));
}

// THREATS.md: every id of every endpoint is tried as another user or account.
TEST_F(Emails, OfAnotherAccountAreNotFound) {
  const EmailId id = add(TestMail{}, inbox, 1);
  const AccountId other(8);
  EXPECT_TRUE(must(store->read([&](ReadTx& tx) { return get_emails(tx, other, std::span(&id, 1)); })).empty());
  EXPECT_TRUE(store->write([&](WriteTx& tx) { return set_keywords(tx, other, id, {}, Origin::kLocal); })
                  .error()
                  .is(StoreError::kNotFound));
  EXPECT_TRUE(store->write([&](WriteTx& tx) { return destroy_email(tx, other, id, Origin::kLocal); })
                  .error()
                  .is(StoreError::kNotFound));
  EXPECT_TRUE(store->write([&](WriteTx& tx) { return set_mailboxes(tx, other, id, std::array{inbox}, Origin::kLocal); })
                  .error()
                  .is(StoreError::kNotFound));
  EXPECT_TRUE(store->read([&](ReadTx& tx) { return thread_emails(tx, other, email(id)->thread); })
                  .error()
                  .is(StoreError::kNotFound));
  const BlobId blob = email(id)->blob;
  EXPECT_TRUE(must(store->read([&](ReadTx& tx) { return account_has_blob(tx, kAccount, blob); })));
  EXPECT_FALSE(must(store->read([&](ReadTx& tx) { return account_has_blob(tx, other, blob); })));
}

TEST_F(Emails, AFailedWriteLeavesNothingBehind) {
  const auto before = state(DataType::kEmail);
  auto mail = make(TestMail{}, inbox, 1);
  const auto done = store->write([&](WriteTx& tx) -> Result<void> {
    DHII_TRY(add_emails(tx, std::span(&mail, 1), Origin::kUpstream));
    return fail(StoreError::kInvalid, "no");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(mailbox(inbox).total_emails, 0);
  EXPECT_EQ(state(DataType::kEmail), before);
  EXPECT_FALSE(must(store->read([&](ReadTx& tx) { return account_has_blob(tx, kAccount, mail.blob.id); })));
  EXPECT_TRUE(email(add(mail)));
}

TEST_F(Emails, AThrowRollsBackAndLeavesTheStoreUsable) {
  EXPECT_THROW(std::ignore = store->write([&](WriteTx& tx) -> Result<void> {
    create_mailbox(tx, {.account = kAccount, .name = "Gone"}, Origin::kUpstream).value();
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return list_mailboxes(tx, kAccount); })).size(), 2U);
  EXPECT_TRUE(email(add(TestMail{}, inbox, 1)));
}

// ---- threads
// ----------------------------------------------------------------------------------------------------------------------

TEST_F(Emails, JoinAThreadByReferencesInAnyOrder) {
  const EmailId reply =
      add(TestMail{.subject = "Re: plan", .message_id = "c@x", .in_reply_to = "b@x", .references = "<a@x> <b@x>"},
          inbox, 1, 0, 300);
  const EmailId middle =
      add(TestMail{.subject = "Re: plan", .body = "2", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2, 0, 200);
  const EmailId first = add(TestMail{.subject = "plan", .body = "1", .message_id = "a@x"}, inbox, 3, 0, 100);
  const ThreadId thread = email(reply)->thread;
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return thread_emails(tx, kAccount, thread); })),
            (std::vector{first, middle, reply}));
  EXPECT_EQ(mailbox(inbox).total_threads, 1);
}

TEST_F(Emails, JoinByHeadersWithinOneBatch) {
  std::vector<NewEmail> batch;
  batch.push_back(make(TestMail{.message_id = "a@x"}, inbox, 1, 0, 100));
  batch.push_back(make(TestMail{.body = "2", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2, 0, 200));
  const auto ids = must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }));
  EXPECT_EQ(email(ids[0])->thread, email(ids[1])->thread);
  EXPECT_EQ(mailbox(inbox).total_threads, 1);
}

TEST_F(Emails, JoinBySubjectOnlyWhenTheySayThatTheyReply) {
  const EmailId first = add(TestMail{.subject = "Lunch", .message_id = "a@x"}, inbox, 1);
  const EmailId same = add(TestMail{.subject = "Lunch", .body = "another", .message_id = "b@x"}, inbox, 2);
  const EmailId reply = add(TestMail{.subject = "Re: Lunch", .body = "reply", .message_id = "c@x"}, inbox, 3);
  EXPECT_NE(email(first)->thread, email(same)->thread);
  EXPECT_EQ(email(reply)->thread, email(same)->thread);
}

TEST_F(Emails, ARepliesSubjectWaitsForItsOriginalWhenMailComesNewestFirst) {
  const EmailId reply =
      add(TestMail{.subject = "Re: Lunch", .body = "reply", .message_id = "c@x"}, inbox, 1, 0, 2'000'000);
  const EmailId first = add(TestMail{.subject = "Lunch", .message_id = "a@x"}, inbox, 2, 0, 1'900'000);
  EXPECT_EQ(email(reply)->thread, email(first)->thread);
  const EmailId ancient = add(TestMail{.subject = "Re: Lunch", .body = "old", .message_id = "d@x"}, inbox, 3, 0,
                              2'000'000 - 90 * 86400 - 200'000);
  EXPECT_NE(email(ancient)->thread, email(first)->thread);
}

TEST_F(Emails, ThreadsOfDifferentAccountsDoNotMix) {
  const AccountId other(8);
  const auto theirs = make_mailbox("INBOX", Role::kInbox, "INBOX", other);
  const EmailId mine = add(TestMail{.message_id = "a@x"}, inbox, 1);
  auto mail = make(TestMail{.body = "r", .message_id = "b@x", .in_reply_to = "a@x"}, theirs, 1);
  mail.account = other;
  const EmailId their = add(mail);
  const auto e = must(store->read([&](ReadTx& tx) { return get_emails(tx, other, std::span(&their, 1)); })).at(0);
  EXPECT_NE(e.thread, email(mine)->thread);
}

TEST_F(Emails, AThreadDiesWithItsLastEmailAndIsNotRevived) {
  const EmailId id = add(TestMail{.message_id = "a@x"}, inbox, 1);
  const ThreadId dead = email(id)->thread;
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kUpstream); });
  EXPECT_EQ(mailbox(inbox).total_threads, 0);
  const EmailId reply = add(TestMail{.body = "r", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2);
  EXPECT_NE(email(reply)->thread, dead);
}

TEST_F(Emails, AreFoundByMessageId) {
  const EmailId id = add(TestMail{.message_id = "needle@x"}, inbox, 1);
  const auto find = [&](AccountId account, std::string_view message_id) {
    return must(store->read([&](ReadTx& tx) { return find_by_message_id(tx, account, message_id); }));
  };
  EXPECT_EQ(find(kAccount, "needle@x"), id);
  EXPECT_FALSE(find(kAccount, "other@x"));
  EXPECT_FALSE(find(AccountId(8), "needle@x"));
}

// ---- what counts
// ----------------------------------------------------------------------------------------------------------------------

TEST_F(Emails, CountersFollowEveryKindOfChange) {
  // A random walk; after each step the counters must be what counting says.
  std::vector<EmailId> alive;
  const auto check = [&](int step) {
    for (const MailboxId box : {inbox, archive}) {
      const Mailbox m = mailbox(box);
      std::int64_t total = 0, unread = 0;
      std::set<ThreadId> threads, unread_threads;
      for (const EmailId id : alive) {
        const Email e = *email(id);
        if (std::ranges::find(e.mailboxes, box) == e.mailboxes.end()) continue;
        ++total;
        threads.insert(e.thread);
        if (!e.keywords.has(Flag::kSeen) && !e.keywords.has(Flag::kDraft)) ++unread;
      }
      for (const EmailId id : alive) {
        const Email e = *email(id);
        if (threads.contains(e.thread) && !e.keywords.has(Flag::kSeen) && !e.keywords.has(Flag::kDraft))
          unread_threads.insert(e.thread);
      }
      ASSERT_EQ(m.total_emails, total) << step;
      ASSERT_EQ(m.unread_emails, unread) << step;
      ASSERT_EQ(m.total_threads, static_cast<std::int64_t>(threads.size())) << step;
      ASSERT_EQ(m.unread_threads, static_cast<std::int64_t>(unread_threads.size())) << step;
    }
  };
  for (int step = 0; step < 120; ++step) {
    const auto what = alive.size() < 5 ? 0 : random.below(4);
    if (what == 0) {
      TestMail mail{.body = std::to_string(step), .message_id = std::to_string(step) + "@x"};
      if (step > 0) mail.in_reply_to = std::to_string(random.below(static_cast<std::uint64_t>(step))) + "@x";
      alive.push_back(add(mail, random.below(2) == 0 ? inbox : archive, static_cast<std::uint32_t>(step + 1),
                          random.below(2) == 0 ? 1 : 0));
    } else {
      const std::size_t i = random.below(alive.size());
      const EmailId id = alive[i];
      if (what == 1) {
        Keywords keywords;
        keywords.bits = static_cast<std::uint32_t>(random.below(16));
        write([&](WriteTx& tx) { return set_keywords(tx, kAccount, id, keywords, Origin::kLocal); });
      } else if (what == 2) {
        const std::vector<MailboxId> to =
            random.below(3) == 0 ? std::vector{inbox, archive} : std::vector{random.below(2) == 0 ? inbox : archive};
        write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, id, to, Origin::kLocal); });
      } else {
        write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kLocal); });
        alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    ASSERT_NO_FATAL_FAILURE(check(step));
  }
}

TEST_F(Emails, TellsOnceWhatACommittedWriteChanged) {
  events.clear();
  add(TestMail{}, inbox, 1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].account, kAccount);
  const auto bit = [](DataType t) { return 1U << static_cast<unsigned>(t); };
  EXPECT_EQ(events[0].types,
            bit(DataType::kEmail) | bit(DataType::kThread) | bit(DataType::kMailbox) | bit(DataType::kEmailDelivery));
  EXPECT_FALSE(events[0].pending_ops);
  events.clear();
  std::ignore = store->write([&](WriteTx& tx) -> Result<void> {
    tx.touch(kAccount, DataType::kEmail);
    return fail(StoreError::kInvalid);
  });
  EXPECT_TRUE(events.empty());
}

// ---- uploads, blobs of emails that go
// -------------------------------------------------------------------------------------------------

TEST_F(Emails, UploadsAreKeptForADayUnlessAnEmailHasThem) {
  const auto blob = store->blobs().prepare("an attachment"), used = store->blobs().prepare(TestMail{}.raw());
  write([&](WriteTx& tx) { return keep_upload(tx, kAccount, blob, "text/plain"); });
  write([&](WriteTx& tx) { return keep_upload(tx, kAccount, used, "message/rfc822"); });
  const EmailId id = add(TestMail{}, inbox, 1);
  const auto has = [&](const BlobId& b) {
    return must(store->read([&](ReadTx& tx) { return account_has_blob(tx, kAccount, b); }));
  };
  EXPECT_TRUE(has(blob.id));
  clock.advance(std::chrono::hours(25));
  while (must(store->maintain())) {
  }
  EXPECT_FALSE(has(blob.id));
  EXPECT_TRUE(has(used.id));
  EXPECT_TRUE(store->read([&](ReadTx& tx) { return tx.blobs().get(tx, blob.id); }).error().is(StoreError::kNotFound));
  EXPECT_TRUE(store->read([&](ReadTx& tx) { return tx.blobs().get(tx, email(id)->blob); }));
}

TEST_F(Emails, EqualContentIsStoredOnceAndGoesWithTheLastEmail) {
  const EmailId a = add(TestMail{}, inbox, 1), b = add(TestMail{}, archive, 1);
  ASSERT_NE(a, b);
  const BlobId blob = email(a)->blob;
  EXPECT_EQ(email(b)->blob, blob);
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, a, Origin::kUpstream); });
  EXPECT_TRUE(store->read([&](ReadTx& tx) { return tx.blobs().get(tx, blob); }));
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, b, Origin::kUpstream); });
  EXPECT_FALSE(store->read([&](ReadTx& tx) { return tx.blobs().get(tx, blob); }));
}

TEST_F(Emails, ErasingAnAccountLeavesTheOthersAlone) {
  const AccountId other(8);
  const auto theirs = make_mailbox("INBOX", Role::kInbox, "INBOX", other);
  add(TestMail{}, inbox, 1);
  auto mail = make(TestMail{}, theirs, 1);
  mail.account = other;
  const EmailId kept = add(mail);
  write([&](WriteTx& tx) { return erase_account(tx, kAccount); });
  EXPECT_TRUE(must(store->read([&](ReadTx& tx) { return list_mailboxes(tx, kAccount); })).empty());
  const auto left = must(store->read([&](ReadTx& tx) { return get_emails(tx, other, std::span(&kept, 1)); }));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(store->read([&](ReadTx& tx) { return tx.blobs().get(tx, left[0].blob); }));
  const auto rows =
      must(store->read([&](ReadTx& tx) { return tx.db().find<std::int64_t>("SELECT count(*) FROM thread_view"); }));
  EXPECT_EQ(rows, 2);  // the other account's: one in its mailbox, one for the account
}

}  // namespace
}  // namespace dhii::store
