#include "store/control_store.hpp"

#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

class ControlStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    control.reset();
    auto opened = ControlStore::open(folder.path / "control.db", key, clock);
    ASSERT_TRUE(opened) << opened.error().message();
    control = std::move(*opened);
  }
  UserId ann() {
    return *control->create_user({.login = "Ann@Example.com", .display_name = "Ann", .password_hash = "$2b$12$x"});
  }

  TemporaryFolder folder;
  ManualClock clock;
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<ControlStore> control;
};

TEST_F(ControlStoreTest, FindsAUserWhateverTheCaseOfTheLogin) {
  const UserId id = ann();
  const auto found = control->find_user("aNN@example.COM");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, id);
  EXPECT_EQ((*found)->login, "Ann@Example.com");
  EXPECT_FALSE(*control->find_user("nobody"));
}

TEST_F(ControlStoreTest, ALoginIsTakenOnce) {
  ann();
  const auto again = control->create_user({.login = "ANN@example.com"});
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(StoreError::kConflict));
}

TEST_F(ControlStoreTest, OnlyOneFirstUserCanBe) {
  EXPECT_TRUE(control->create_first_user({.login = "root", .role = UserRole::kAdministrator}));
  const auto second = control->create_first_user({.login = "other", .role = UserRole::kAdministrator});
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(StoreError::kConflict));
  EXPECT_EQ(*control->count_users(), 1);
}

TEST_F(ControlStoreTest, UpdatesAndListsUsersAcrossARestart) {
  auto user = *control->get_user(ann());
  user.disabled = true;
  user.sealed_mail_key = std::string("\0\x01wrapped", 9);
  ASSERT_TRUE(control->update_user(user));
  open();
  const auto users = *control->list_users();
  ASSERT_EQ(users.size(), 1U);
  EXPECT_TRUE(users[0].disabled);
  EXPECT_EQ(users[0].sealed_mail_key, user.sealed_mail_key);
  EXPECT_EQ(users[0].created_at, clock.now());
}

TEST_F(ControlStoreTest, TheLoserOfTwoConcurrentRefreshesIsTold) {
  const UserId user = ann();
  const SessionId id = *control->create_session({.user = user,
                                                 .refresh_hash = "h1",
                                                 .created_at = clock.now(),
                                                 .last_used_at = clock.now(),
                                                 .expires_at = clock.now() + std::chrono::days(30),
                                                 .device = "Firefox",
                                                 .web = true});
  EXPECT_TRUE(control->rotate_session(id, "h1", "h2", clock.now() + std::chrono::days(30)));
  const auto loser = control->rotate_session(id, "h1", "h3", clock.now() + std::chrono::days(30));
  ASSERT_FALSE(loser);
  EXPECT_TRUE(loser.error().is(StoreError::kConflict));
  const auto session = **control->get_session(id);
  EXPECT_EQ(session.refresh_hash, "h2");
  EXPECT_EQ(session.previous_refresh_hash, "h1");
  EXPECT_TRUE(session.web);
}

TEST_F(ControlStoreTest, RevokesAllSessionsButOne) {
  const UserId user = ann();
  const auto make = [&] {
    return *control->create_session(
        {.user = user, .refresh_hash = "h", .expires_at = clock.now() + std::chrono::days(1)});
  };
  const SessionId keep = make(), lose = make();
  ASSERT_TRUE(control->revoke_sessions_of(user, keep));
  EXPECT_FALSE((*control->get_session(keep))->revoked);
  EXPECT_TRUE((*control->get_session(lose))->revoked);
  const auto rotated = control->rotate_session(lose, "h", "h2", clock.now());
  EXPECT_FALSE(rotated) << "a revoked session can't be refreshed";
  EXPECT_EQ(control->list_sessions(user)->size(), 2U);
}

TEST_F(ControlStoreTest, AnInvitationIsTakenOnceAndOnlyInTime) {
  const UserId by = ann();
  ASSERT_TRUE(control->create_invitation({.token_hash = "t1",
                                          .role = UserRole::kAuditor,
                                          .created_by = by,
                                          .expires_at = clock.now() + std::chrono::hours(1)}));
  ASSERT_TRUE(control->create_invitation(
      {.token_hash = "t2", .created_by = by, .expires_at = clock.now() + std::chrono::hours(1)}));
  const auto taken = *control->take_invitation("t1");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->role, UserRole::kAuditor);
  EXPECT_FALSE(*control->take_invitation("t1"));
  clock.advance(std::chrono::hours(2));
  EXPECT_FALSE(*control->take_invitation("t2"));
}

TEST_F(ControlStoreTest, KeepsAccountsPerUser) {
  const UserId user = ann();
  const AccountId id = *control->create_account({.user = user,
                                                 .kind = AccountKind::kImap,
                                                 .name = "Work",
                                                 .email = "ann@work.example",
                                                 .settings_json = "{}",
                                                 .sealed_password = std::string("\x01\0", 2)});
  auto account = *control->get_account(id);
  EXPECT_EQ(account.sealed_password, std::string("\x01\0", 2));
  account.name = "Job";
  ASSERT_TRUE(control->update_account(account));
  EXPECT_EQ(control->list_accounts(user)->at(0).name, "Job");
  EXPECT_TRUE(control->list_accounts(UserId(99))->empty());
  EXPECT_EQ(control->list_accounts(std::nullopt)->size(), 1U);
  ASSERT_TRUE(control->delete_account(id));
  EXPECT_TRUE(control->get_account(id).error().is(StoreError::kNotFound));
}

TEST_F(ControlStoreTest, SettingsAreReplaced) {
  EXPECT_FALSE(*control->get_setting("installation"));
  ASSERT_TRUE(control->set_setting("installation", "one"));
  ASSERT_TRUE(control->set_setting("installation", "two"));
  EXPECT_EQ(*control->get_setting("installation"), "two");
}

// THREATS.md: strangers can't grow the database.
TEST_F(ControlStoreTest, LoginAttemptsOfStrangersAreCapped) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(control->record_login_attempt("same", "192.0.2.1", false));
  const std::string huge(1'000'000, 'x');
  ASSERT_TRUE(control->record_login_attempt(huge, huge, false));
  control.reset();
  EXPECT_LT(std::filesystem::file_size(folder.path / "control.db"), 200'000U);
}

TEST_F(ControlStoreTest, SaysThatTheKeyIsWrong) {
  ann();
  control.reset();
  const auto opened = ControlStore::open(folder.path / "control.db",
                                         Secret(std::string_view("another key, also of 32 bytes...")), clock);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::kWrongKey));
  EXPECT_NE(opened.error().message().find("ENCRYPTION_KEY"), std::string::npos);
}

}  // namespace
}  // namespace dhii::store
