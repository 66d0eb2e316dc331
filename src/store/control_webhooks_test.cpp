#include "store/control_webhooks.hpp"

#include <gtest/gtest.h>

#include "store/control_database.hpp"
#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

class WebhooksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = ControlStore::open(folder.path / "control.db", key, clock);
    ASSERT_TRUE(opened) << opened.error().message();
    control = std::move(*opened);
    User row;
    row.login = "ada";
    user = control->create_user(row).value();
    hook = hooks().create({.user = user, .url = "https://example.org/", .events = "message.sent"}).value();
  }
  Webhooks hooks() { return Webhooks(*control); }
  void enqueue(std::int64_t count, std::optional<WebhookCursor> cursor = {}) {
    ASSERT_TRUE(hooks().enqueue(user,
                                std::vector<Delivery>(static_cast<std::size_t>(count),
                                                      {.webhook = hook, .event = "message.sent", .body = "{}"}),
                                cursor));
  }

  TemporaryFolder folder;
  ManualClock clock;
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<ControlStore> control;
  UserId user;
  std::int64_t hook = 0;
};

TEST_F(WebhooksTest, WhatWaitsIsDueUntilItsTimeIsMoved) {
  enqueue(1);
  auto due = hooks().due(10).value();
  ASSERT_EQ(due.size(), 1U);
  due[0].attempts = 1;
  due[0].next_attempt_at = clock.now() + std::chrono::seconds(30);
  ASSERT_TRUE(hooks().record(due[0]));
  EXPECT_TRUE(hooks().due(10)->empty());
  EXPECT_EQ(hooks().next_due().value(), due[0].next_attempt_at);
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(hooks().due(10)->size(), 1U);
}

TEST_F(WebhooksTest, NothingIsDueForAWebhookOrUserThatIsSwitchedOff) {
  enqueue(1);
  auto row = hooks().get(hook).value();
  row.active = false;
  ASSERT_TRUE(hooks().update(row));
  EXPECT_TRUE(hooks().due(10)->empty());
  row.active = true;
  ASSERT_TRUE(hooks().update(row));
  auto person = control->get_user(user).value();
  person.disabled = true;
  ASSERT_TRUE(control->update_user(person));
  EXPECT_TRUE(hooks().due(10)->empty());
  EXPECT_FALSE(hooks().next_due()->has_value()) << "nobody is to be woken for it again and again";
}

TEST_F(WebhooksTest, AReceiverThatIsAwayDoesNotFillTheDisk) {
  enqueue(kMaxWaitingDeliveries + 50);
  EXPECT_EQ(std::ranges::count(*hooks().deliveries(hook, 0, 10'000), DeliveryState::kWaiting, &Delivery::state),
            kMaxWaitingDeliveries);
  enqueue(kKeptDeliveries + 50);
  const auto all = hooks().deliveries(hook, 0, 10'000).value();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kMaxWaitingDeliveries + kKeptDeliveries));
  EXPECT_EQ(all.front().state, DeliveryState::kFailed);
  EXPECT_FALSE(all.front().last_error.empty());
}

TEST_F(WebhooksTest, TheCursorMovesWithTheDeliveries) {
  EXPECT_EQ(hooks().cursor(user, AccountId(1), DataType::kEmail).value(), std::nullopt);
  enqueue(1, WebhookCursor{AccountId(1), DataType::kEmail, ChangeNumber(7)});
  enqueue(0, WebhookCursor{AccountId(1), DataType::kEmail, ChangeNumber(9)});
  EXPECT_EQ(hooks().cursor(user, AccountId(1), DataType::kEmail).value(), ChangeNumber(9));
  EXPECT_EQ(hooks().cursor(user, AccountId(2), DataType::kEmail).value(), std::nullopt);
}

TEST_F(WebhooksTest, AUsersWebhooksGoWithTheUser) {
  enqueue(3);
  ASSERT_TRUE(control->database().write([&](Database& db) { return db.run("DELETE FROM user WHERE id=?", user); }));
  EXPECT_TRUE(hooks().get(hook).error().is(StoreError::kNotFound));
  EXPECT_TRUE(hooks().deliveries(hook, 0, 10)->empty());
}

}  // namespace
}  // namespace dhii::store
