#include <gmock/gmock.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using ChangeNumbers = StoreTest;

TEST_F(ChangeNumbers, TellCreatedUpdatedAndDestroyed) {
  const EmailId kept = add(TestMail{.body = "1", .message_id = "1@x"}, inbox, 1),
                gone = add(TestMail{.body = "2", .message_id = "2@x"}, inbox, 2);
  const auto since = state(DataType::kEmail);
  const EmailId fresh = add(TestMail{.subject = "other", .body = "3", .message_id = "3@x"}, inbox, 3);
  write([&](WriteTx& tx) { return set_keywords(tx, kAccount, kept, {1, {}}, Origin::kLocal); });
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, gone, Origin::kLocal); });
  const Changes c = changes(DataType::kEmail, since);
  EXPECT_THAT(c.created, ElementsAre(fresh.value));
  EXPECT_THAT(c.updated, ElementsAre(kept.value));
  EXPECT_THAT(c.destroyed, ElementsAre(gone.value));
  EXPECT_EQ(c.new_state, state(DataType::kEmail));
  EXPECT_FALSE(c.has_more);
  const Changes none = changes(DataType::kEmail, c.new_state);
  EXPECT_THAT(none.created, IsEmpty());
  EXPECT_EQ(none.new_state, c.new_state);
}

TEST_F(ChangeNumbers, WhatCameAndWentMeanwhileIsNotTold) {
  const auto since = state(DataType::kEmail);
  const EmailId id = add(TestMail{}, inbox, 1);
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kLocal); });
  const Changes c = changes(DataType::kEmail, since);
  EXPECT_THAT(c.created, IsEmpty());
  EXPECT_THAT(c.destroyed, IsEmpty());
}

TEST_F(ChangeNumbers, APageAtATimeGivesTheSameAsAllAtOnce) {
  const auto since = state(DataType::kEmail);
  std::vector<NewEmail> batch;
  for (std::uint32_t i = 0; i < 25; ++i)
    batch.push_back(make(TestMail{.body = std::to_string(i)}, inbox, i + 1, 0, 1000 + i));
  const auto ids = must(store->write([&](WriteTx& tx) { return add_emails(tx, batch, Origin::kUpstream); }));
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, ids[3], Origin::kLocal); });
  std::set<std::int64_t> created;
  ChangeNumber at = since;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const Changes c = changes(DataType::kEmail, at, 10);
    EXPECT_LE(c.created.size() + c.updated.size() + c.destroyed.size(), 10U);
    created.insert(c.created.begin(), c.created.end());
    ASSERT_GT(c.new_state, at);
    at = c.new_state;
    more = c.has_more;
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(created.size(), 24U);
  EXPECT_EQ(at, state(DataType::kEmail));
}

TEST_F(ChangeNumbers, RefusesStatesOfTheFuture) {
  const auto got =
      store->read([&](ReadTx& tx) { return changes_since(tx, kAccount, DataType::kEmail, ChangeNumber(1 << 30), 10); });
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(StoreError::kInvalid));
}

TEST_F(ChangeNumbers, ThreadsChangeWithTheirEmailsNotWithFlags) {
  const EmailId id = add(TestMail{.message_id = "a@x"}, inbox, 1);
  auto since = state(DataType::kThread);
  write([&](WriteTx& tx) { return set_keywords(tx, kAccount, id, {1, {}}, Origin::kLocal); });
  EXPECT_EQ(state(DataType::kThread), since);
  const EmailId reply = add(TestMail{.body = "r", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2);
  const auto thread = email(id)->thread.value;
  EXPECT_THAT(changes(DataType::kThread, since).updated, ElementsAre(thread));
  since = state(DataType::kThread);
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kLocal); });
  EXPECT_THAT(changes(DataType::kThread, since).updated, ElementsAre(thread));
  since = state(DataType::kThread);
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, reply, Origin::kLocal); });
  EXPECT_THAT(changes(DataType::kThread, since).destroyed, ElementsAre(thread));
}

TEST_F(ChangeNumbers, MailboxesSayWhetherOnlyCountsChanged) {
  auto since = state(DataType::kMailbox);
  add(TestMail{}, inbox, 1);
  Changes c = changes(DataType::kMailbox, since);
  EXPECT_THAT(c.updated, ElementsAre(inbox.value));
  EXPECT_TRUE(c.only_counts);
  auto m = mailbox(archive);
  m.name = "Attic";
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kUpstream); });
  c = changes(DataType::kMailbox, since);
  EXPECT_THAT(c.updated, testing::UnorderedElementsAre(inbox.value, archive.value));
  EXPECT_FALSE(c.only_counts);
  since = state(DataType::kMailbox);
  write([&](WriteTx& tx) { return destroy_mailbox(tx, archive, true, Origin::kUpstream); });
  EXPECT_THAT(changes(DataType::kMailbox, since).destroyed, ElementsAre(archive.value));
}

TEST_F(ChangeNumbers, AccountsDoNotDisturbEachOther) {
  const auto since = state(DataType::kEmail);
  const AccountId other(8);
  const auto theirs = make_mailbox("INBOX", Role::kInbox, "INBOX", other);
  auto mail = make(TestMail{}, theirs, 1);
  mail.account = other;
  add(mail);
  EXPECT_EQ(state(DataType::kEmail), since);
}

TEST_F(ChangeNumbers, AWriteSeesItsOwnState) {
  const auto before = state(DataType::kEmail);
  auto mail = make(TestMail{}, inbox, 1);
  write([&](WriteTx& tx) -> Result<void> {
    DHII_TRY(add_emails(tx, std::span(&mail, 1), Origin::kUpstream));
    DHII_TRY_ASSIGN(const auto inside, state_of(tx, kAccount, DataType::kEmail));
    EXPECT_GT(inside, before);
    DHII_TRY_ASSIGN(const auto c, changes_since(tx, kAccount, DataType::kEmail, before, 10));
    EXPECT_EQ(c.created.size(), 1U);
    return {};
  });
}

using Outbox = StoreTest;

TEST_F(Outbox, QueuesTakesAndRecovers) {
  const SubmissionId id = must(store->write([&](WriteTx& tx) {
    return create_submission(tx, {.account = kAccount,
                                  .email = EmailId(5),
                                  .mail_from = "ann@example.com",
                                  .recipients = {{.email = "bob@example.org"}},
                                  .send_at = clock.now() + std::chrono::seconds(10)});
  }));
  EXPECT_TRUE(events.back().submissions);
  const auto due = [&] {
    return must(store->read([&](ReadTx& tx) { return due_submissions(tx, kAccount, clock.now(), 10); }));
  };
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return next_submission_at(tx, kAccount); })),
            clock.now() + std::chrono::seconds(10));
  clock.advance(std::chrono::seconds(10));
  ASSERT_EQ(due().size(), 1U);
  Submission s = due()[0];
  EXPECT_EQ(s.recipients.at(0).email, "bob@example.org");
  s.state = SubmissionState::kSending;
  write([&](WriteTx& tx) { return move_submission(tx, id, SubmissionState::kQueued, s); });
  // Too late to cancel.
  Submission canceled = s;
  canceled.state = SubmissionState::kCanceled;
  const auto refused =
      store->write([&](WriteTx& tx) { return move_submission(tx, id, SubmissionState::kQueued, canceled); });
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(StoreError::kConflict));
  EXPECT_NE(refused.error().message().find("sending"), std::string::npos);
  open();  // the program died
  const auto recovered = must(store->write([&](WriteTx& tx) { return recover_submissions(tx, kAccount); }));
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].state, SubmissionState::kUnknown);
  EXPECT_THAT(due(), IsEmpty()) << "never resent by itself";
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return get_submissions(tx, kAccount, std::nullopt); })).at(0).state,
            SubmissionState::kUnknown);
  EXPECT_THAT(changes(DataType::kEmailSubmission, ChangeNumber(0)).created, ElementsAre(id.value));
}

using Identities = StoreTest;

TEST_F(Identities, AreKeptPerAccount) {
  const IdentityId id = must(store->write([&](WriteTx& tx) {
    return put_identity(tx,
                        {.account = kAccount, .name = "Ann", .email = "ann@example.com", .text_signature = "-- \nAnn"});
  }));
  auto all = must(store->read([&](ReadTx& tx) { return list_identities(tx, kAccount); }));
  ASSERT_EQ(all.size(), 1U);
  all[0].name = "Ann E.";
  write([&](WriteTx& tx) { return put_identity(tx, all[0]); });
  auto foreign = all[0];
  foreign.account = AccountId(8);
  EXPECT_FALSE(store->write([&](WriteTx& tx) { return put_identity(tx, foreign); }));
  EXPECT_FALSE(store->write([&](WriteTx& tx) { return destroy_identity(tx, AccountId(8), id); }));
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return list_identities(tx, kAccount); })).at(0).name, "Ann E.");
  write([&](WriteTx& tx) { return destroy_identity(tx, kAccount, id); });
  EXPECT_THAT(must(store->read([&](ReadTx& tx) { return list_identities(tx, kAccount); })), IsEmpty());
}

}  // namespace
}  // namespace dhii::store
