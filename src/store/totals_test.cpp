#include "store/totals.hpp"

#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

class CountTotals : public StoreTest {
 protected:
  Totals totals() {
    return must(store->read([](ReadTx& tx) { return count_totals(tx); }));
  }
};

TEST_F(CountTotals, AnEmptyStoreHasItsTwoMailboxesAndNothingElse) {
  const auto t = totals();
  EXPECT_EQ(t.mailboxes, 2);
  EXPECT_EQ(t.messages, 0);
  EXPECT_EQ(t.unread, 0);
}

TEST_F(CountTotals, AMessageInTwoMailboxesCountsOnce) {
  auto email = make({}, inbox);
  email.mailboxes = {inbox, archive};
  add(std::move(email));
  add({.subject = "Read"}, inbox, 2, static_cast<std::uint32_t>(Flag::kSeen));
  const auto t = totals();
  EXPECT_EQ(t.messages, 2);
  EXPECT_EQ(t.unread, 1);
}

TEST_F(CountTotals, WhatWaitsForTheServerAndInTheOutboxIsCounted) {
  const EmailId id = add({}, inbox, 5);
  write([&](WriteTx& tx) -> Result<void> {
    DHII_TRY(set_keywords(tx, kAccount, id, {.bits = static_cast<std::uint32_t>(Flag::kSeen)}, Origin::kLocal));
    DHII_TRY(create_submission(tx, {.account = kAccount, .email = id, .state = SubmissionState::kFailed}));
    return {};
  });
  const auto t = totals();
  EXPECT_EQ(t.pending_operations, 1);
  EXPECT_EQ(t.submissions[static_cast<std::size_t>(SubmissionState::kFailed)], 1);
  Totals twice = t;
  twice += t;
  EXPECT_EQ(twice.pending_operations, 2);
}

}  // namespace
}  // namespace dhii::store
