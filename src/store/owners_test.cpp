// What is told apart for the journal: a thing that was deleted, one that never was this user's, somebody else's.
#include "store/owners.hpp"

#include "store/control_webhooks.hpp"
#include "store/store_fixture.hpp"
#include "store/templates.hpp"

namespace dhii::store {
namespace {

struct OwnersTest : StoreTest {
  bool never(MailThing thing, std::int64_t id) {
    return must(store->read([&](ReadTx& tx) { return never_existed(tx, thing, id); }));
  }
};

TEST_F(OwnersTest, AMessageThatWasDeletedIsNotForeignAndOneThatNeverWasIs) {
  const auto id = add(TestMail{}, inbox);
  const auto thread = email(id)->thread;
  EXPECT_FALSE(never(MailThing::kEmail, id.value));
  EXPECT_FALSE(never(MailThing::kThread, thread.value));
  EXPECT_TRUE(never(MailThing::kEmail, id.value + 1));
  EXPECT_TRUE(never(MailThing::kThread, thread.value + 1));
  write([&](WriteTx& tx) { return destroy_email(tx, kAccount, id, Origin::kUpstream); });
  ASSERT_FALSE(email(id));
  EXPECT_FALSE(never(MailThing::kEmail, id.value));
  EXPECT_FALSE(never(MailThing::kThread, thread.value));
}

TEST_F(OwnersTest, WhatIsCountedUpwardsIsForeignAboveTheLast) {
  EXPECT_FALSE(never(MailThing::kMailbox, archive.value));
  EXPECT_TRUE(never(MailThing::kMailbox, archive.value + 1));
  EXPECT_TRUE(never(MailThing::kTemplate, 1)) << "there never was one";
  const auto id = must(store->write([&](WriteTx& tx) { return put_template(tx, {.name = "n", .text = "t"}); }));
  EXPECT_FALSE(never(MailThing::kTemplate, id));
  write([&](WriteTx& tx) { return destroy_template(tx, id); });
  EXPECT_FALSE(never(MailThing::kTemplate, id)) << "a deleted one was theirs";
  EXPECT_TRUE(never(MailThing::kTemplate, id + 1));
  EXPECT_TRUE(never(MailThing::kIdentity, 1'000'000));
  EXPECT_TRUE(never(MailThing::kSubmission, 1));
}

TEST_F(OwnersTest, OfTheInstallationEachThingHasOneOwner) {
  const auto control = must(ControlStore::open(folder.path / "control.db", key, clock));
  for (const auto thing : {ControlThing::kAccount, ControlThing::kWebhook, ControlThing::kPasskey})
    EXPECT_EQ(must(owner_of(*control, thing, 1)), std::nullopt);
  auto user = must(control->create_user({.login = "ada"}));
  const auto account = must(control->create_account({.user = user, .name = "n", .email = "ada@example.org"}));
  EXPECT_EQ(must(owner_of(*control, ControlThing::kAccount, account.value)), user);
}

}  // namespace
}  // namespace dhii::store
