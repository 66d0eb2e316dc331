#include "store/control_reports.hpp"

#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

class ReportsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = ControlStore::open(folder.path / "control.db", key, clock);
    ASSERT_TRUE(opened) << opened.error().message();
    control = std::move(*opened);
  }
  Reports reports() { return Reports(*control); }
  void add(std::string kind, int score) {
    ASSERT_TRUE(reports().add({.kind = std::move(kind), .score = score, .summary = R"({"n":1})"}));
    clock.advance(std::chrono::seconds(1));
  }

  TemporaryFolder folder;
  ManualClock clock;
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<ControlStore> control;
};

TEST_F(ReportsTest, TheLatestOfItsKindIsFound) {
  EXPECT_FALSE(*reports().latest("audit"));
  add("audit", 70);
  add("audit", 90);
  add("check_pre", 50);
  const auto latest = *reports().latest("audit");
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->score, 90);
  EXPECT_EQ(latest->summary, R"({"n":1})");
  EXPECT_EQ(reports().list("audit", 10)->size(), 2U);
  EXPECT_EQ(reports().list("", 10)->size(), 3U);
  EXPECT_EQ(reports().list("", 10)->front().kind, "check_pre");
}

TEST_F(ReportsTest, PruningKeepsTheNewestAndOtherKinds) {
  for (int score = 0; score < 5; ++score) add("audit", score);
  add("check_pre", 50);
  ASSERT_TRUE(reports().prune("audit", 2));
  const auto left = *reports().list("audit", 10);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].score, 4);
  EXPECT_EQ(left[1].score, 3);
  EXPECT_TRUE(*reports().latest("check_pre"));
}

TEST_F(ReportsTest, TheTableIsBounded) {
  for (std::size_t n = 0; n < kMaxReportsOfKind + 3; ++n) add("audit", 1);
  EXPECT_EQ(reports().list("audit", 1000)->size(), kMaxReportsOfKind);
  EXPECT_FALSE(reports().add({.kind = "audit", .summary = std::string(kMaxReportBytes + 1, ' ')}));
  EXPECT_FALSE(reports().add({.kind = ""}));
}

}  // namespace
}  // namespace dhii::store
