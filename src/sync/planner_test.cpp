#include "sync/planner.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace dhii::sync {
namespace {

using store::Flag;
using store::Keywords;

store::RemoteState known(std::uint32_t validity, std::uint32_t next, std::uint64_t modseq, bool complete = true) {
  return {UidValidity(validity), Uid(next), ModSeq(modseq), complete};
}
ServerView server(std::uint32_t validity, std::uint32_t next, std::optional<std::uint64_t> modseq,
                  std::int64_t exists) {
  ServerView view{UidValidity(validity), Uid(next), std::nullopt, exists};
  if (modseq) view.highest_modseq = ModSeq(*modseq);
  return view;
}

// One line per odd or ordinary server answer (after Trojitá's ObtainSynchronizedMailboxTask::finalizeSelect).
TEST(PlanSelect, EveryServerAnswerHasItsStep) {
  const auto base = known(7, 100, 50);
  EXPECT_EQ(plan_select(std::nullopt, server(7, 100, 50, 10), 0), Step::kStart);
  EXPECT_EQ(plan_select(base, server(8, 100, 50, 10), 10), Step::kReset) << "UIDVALIDITY changed";
  EXPECT_EQ(plan_select(base, server(7, 100, 50, 10), 10), Step::kNothing);
  EXPECT_EQ(plan_select(base, server(7, 101, 51, 11), 10), Step::kDelta) << "new mail";
  EXPECT_EQ(plan_select(base, server(7, 100, 51, 10), 10), Step::kDelta) << "flags changed";
  EXPECT_EQ(plan_select(base, server(7, 100, 50, 9), 10), Step::kDelta) << "count differs though MODSEQ does not";
  EXPECT_EQ(plan_select(base, server(7, 90, 50, 10), 10), Step::kCompareAll) << "UIDNEXT went down";
  EXPECT_EQ(plan_select(base, server(7, 100, 40, 10), 10), Step::kCompareAll) << "HIGHESTMODSEQ went down";
  EXPECT_EQ(plan_select(base, server(7, 100, std::nullopt, 10), 10), Step::kCompareAll) << "no CONDSTORE";
  EXPECT_EQ(plan_select(base, server(7, 0, 50, 10), 10), Step::kDelta) << "no UIDNEXT";
}

TEST(PlanSelect, AnIncompleteFirstSyncIsNotMistakenForLoss) {
  EXPECT_EQ(plan_select(known(7, 100, 50, false), server(7, 100, 50, 90), 50), Step::kNothing);
  EXPECT_EQ(plan_select(known(7, 100, 0, false), server(7, 100, std::nullopt, 90), 50), Step::kDelta);
  EXPECT_FALSE(needs_compare(known(7, 100, 50, false), 50, 90));
  EXPECT_TRUE(needs_compare(known(7, 100, 50, true), 50, 49));
}

using Model = std::map<std::uint32_t, Keywords>;

Model random_mailbox(Random& random) {
  Model out;
  for (std::uint32_t uid = 1; uid <= 60; ++uid) {
    if (random.below(3) == 0) continue;
    Keywords flags;
    flags.set(Flag::kSeen, random.below(2) == 0);
    flags.set(Flag::kFlagged, random.below(4) == 0);
    out[uid] = flags;
  }
  return out;
}

TEST(Compare, ApplyingThePlanToLocalStateGivesServerState) {
  SeededRandom random(1);
  for (int round = 0; round < 300; ++round) {
    Model local = random_mailbox(random);
    const Model remote = random_mailbox(random);
    std::vector<store::RemoteMessage> base;
    for (const auto& [uid, flags] : local) base.push_back({Uid(uid), EmailId(uid), flags});
    std::vector<ServerMessage> listing;
    for (const auto& [uid, flags] : remote) listing.push_back({Uid(uid), flags});
    const auto plan = compare(base, listing);
    for (const Uid uid : plan.vanished) local.erase(uid.value);
    for (const auto& update : plan.flags) local.at(update.uid.value) = update.flags;
    for (const Uid uid : plan.fetch) local[uid.value] = remote.at(uid.value);
    EXPECT_EQ(local, remote);
    EXPECT_TRUE(std::ranges::is_sorted(plan.fetch, std::greater{}));
  }
}

TEST(Compare, AUidListedTwiceIsFetchedOnce) {
  const std::vector<ServerMessage> listing{{Uid(3), {}}, {Uid(3), {}}, {Uid(4), {}}};
  EXPECT_EQ(compare({}, listing).fetch, (std::vector<Uid>{Uid(4), Uid(3)}));
}

TEST(MakeBatches, FirstIsAScreenfulAndNothingIsLost) {
  std::vector<Uid> uids;
  for (std::uint32_t uid = 1000; uid > 0; --uid) uids.push_back(Uid(uid));
  const auto batches = make_batches(uids);
  EXPECT_EQ(batches.front().size(), kFirstBatch);
  std::vector<Uid> joined;
  for (const auto& batch : batches) joined.insert(joined.end(), batch.begin(), batch.end());
  EXPECT_EQ(joined, uids);
}

ServerMailbox listed(std::string name, store::Role role = store::Role::kNone) {
  return {std::move(name), "/", role, true, true};
}

TEST(PlanMailboxes, CreatesParentsBeforeChildrenAndRemovesChildrenBeforeParents) {
  const std::vector<ServerMailbox> there{listed("Work/2026"), listed("Work"), listed("INBOX", store::Role::kInbox)};
  const auto plan = plan_mailboxes({}, there, {});
  ASSERT_EQ(plan.create.size(), 3U);
  EXPECT_EQ(plan.create[1].name, "Work");
  EXPECT_EQ(plan.create[2].name, "2026");
  EXPECT_EQ(plan.create[2].parent_imap_name, "Work");

  store::Mailbox work{.id = MailboxId(1), .name = "Work", .imap_name = "Work"};
  store::Mailbox child{.id = MailboxId(2), .parent = MailboxId(1), .name = "2026", .imap_name = "Work/2026"};
  const std::vector<store::Mailbox> here{work, child};
  EXPECT_EQ(plan_mailboxes(here, {}, {}).gone, (std::vector<MailboxId>{MailboxId(2), MailboxId(1)}));
}

TEST(PlanMailboxes, AChildWithoutListedParentStandsAtTheTopAndRolesAreUnique) {
  const std::vector<ServerMailbox> there{listed("Ghost/Child"), listed("Sent", store::Role::kSent),
                                         listed("Sent Items", store::Role::kSent)};
  const auto plan = plan_mailboxes({}, there, {});
  ASSERT_EQ(plan.create.size(), 3U);
  EXPECT_EQ(plan.create[0].name, "Ghost/Child");
  EXPECT_EQ(plan.create[0].parent_imap_name, "");
  EXPECT_EQ(plan.create[1].mailbox.role, store::Role::kSent);
  EXPECT_EQ(plan.create[2].mailbox.role, store::Role::kNone);
}

TEST(PlanMailboxes, LocalMailboxesNotYetUpstreamAreLeftAlone) {
  const std::vector<store::Mailbox> here{{.id = MailboxId(5), .name = "New here", .imap_name = ""}};
  EXPECT_TRUE(plan_mailboxes(here, {}, {}).gone.empty());
}

TEST(PlanMailboxes, WhatWasDestroyedHereDoesNotComeBackBeforeItIsDeletedThere) {
  const std::vector<ServerMailbox> there{listed("Bonn"), listed("Ulm")};
  const std::vector<std::string> leaving{"Bonn"};
  const auto plan = plan_mailboxes({}, there, leaving);
  ASSERT_EQ(plan.create.size(), 1U);
  EXPECT_EQ(plan.create[0].name, "Ulm");
}

}  // namespace
}  // namespace dhii::sync
