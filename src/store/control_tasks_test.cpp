#include "store/control_tasks.hpp"

#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

class ControlTasksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = ControlStore::open(folder.path / "control.db", key, clock);
    ASSERT_TRUE(opened) << opened.error().message();
    control = std::move(*opened);
  }
  TemporaryFolder folder;
  ManualClock clock;
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<ControlStore> control;
};

TEST_F(ControlTasksTest, TheLastDoingOfEachTaskIsFound) {
  Tasks tasks(*control);
  ASSERT_TRUE(tasks.add({.task = "daily.logs", .by = "ada", .note = "first"}));
  clock.advance(std::chrono::hours(24));
  ASSERT_TRUE(tasks.add({.task = "daily.logs", .by = "bob", .note = "second"}));
  ASSERT_TRUE(tasks.add({.task = "monthly.users", .by = "ada", .note = "all fine"}));
  const auto latest = *tasks.latest();
  ASSERT_EQ(latest.size(), 2U);
  EXPECT_EQ(latest[0].note, "second");
  EXPECT_EQ(latest[0].by, "bob");
  EXPECT_EQ(tasks.history("daily.logs", 10)->size(), 2U);
  EXPECT_FALSE(tasks.add({.task = "daily.logs", .note = std::string(kMaxNoteBytes + 1, 'x')}));
}

TEST_F(ControlTasksTest, DueDatesBeginOnce) {
  Tasks tasks(*control);
  const auto begin = *tasks.begin();
  clock.advance(std::chrono::hours(100));
  EXPECT_EQ(*tasks.begin(), begin);
}

TEST_F(ControlTasksTest, AnIncidentGoesThroughItsPhasesAndNeverBack) {
  Incidents incidents(*control);
  const auto id = *incidents.open("Odd sign-ins", "ada");
  ASSERT_TRUE(incidents.note(id, {.by = "ada", .phase = "containment", .text = "ended sessions"}));
  ASSERT_TRUE(incidents.note(id, {.by = "ada", .phase = "detection", .text = "seen first at 3"}));
  EXPECT_EQ(incidents.get(id)->phase, "containment");
  EXPECT_EQ(incidents.notes(id)->size(), 2U);
  EXPECT_FALSE(incidents.note(id, {.by = "ada", .phase = "party", .text = "x"}));
  EXPECT_FALSE(incidents.note(99, {.by = "ada", .phase = "recovery", .text = "x"}));
}

TEST_F(ControlTasksTest, AnIncidentIsClosedWithLessonsOnly) {
  Incidents incidents(*control);
  const auto id = *incidents.open("Odd sign-ins", "ada");
  EXPECT_FALSE(incidents.close(id, "", "ada"));
  ASSERT_TRUE(incidents.close(id, "Passkeys for all", "ada"));
  EXPECT_EQ(incidents.get(id)->phase, "closed");
  EXPECT_EQ(incidents.get(id)->lessons, "Passkeys for all");
  EXPECT_FALSE(incidents.note(id, {.by = "ada", .phase = "recovery", .text = "late"}));
}

}  // namespace
}  // namespace dhii::store
