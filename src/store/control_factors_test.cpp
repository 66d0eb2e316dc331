#include "store/control_factors.hpp"

#include <gtest/gtest.h>

#include "store/control_database.hpp"
#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

struct FactorStoreTest : testing::Test {
  ManualClock clock;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("dhii-factors-" + std::to_string(::getpid()) + "-" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
  std::unique_ptr<ControlStore> control;
  std::optional<FactorStore> factors;
  UserId ada, bob;

  void SetUp() override {
    std::filesystem::create_directories(folder);
    control = std::move(ControlStore::open(folder / "control.db", Secret(std::string(32, 'c')), clock).value());
    factors.emplace(*control);
    ada = add("ada");
    bob = add("bob");
  }
  void TearDown() override {
    control.reset();
    std::filesystem::remove_all(folder);
  }
  UserId add(std::string login) {
    User user;
    user.login = std::move(login);
    return control->create_user(user).value();
  }
  Passkey passkey(UserId user, std::string credential) {
    Passkey out;
    out.user = user;
    out.credential_id = std::move(credential);
    out.public_key = "key";
    out.name = "Key";
    out.created_at = out.last_used_at = clock.now();
    return out;
  }
};

TEST_F(FactorStoreTest, AStepOfTheClockIsSpentOnceAndNeverBackwards) {
  EXPECT_FALSE(factors->spend_totp_step(ada, 10).value()) << "nothing is set up";
  ASSERT_TRUE(factors->set_pending_totp(ada, "sealed", clock.now()));
  EXPECT_FALSE(factors->spend_totp_step(ada, 10).value()) << "nothing is confirmed";
  EXPECT_FALSE(factors->counts(ada)->totp);
  EXPECT_FALSE(factors->confirm_totp(ada, "another", 10, clock.now())) << "was started anew meanwhile";
  ASSERT_TRUE(factors->confirm_totp(ada, "sealed", 10, clock.now()));
  EXPECT_TRUE(factors->counts(ada)->totp);
  EXPECT_FALSE(factors->spend_totp_step(ada, 9).value());
  EXPECT_FALSE(factors->spend_totp_step(ada, 10).value()) << "spent by the confirmation";
  EXPECT_TRUE(factors->spend_totp_step(ada, 11).value());
  EXPECT_FALSE(factors->spend_totp_step(ada, 11).value());
  EXPECT_FALSE(factors->spend_totp_step(bob, 12).value());
}

TEST_F(FactorStoreTest, AnOlderAuthenticatorWorksUntilTheNewOneIsConfirmed) {
  ASSERT_TRUE(factors->set_pending_totp(ada, "first", clock.now()));
  ASSERT_TRUE(factors->confirm_totp(ada, "first", 1, clock.now()));
  ASSERT_TRUE(factors->set_pending_totp(ada, "second", clock.now()));
  EXPECT_EQ(factors->totp(ada).value()->sealed_secret, "first");
  ASSERT_TRUE(factors->confirm_totp(ada, "second", 2, clock.now()));
  EXPECT_EQ(factors->totp(ada).value()->sealed_secret, "second");
  EXPECT_TRUE(factors->remove_totp(ada).value());
  EXPECT_FALSE(factors->remove_totp(ada).value());
}

TEST_F(FactorStoreTest, ARecoveryCodeIsTakenOnceByItsOwner) {
  ASSERT_TRUE(factors->replace_recovery_codes(ada, {"a", "b"}, clock.now()));
  EXPECT_FALSE(factors->take_recovery_code(bob, "a").value());
  EXPECT_TRUE(factors->take_recovery_code(ada, "a").value());
  EXPECT_FALSE(factors->take_recovery_code(ada, "a").value());
  ASSERT_TRUE(factors->replace_recovery_codes(ada, {"c"}, clock.now()));
  EXPECT_FALSE(factors->take_recovery_code(ada, "b").value());
  EXPECT_EQ(factors->counts(ada)->recovery_codes, 1);
}

TEST_F(FactorStoreTest, ACounterMovesByCompareAndSet) {
  const PasskeyId id = factors->add_passkey(passkey(ada, "one")).value();
  EXPECT_TRUE(factors->passkey_used(id, 0, 5, true, true, clock.now()).value());
  EXPECT_FALSE(factors->passkey_used(id, 0, 6, true, true, clock.now()).value()) << "another assertion was faster";
  EXPECT_TRUE(factors->passkey_used(id, 5, 6, false, false, clock.now()).value());
  const auto row = factors->find_passkey("one").value().value();
  EXPECT_EQ(row.sign_count, 6U);
  EXPECT_FALSE(row.backed_up);
  EXPECT_TRUE(row.verifies_user) << "what it has shown once it can do";
}

TEST_F(FactorStoreTest, PasskeysAreCountedAndUniqueOverAllUsers) {
  for (std::int64_t i = 0; i < kMaxPasskeysPerUser; ++i)
    ASSERT_TRUE(factors->add_passkey(passkey(ada, "k" + std::to_string(i))));
  EXPECT_TRUE(factors->add_passkey(passkey(ada, "one more")).error().is(StoreError::kConflict));
  EXPECT_TRUE(factors->add_passkey(passkey(bob, "k3")).error().is(StoreError::kConflict));
  EXPECT_FALSE(factors->remove_passkey(bob, PasskeyId(1)).value());
  EXPECT_TRUE(factors->remove_passkey(ada, PasskeyId(1)).value());
}

TEST_F(FactorStoreTest, ADeletedUserLeavesNoFactorBehind) {
  ASSERT_TRUE(factors->set_pending_totp(ada, "sealed", clock.now()));
  ASSERT_TRUE(factors->replace_recovery_codes(ada, {"a"}, clock.now()));
  ASSERT_TRUE(factors->add_passkey(passkey(ada, "one")));
  const std::string handle = factors->user_handle(ada, "handle").value();
  EXPECT_EQ(factors->user_handle(ada, "another").value(), handle) << "stays the same for ever";
  EXPECT_EQ(factors->user_of_handle(handle).value(), ada);
  ASSERT_TRUE(control->database().write([&](Database& db) { return db.run("DELETE FROM user WHERE id=?", ada); }));
  EXPECT_FALSE(factors->totp(ada).value());
  EXPECT_EQ(factors->counts(ada)->recovery_codes, 0);
  EXPECT_FALSE(factors->find_passkey("one").value());
  EXPECT_FALSE(factors->user_of_handle(handle).value());
}

}  // namespace
}  // namespace dhii::store
