#include "store/control_containment.hpp"

#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::store {
namespace {

TEST(ContainmentStore, AMeasureIsTakenOnceAndLiftedOnceAndOutlivesARestart) {
  const TemporaryFolder folder;
  ManualClock clock;
  const Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  {
    const auto control = std::move(*ControlStore::open(folder.path / "control.db", key, clock));
    ContainmentStore store(*control);
    EXPECT_TRUE(store.taken()->empty());
    EXPECT_TRUE(*store.take(Measure::kReadOnly, 3, "ada"));
    EXPECT_FALSE(*store.take(Measure::kReadOnly, 4, "bob")) << "it stays the first incident's";
    EXPECT_TRUE(*store.take(Measure::kSignUpsClosed, 3, "ada"));
  }
  const auto control = std::move(*ControlStore::open(folder.path / "control.db", key, clock));
  ContainmentStore store(*control);
  const auto taken = *store.taken();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].measure, Measure::kSignUpsClosed);
  EXPECT_EQ(taken[1].measure, Measure::kReadOnly);
  EXPECT_EQ(taken[1].incident, 3);
  EXPECT_EQ(taken[1].by, "ada");
  EXPECT_TRUE(*store.lift(Measure::kReadOnly));
  EXPECT_FALSE(*store.lift(Measure::kReadOnly));
  EXPECT_EQ(store.taken()->size(), 1U);
}

}  // namespace
}  // namespace dhii::store
