// The three-way cases: what upstream says, what was known, what a person did meanwhile.
#include <gmock/gmock.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Remote : public StoreTest {
 protected:
  void flags(MailboxId box, std::uint32_t uid, std::uint32_t bits) {
    const FlagUpdate update{Uid(uid), {bits, {}}};
    write([&](WriteTx& tx) { return apply_remote_flags(tx, box, std::span(&update, 1)); });
  }
  void vanished(MailboxId box, std::uint32_t uid) {
    const Uid gone(uid);
    write([&](WriteTx& tx) { return apply_remote_vanished(tx, box, std::span(&gone, 1)); });
  }
  void set(EmailId id, std::uint32_t bits) {
    write([&](WriteTx& tx) { return set_keywords(tx, kAccount, id, {bits, {}}, Origin::kLocal); });
  }
  void move(EmailId id, MailboxId to) {
    write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, id, std::array{to}, Origin::kLocal); });
  }
  void destroy(EmailId id) {
    write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kLocal); });
  }
  void finish(const PendingOp& op) {
    write([&](WriteTx& tx) { return finish_op(tx, op.id); });
  }
  void revert(const PendingOp& op) {
    write([&](WriteTx& tx) { return revert_op(tx, op); });
  }
  void place(MailboxId box, EmailId id, std::uint32_t uid, std::uint32_t bits = 0) {
    write([&](WriteTx& tx) { return place_remote(tx, box, id, Uid(uid), {bits, {}}); });
  }
  void unplace(MailboxId box, EmailId id) {
    write([&](WriteTx& tx) { return unplace_remote(tx, box, id); });
  }
  std::vector<RemoteMessage> remote(MailboxId box) {
    return must(store->read([&](ReadTx& tx) { return list_remote(tx, box); }));
  }
  std::uint32_t bits(EmailId id) { return email(id)->keywords.bits; }
};

constexpr std::uint32_t kSeen = 1, kFlagged = 2, kAnswered = 4;

TEST_F(Remote, KnowsWhereAMessageStands) {
  const EmailId id = add(TestMail{}, inbox, 17, kSeen);
  ASSERT_EQ(remote(inbox).size(), 1U);
  EXPECT_EQ(remote(inbox)[0].uid, Uid(17));
  EXPECT_EQ(remote(inbox)[0].email, id);
  EXPECT_EQ(remote(inbox)[0].flags.bits, kSeen);
  const auto found = must(store->read([&](ReadTx& tx) { return find_remote(tx, inbox, id); }));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->uid, Uid(17));
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return count_remote(tx, inbox); })), 1);
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return remote_places(tx, id); })).at(0).uid, Uid(17));
}

TEST_F(Remote, KeepsTheStateOfAMailbox) {
  EXPECT_FALSE(must(store->read([&](ReadTx& tx) { return get_remote_state(tx, inbox); })));
  write([&](WriteTx& tx) {
    return set_remote_state(tx, inbox,
                            {UidValidity(4'000'000'000U), Uid(4'294'967'295U), ModSeq(std::uint64_t{1} << 62U), true});
  });
  open();
  const auto s = must(store->read([&](ReadTx& tx) { return get_remote_state(tx, inbox); }));
  ASSERT_TRUE(s);
  EXPECT_EQ(s->uid_validity, UidValidity(4'000'000'000U));
  EXPECT_EQ(s->uid_next, Uid(4'294'967'295U));
  EXPECT_EQ(s->highest_modseq, ModSeq(std::uint64_t{1} << 62U));
  EXPECT_TRUE(s->complete);
}

TEST_F(Remote, UpstreamFlagsAreFollowed) {
  const EmailId id = add(TestMail{}, inbox, 1);
  flags(inbox, 1, kSeen | kAnswered);
  EXPECT_EQ(bits(id), kSeen | kAnswered);
  EXPECT_EQ(mailbox(inbox).unread_emails, 0);
  flags(inbox, 1, 0);
  EXPECT_EQ(bits(id), 0U);
  EXPECT_THAT(ops(), IsEmpty());
}

TEST_F(Remote, APendingFlagStaysOnTopOfWhatUpstreamSays) {
  const EmailId id = add(TestMail{}, inbox, 1, kSeen);
  set(id, kFlagged);  // the person unsets seen and sets flagged
  flags(inbox, 1, kSeen | kAnswered);
  EXPECT_EQ(bits(id), kFlagged | kAnswered);
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_THAT(ops()[0].add_flags, ElementsAre("\\Flagged"));
  EXPECT_THAT(ops()[0].remove_flags, ElementsAre("\\Seen"));
  EXPECT_EQ(ops()[0].uid, Uid(1));
  // Carried out: upstream is the truth again.
  finish(ops()[0]);
  flags(inbox, 1, kFlagged | kAnswered);
  EXPECT_EQ(bits(id), kFlagged | kAnswered);
  flags(inbox, 1, 0);
  EXPECT_EQ(bits(id), 0U);
}

// Set, then unset while the first operation is on its way: its echo must not bring the flag back.
TEST_F(Remote, TheEchoOfAnEarlierOperationDoesNotUndoALaterOne) {
  const EmailId id = add(TestMail{}, inbox, 1);
  set(id, kSeen);
  set(id, 0);
  ASSERT_EQ(ops().size(), 2U);
  finish(ops()[0]);
  flags(inbox, 1, kSeen);
  EXPECT_EQ(bits(id), 0U);
}

TEST_F(Remote, ARefusedFlagGoesBackToTheBase) {
  const EmailId id = add(TestMail{}, inbox, 1, kSeen);
  set(id, kSeen | kFlagged);
  revert(ops().at(0));
  EXPECT_EQ(bits(id), kSeen);
  EXPECT_THAT(ops(), IsEmpty());
}

TEST_F(Remote, WhatVanishesUpstreamIsDestroyedHere) {
  const EmailId id = add(TestMail{}, inbox, 1);
  vanished(inbox, 1);
  EXPECT_FALSE(email(id));
  EXPECT_EQ(mailbox(inbox).total_emails, 0);
  EXPECT_THAT(remote(inbox), IsEmpty());
}

TEST_F(Remote, WhatVanishesFromOneMailboxStaysInTheOther) {
  const EmailId id = add(TestMail{}, inbox, 1);
  write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, id, std::array{inbox, archive}, Origin::kUpstream); });
  place(archive, id, 5);
  vanished(inbox, 1);
  ASSERT_TRUE(email(id));
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(archive));
}

TEST_F(Remote, AMoveIsShownAtOnceAndQueued) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(archive));
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kMove);
  EXPECT_EQ(ops()[0].from, inbox);
  EXPECT_EQ(ops()[0].to, archive);
  EXPECT_EQ(ops()[0].uid, Uid(9));
  // MOVE with COPYUID
  place(archive, id, 3);
  unplace(inbox, id);
  finish(ops()[0]);
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(archive));
  EXPECT_THAT(remote(inbox), IsEmpty());
  EXPECT_EQ(remote(archive).at(0).uid, Uid(3));
}

// Somebody else deleted or moved it while our move was waiting: nothing dies before the operation has been tried.
TEST_F(Remote, AMovePendingWhileItVanishesUpstreamKeepsTheEmail) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  vanished(inbox, 9);
  ASSERT_TRUE(email(id));
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(archive));
}

TEST_F(Remote, ARefusedMoveGoesBackToWhereUpstreamHasIt) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  revert(ops().at(0));
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(inbox));
}

// A move that is undone at once: two operations in order, each finding the message where the one before left it.
TEST_F(Remote, AMoveAndItsUndoFollowTheMessage) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  move(id, inbox);
  ASSERT_EQ(ops().size(), 2U);
  EXPECT_EQ(ops()[1].from, archive);
  EXPECT_EQ(ops()[1].uid, Uid(0));
  place(archive, id, 3);
  unplace(inbox, id);
  finish(ops()[0]);
  EXPECT_EQ(ops().at(0).uid, Uid(3));
  EXPECT_THAT(email(id)->mailboxes, ElementsAre(inbox));
}

// A server without UIDPLUS: the moved message is seen as new in its mailbox.
TEST_F(Remote, AMoveComingBackWithoutCopyuidIsJoined) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  set(id, kFlagged);
  unplace(inbox, id);
  finish(ops()[0]);
  EXPECT_EQ(add(TestMail{}, archive, 44, kSeen), id);
  EXPECT_EQ(remote(archive).at(0).uid, Uid(44));
  EXPECT_EQ(ops().at(0).kind, OpKind::kStoreFlags);
  EXPECT_EQ(ops().at(0).uid, Uid(44));
  EXPECT_EQ(bits(id), kSeen | kFlagged);
  EXPECT_EQ(mailbox(archive).total_emails, 1);
}

TEST_F(Remote, AnAppendComingBackIsJoined) {
  const EmailId id = add(make(TestMail{.subject = "Draft"}, archive), Origin::kLocal);
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kAppend);
  EXPECT_EQ(ops()[0].to, archive);
  EXPECT_EQ(add(TestMail{.subject = "Draft"}, archive, 5), id);
  EXPECT_EQ(mailbox(archive).total_emails, 1);
  // The same content once more under another UID is another message.
  EXPECT_NE(add(TestMail{.subject = "Draft"}, archive, 6), id);
}

TEST_F(Remote, AnAppendThatTheServerRewroteIsJoinedByItsMessageId) {
  const EmailId id = add(make(TestMail{.message_id = "own@x"}, archive), Origin::kLocal);
  EXPECT_EQ(add(TestMail{.message_id = "own@x", .extra_headers = "X-Server: rewrote\r\n"}, archive, 5), id);
  // What was not made here is never swallowed by an equal Message-ID.
  const EmailId received = add(TestMail{.body = "1", .message_id = "list@x"}, inbox, 1);
  EXPECT_NE(add(TestMail{.body = "2", .message_id = "list@x"}, inbox, 2), received);
}

TEST_F(Remote, AFlagSetWhileTheAppendIsOnItsWayIsNotLost) {
  const EmailId id = add(make(TestMail{}, archive), Origin::kLocal);
  set(id, kSeen);
  place(archive, id, 5, 0);  // APPENDUID; the flags that went with it
  EXPECT_EQ(bits(id), kSeen);
  ASSERT_EQ(ops().size(), 2U);
  EXPECT_EQ(ops()[1].kind, OpKind::kStoreFlags);
  EXPECT_EQ(ops()[1].uid, Uid(5));
}

TEST_F(Remote, WhatWasDestroyedHereDoesNotComeBack) {
  const EmailId id = add(TestMail{}, inbox, 9);
  destroy(id);
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kExpunge);
  EXPECT_EQ(ops()[0].uid, Uid(9));
  EXPECT_EQ(remote(inbox).size(), 1U) << "the base stays until the expunge has run, or the message would look new";
  flags(inbox, 9, kSeen);
  EXPECT_FALSE(email(id));
  unplace(inbox, id);
  finish(ops()[0]);
  EXPECT_THAT(remote(inbox), IsEmpty());
}

TEST_F(Remote, DestroyedWhileItsMoveWasOnTheWayIsExpungedWhereItLands) {
  const EmailId id = add(TestMail{}, inbox, 9);
  move(id, archive);
  destroy(id);
  ASSERT_EQ(ops().size(), 2U);
  unplace(inbox, id);
  finish(ops()[0]);
  EXPECT_EQ(add(TestMail{}, archive, 12), id) << "the place is learned, no email made";
  EXPECT_FALSE(email(id));
  EXPECT_EQ(mailbox(archive).total_emails, 0);
  EXPECT_EQ(ops().at(0).kind, OpKind::kExpunge);
  EXPECT_EQ(ops().at(0).uid, Uid(12));
}

TEST_F(Remote, ARefusedExpungeIsFetchedAgain) {
  const EmailId id = add(TestMail{}, inbox, 9);
  destroy(id);
  revert(ops().at(0));
  EXPECT_THAT(remote(inbox), IsEmpty()) << "unknown upstream messages are fetched";
  EXPECT_TRUE(email(add(TestMail{}, inbox, 9)));
}

TEST_F(Remote, ARefusedAppendKeepsWhatThePersonWrote) {
  const EmailId id = add(make(TestMail{}, archive), Origin::kLocal);
  revert(ops().at(0));
  EXPECT_TRUE(email(id));
  EXPECT_THAT(ops(), IsEmpty());
}

TEST_F(Remote, AfterUidValidityChangedMessagesAreJoinedAndTheRestGoes) {
  const EmailId stays = add(TestMail{.body = "1"}, inbox, 1, kSeen);
  const EmailId goes = add(TestMail{.body = "2"}, inbox, 2);
  const EmailId local = add(make(TestMail{.body = "3"}, inbox), Origin::kLocal);
  set(stays, kSeen | kFlagged);
  write([&](WriteTx& tx) { return forget_remote(tx, inbox); });
  EXPECT_EQ(mailbox(inbox).total_emails, 3);
  EXPECT_EQ(ops().back().uid, Uid(0)) << "old UIDs mean nothing now";
  EXPECT_EQ(add(TestMail{.body = "1"}, inbox, 501, 0), stays);
  EXPECT_EQ(bits(stays), kFlagged) << "upstream's flags with the pending one on top";
  write([&](WriteTx& tx) { return drop_unplaced(tx, inbox); });
  EXPECT_TRUE(email(stays));
  EXPECT_FALSE(email(goes));
  EXPECT_TRUE(email(local)) << "its APPEND is still to come";
  EXPECT_EQ(ops().back().uid, Uid(501));
}

TEST_F(Remote, LocalAccountsQueueNothing) {
  const AccountId local(9);
  const auto box = make_mailbox("Inbox", Role::kInbox, "", local);
  auto mail = make(TestMail{}, box);
  mail.account = local;
  const EmailId id = add(mail, Origin::kLocal);
  write([&](WriteTx& tx) { return set_keywords(tx, local, id, {kSeen, {}}, Origin::kLocal); });
  write([&](WriteTx& tx) { return destroy_email(tx, local, id, Origin::kLocal); });
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return count_ops(tx, local); })), 0);
}

TEST_F(Remote, OperationsSurviveARestartInOrderAndWaitTheirTime) {
  const EmailId id = add(TestMail{}, inbox, 1);
  set(id, kSeen);
  move(id, archive);
  open();
  ASSERT_EQ(ops().size(), 2U);
  EXPECT_EQ(ops()[0].kind, OpKind::kStoreFlags);
  const auto first = ops()[0];
  write([&](WriteTx& tx) { return postpone_op(tx, first.id, clock.now() + std::chrono::minutes(5), "450 later"); });
  const auto due = must(store->read([&](ReadTx& tx) { return due_ops(tx, kAccount, clock.now(), 10); }));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].kind, OpKind::kMove);
  EXPECT_EQ(ops()[0].attempts, 1);
  EXPECT_EQ(ops()[0].last_error, "450 later");
  EXPECT_EQ(must(store->read([&](ReadTx& tx) { return count_ops(tx, kAccount); })), 2);
}

TEST_F(Remote, CopiesAreQueuedAsCopies) {
  const EmailId id = add(TestMail{}, inbox, 1);
  write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, id, std::array{inbox, archive}, Origin::kLocal); });
  ASSERT_EQ(ops().size(), 1U);
  EXPECT_EQ(ops()[0].kind, OpKind::kCopy);
  EXPECT_EQ(ops()[0].from, inbox);
  EXPECT_EQ(ops()[0].to, archive);
  write([&](WriteTx& tx) { return set_mailboxes(tx, kAccount, id, std::array{archive}, Origin::kLocal); });
  ASSERT_EQ(ops().size(), 2U);
  EXPECT_EQ(ops()[1].kind, OpKind::kExpunge);
  EXPECT_EQ(ops()[1].from, inbox);
  EXPECT_EQ(ops()[1].uid, Uid(1));
}

}  // namespace
}  // namespace dhii::store
