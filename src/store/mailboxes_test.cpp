#include <gmock/gmock.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

using Mailboxes = StoreTest;

TEST_F(Mailboxes, ListsWhatWasCreated) {
  const auto all = must(store->read([&](ReadTx& tx) { return list_mailboxes(tx, kAccount); }));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "INBOX");
  EXPECT_EQ(all[0].role, Role::kInbox);
  EXPECT_EQ(all[1].imap_name, "Archive");
}

TEST_F(Mailboxes, RefusesASiblingOfTheSameNameButNotInAnotherPlace) {
  const auto again = store->write(
      [&](WriteTx& tx) { return create_mailbox(tx, {.account = kAccount, .name = "Archive"}, Origin::kUpstream); });
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(StoreError::kConflict));
  EXPECT_TRUE(store->write([&](WriteTx& tx) {
    return create_mailbox(tx, {.account = kAccount, .parent = archive, .name = "Archive"}, Origin::kUpstream);
  }));
}

TEST_F(Mailboxes, KeepsARoleOnceWhenAServerListsItTwice) {
  const auto second = make_mailbox("Posteingang", Role::kInbox, "Posteingang");
  EXPECT_EQ(mailbox(second).role, Role::kNone);
}

TEST_F(Mailboxes, LocalCreationIsQueuedForTheServer) {
  write([&](WriteTx& tx) { return create_mailbox(tx, {.account = kAccount, .name = "Receipts"}, Origin::kLocal); });
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kCreateMailbox);
}

TEST_F(Mailboxes, ALocalRenameKeepsTheUpstreamNameUntilItHasRun) {
  auto m = mailbox(archive);
  m.name = "Old mail";
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); });
  EXPECT_EQ(mailbox(archive).name, "Old mail");
  EXPECT_EQ(mailbox(archive).imap_name, "Archive");
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].imap_name, "Archive");
  EXPECT_EQ(ops()[0].new_imap_name, "Old mail");
}

TEST_F(Mailboxes, ARefusedRenameGetsItsOldNameBack) {
  auto m = mailbox(archive);
  m.name = "Old mail";
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); });
  const auto op = ops().at(0);
  write([&](WriteTx& tx) { return revert_op(tx, op); });
  EXPECT_EQ(mailbox(archive).name, "Archive");
  EXPECT_TRUE(ops().empty());
}

TEST_F(Mailboxes, ARenameUpstreamTakesTheNamesBelowAlong) {
  const auto below = make_mailbox("2025", Role::kNone, "Archive/2025");
  const auto beside = make_mailbox("Archive2", Role::kNone, "Archive2");
  auto m = mailbox(archive);
  m.name = "Old mail";
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); });
  const auto op = ops().at(0);
  write([&](WriteTx& tx) { return set_upstream_name(tx, op, "Archive", "Old mail", '/'); });
  EXPECT_EQ(mailbox(archive).imap_name, "Old mail");
  EXPECT_EQ(mailbox(below).imap_name, "Old mail/2025");
  EXPECT_EQ(mailbox(beside).imap_name, "Archive2");
}

TEST_F(Mailboxes, OneDestroyedWhileItsRenameWasUnderWayIsDeletedUnderItsNewName) {
  auto m = mailbox(archive);
  m.name = "Old mail";
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); });
  const auto op = ops().at(0);
  write([&](WriteTx& tx) { return destroy_mailbox(tx, archive, true, Origin::kLocal); });
  write([&](WriteTx& tx) { return set_upstream_name(tx, op, "Archive", "Old mail", '/'); });
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kDeleteMailbox);
  EXPECT_EQ(ops()[0].imap_name, "Old mail");
}

TEST_F(Mailboxes, CantBecomeItsOwnGrandchild) {
  const auto child = must(store->write([&](WriteTx& tx) {
    return create_mailbox(tx, {.account = kAccount, .parent = archive, .name = "Child"}, Origin::kUpstream);
  }));
  auto m = mailbox(archive);
  m.parent = child;
  const auto done = store->write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); });
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is(StoreError::kInvalid));
}

TEST_F(Mailboxes, OfAnotherAccountAreNotFound) {
  auto m = mailbox(archive);
  m.account = AccountId(8);
  EXPECT_FALSE(store->write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kLocal); }));
}

TEST_F(Mailboxes, DestroyingOneThatIsNotEmptyIsRefusedUnlessEmailsMayGo) {
  const EmailId id = add(TestMail{}, archive, 1);
  const auto refused =
      store->write([&](WriteTx& tx) { return destroy_mailbox(tx, archive, false, Origin::kUpstream); });
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(StoreError::kConflict));
  EXPECT_TRUE(email(id));
  write([&](WriteTx& tx) { return destroy_mailbox(tx, archive, true, Origin::kUpstream); });
  EXPECT_FALSE(email(id));
}

TEST_F(Mailboxes, DestroyingKeepsEmailsThatStandElsewhere) {
  auto mail = make(TestMail{}, archive);
  mail.mailboxes = {archive, inbox};
  const EmailId id = add(mail);
  write([&](WriteTx& tx) { return destroy_mailbox(tx, archive, true, Origin::kUpstream); });
  ASSERT_TRUE(email(id));
  EXPECT_THAT(email(id)->mailboxes, testing::ElementsAre(inbox));
}

TEST_F(Mailboxes, CountsEmailsUnreadAndThreads) {
  add(TestMail{.message_id = "a@x"}, inbox, 1);
  add(TestMail{.body = "reply", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 2, 1);
  add(TestMail{.subject = "Other", .message_id = "c@x"}, inbox, 3, 1);
  const Mailbox m = mailbox(inbox);
  EXPECT_EQ(m.total_emails, 3);
  EXPECT_EQ(m.unread_emails, 1);
  EXPECT_EQ(m.total_threads, 2);
  EXPECT_EQ(m.unread_threads, 1);
}

// RFC 8621 §2: the unread email need not be the one in this mailbox; what is in the trash counts for the trash only.
TEST_F(Mailboxes, UnreadThreadsLookAtTheWholeThreadExceptTheTrash) {
  const auto trash = make_mailbox("Trash", Role::kTrash, "Trash");
  add(TestMail{.message_id = "a@x"}, archive, 1, 1);
  const EmailId unread = add(TestMail{.body = "reply", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 1);
  EXPECT_EQ(mailbox(archive).unread_threads, 1);
  EXPECT_EQ(mailbox(inbox).unread_threads, 1);
  write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, unread, std::array{trash}, Origin::kLocal); });
  EXPECT_EQ(mailbox(archive).unread_threads, 0);
  EXPECT_EQ(mailbox(inbox).unread_threads, 0);
  EXPECT_EQ(mailbox(trash).unread_threads, 1);
}

TEST_F(Mailboxes, UnreadThreadsAreCountedAnewWhenTheTrashIsAnotherMailbox) {
  add(TestMail{.message_id = "a@x"}, archive, 1, 1);
  add(TestMail{.body = "reply", .message_id = "b@x", .in_reply_to = "a@x"}, inbox, 1);
  auto m = mailbox(inbox);
  m.role = Role::kTrash;
  write([&](WriteTx& tx) { return update_mailbox(tx, m, Origin::kUpstream); });
  EXPECT_EQ(mailbox(archive).unread_threads, 0);
  EXPECT_EQ(mailbox(inbox).unread_threads, 1);
}

}  // namespace
}  // namespace dhii::store
