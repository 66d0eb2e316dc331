#include "app/usage_events.hpp"

#include <gmock/gmock.h>

namespace dhii::app {
namespace {

using event::Kind;
using testing::IsEmpty;
using testing::SizeIs;

struct UsageEventsTest : testing::Test, event::Sink {
  std::vector<event::Event> events;
  void record(event::Event event) noexcept override { events.push_back(std::move(event)); }
  ManualClock clock;
  UsageEvents usage{*this, clock};
};

TEST_F(UsageEventsTest, AHundredDeletionsInTenMinutesAreOrdinaryAndOneMoreIsNot) {
  usage.changed({.user = UserId(7), .account = AccountId(3), .destroyed = 100});
  EXPECT_THAT(events, IsEmpty());
  usage.changed({.user = UserId(8), .account = AccountId(4), .destroyed = 50});
  clock.advance(std::chrono::minutes(9));
  usage.changed({.user = UserId(7), .account = AccountId(3), .destroyed = 1});
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Kind::kMassDeletion);
  EXPECT_EQ(events[0].user, UserId(7));
  EXPECT_EQ(events[0].detail, "101");
}

TEST_F(UsageEventsTest, OneBurstIsOneEventAndTheNextAnother) {
  for (int i = 0; i < 1'000; ++i) usage.changed({.user = UserId(7), .account = AccountId(3), .destroyed = 5});
  EXPECT_THAT(events, SizeIs(1));
  clock.advance(std::chrono::minutes(11));
  usage.changed({.user = UserId(7), .account = AccountId(3), .destroyed = 500});
  EXPECT_THAT(events, SizeIs(2));
}

TEST_F(UsageEventsTest, MailToManyRecipientsIsABurst) {
  for (int i = 0; i < 21; ++i) {
    usage.changed({.user = UserId(7), .account = AccountId(3), .recipients = 5});
    clock.advance(std::chrono::seconds(10));
  }
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Kind::kOutgoingBurst);
}

TEST_F(UsageEventsTest, AWeekOfReadingAndDeletingSaysNothing) {
  for (int i = 0; i < 7 * 24 * 6; ++i) {
    usage.changed({.user = UserId(7), .account = AccountId(3), .destroyed = 20, .recipients = 4});
    clock.advance(std::chrono::minutes(10));
  }
  EXPECT_THAT(events, IsEmpty());
}

}  // namespace
}  // namespace dhii::app
