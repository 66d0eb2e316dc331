// Keys, planned deletions and the guard of the last administrator, on a real database.
#include "store/control_users.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "store/control_keys.hpp"
#include "store/mail_store.hpp"

namespace dhii::store {
namespace {

struct UserRecordsTest : testing::Test {
  ManualClock clock;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("dhii-records-" + std::to_string(::getpid()) + "-" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
  std::unique_ptr<ControlStore> control;

  void SetUp() override {
    std::filesystem::create_directories(folder);
    control = std::move(ControlStore::open(folder / "c.db", Secret(std::string(32, 'c')), clock).value());
  }
  void TearDown() override {
    control.reset();
    std::filesystem::remove_all(folder);
  }
  UserId add(const std::string& login, UserRole role) {
    User user;
    user.login = login;
    user.role = role;
    user.password_hash = "x";
    user.sealed_mail_key = std::string(80, 'K');
    return control->create_user(user).value();
  }
};

TEST_F(UserRecordsTest, TwoAdministratorsCantRemoveEachOther) {
  UserRecords records(*control);
  const UserId a = add("a", UserRole::kAdministrator);
  const UserId b = add("b", UserRole::kAdministrator);
  EXPECT_TRUE(records.change(a, {.role = UserRole::kUser}));
  const auto second = records.change(b, {.disabled = true});
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(StoreError::kConflict));
  EXPECT_FALSE(control->get_user(b).value().disabled) << "rolled back";
}

TEST_F(UserRecordsTest, APlannedDeletionDoesNotCountAsAnAdministrator) {
  UserRecords records(*control);
  const UserId a = add("a", UserRole::kAdministrator);
  const UserId b = add("b", UserRole::kAdministrator);
  ASSERT_TRUE(records.plan_deletion({b, b, clock.now(), clock.now()}, false));
  EXPECT_FALSE(records.change(a, {.disabled = true}));
  ASSERT_TRUE(records.cancel_deletion(b));
  EXPECT_TRUE(records.change(a, {.disabled = true}));
}

TEST_F(UserRecordsTest, TheWrappedKeyIsGoneFromTheFileAndItsLog) {
  UserRecords records(*control);
  add("a", UserRole::kAdministrator);
  const UserId b = add("b", UserRole::kUser);
  ASSERT_TRUE(records.destroy_mail_key(b));
  EXPECT_TRUE(control->get_user(b).value().sealed_mail_key.empty());
  EXPECT_TRUE(control->get_user(b).value().disabled);
  std::error_code error;
  const auto log = std::filesystem::file_size(folder / "c.db-wal", error);
  EXPECT_TRUE(error || log == 0) << "the write-ahead log was emptied";
  EXPECT_TRUE(records.destroy_mail_key(b)) << "again";
}

// Whoever adds a table with a column `user` is told here to erase it too.
TEST_F(UserRecordsTest, ErasingForgetsNoTable) {
  const auto read = [](const char* file) {
    std::ifstream in(std::string(DHII_SOURCE_DIR) + file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string schema = read("/src/store/migrations.cpp");
  const std::string erase = read("/src/store/control_users.cpp");
  const std::regex table(R"(CREATE TABLE (\w+)\([^;]*?\buser INTEGER)");
  const std::string control_part = schema.substr(schema.find("kControl[]"));
  std::vector<std::string> forgotten;
  int found = 0;
  for (auto it = std::sregex_iterator(control_part.begin(), control_part.end(), table); it != std::sregex_iterator();
       ++it, ++found) {
    const std::string name = (*it)[1];
    if (name == "event" || name.starts_with("event_")) continue;  // the journal keeps what happened
    const bool erased = erase.find("DELETE FROM " + name + " WHERE user=?") != std::string::npos ||
                        schema.find("DELETE FROM " + name + " WHERE user=old.id") != std::string::npos;  // a trigger
    if (!erased) forgotten.push_back(name);
  }
  EXPECT_GE(found, 5);
  EXPECT_THAT(forgotten, testing::IsEmpty()) << "add DELETE FROM ... WHERE user=? to UserRecords::erase()";
}

TEST_F(UserRecordsTest, ResetLinksAreSingleUseAndFew) {
  UserRecords records(*control);
  const UserId a = add("a", UserRole::kAdministrator);
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(records.add_reset("hash" + std::to_string(i), a, clock.now() + std::chrono::minutes(30)));
  }
  EXPECT_FALSE(records.find_reset("hash0").value());
  EXPECT_EQ(records.take_reset("hash3").value(), a);
  EXPECT_FALSE(records.take_reset("hash3").value());
  EXPECT_FALSE(records.take_reset("hash4").value()) << "one use ends the others";
}

TEST_F(UserRecordsTest, TheTrailOfAKeyIsCapped) {
  Keys keys(*control);
  const UserId a = add("a", UserRole::kUser);
  const auto id = keys.create({.user = a, .name = "k", .hash = "h"}).value();
  std::vector<KeyUse> uses;
  for (int i = 0; i < kMaxUsesPerKey + 20; ++i)
    uses.push_back(
        {"10.0.0." + std::to_string(i), "GET /x", 200, 1, clock.now(), clock.now() + std::chrono::seconds(i)});
  ASSERT_TRUE(keys.add_uses(id, uses));
  ASSERT_TRUE(keys.add_uses(id, {uses.back()}));
  const auto kept = keys.uses(id).value();
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(kMaxUsesPerKey));
  EXPECT_EQ(kept.front().count, 2);
  EXPECT_EQ(keys.find("h").value()->last_address, uses.back().address);
}

TEST_F(UserRecordsTest, AUserHasAtMostFiftyKeysOfAKind) {
  Keys keys(*control);
  const UserId a = add("a", UserRole::kUser);
  for (int i = 0; i < kMaxKeysPerUser; ++i)
    ASSERT_TRUE(keys.create({.user = a, .name = "k", .hash = "h" + std::to_string(i)}));
  EXPECT_FALSE(keys.create({.user = a, .name = "k", .hash = "more"}));
  EXPECT_TRUE(keys.create({.user = a, .kind = KeyKind::kAppPassword, .name = "k", .hash = "other"}));
  ASSERT_TRUE(keys.revoke(1));
  EXPECT_TRUE(keys.create({.user = a, .name = "k", .hash = "more"}));
}

}  // namespace
}  // namespace dhii::store
