#include "security/journal/collapse.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "security/address.hpp"
#include "security/journal/event_queue.hpp"

namespace dhii::security {
namespace {

using event::Event;
using event::Kind;
using ::testing::SizeIs;

const Timestamp kStart = ManualClock().now();

std::uint64_t total(const std::vector<event::Entry>& entries) {
  std::uint64_t out = 0;
  for (const auto& entry : entries) out += entry.count;
  return out;
}

Event failed(std::string actor, std::string address = "192.0.2.7") {
  return {.kind = Kind::kSignInFailed, .at = kStart, .actor = std::move(actor), .address = std::move(address)};
}

TEST(Collapse, LosesNoCountWhateverComes) {
  Collapse collapse({.per_address = 3, .per_minor_kind = 4, .open = 10});
  std::vector<event::Entry> out;
  for (int i = 0; i < 1'000; ++i) {
    const Timestamp now = kStart + std::chrono::seconds(i);
    collapse.add(failed("name" + std::to_string(i % 17), "192.0.2." + std::to_string(i % 5)), now, out);
    collapse.add({.kind = Kind::kBadRequest, .at = now, .address = "198.51.100.1", .object = std::to_string(i % 7)},
                 now, out);
    collapse.expire(now, out);
  }
  collapse.flush(out);
  EXPECT_EQ(total(out), 2'000U);
}

TEST(Collapse, OneAddressTryingManyNamesGetsAHundredRecordsAMinute) {
  Collapse collapse;
  std::vector<event::Entry> out;
  for (int i = 0; i < 50'000; ++i) collapse.add(failed("name" + std::to_string(i)), kStart, out);
  EXPECT_THAT(out, SizeIs(100));
  collapse.expire(kStart + std::chrono::minutes(2), out);
  EXPECT_THAT(out, SizeIs(101));
  EXPECT_EQ(total(out), 50'000U);
}

TEST(Collapse, AnIpv6SubscriberIsOneAddress) {
  Collapse collapse;
  std::vector<event::Entry> out;
  for (int i = 0; i < 1'000; ++i) collapse.add(failed("x", "2001:db8::" + std::to_string(i)), kStart, out);
  EXPECT_THAT(out, SizeIs(100));
}

TEST(Collapse, TwoChangesOfOneThingAreTwoFacts) {
  Collapse collapse;
  std::vector<event::Entry> out;
  collapse.add({.kind = Kind::kRoleChanged, .actor = "ann", .object = "bob", .detail = "administrator"}, kStart, out);
  collapse.add({.kind = Kind::kRoleChanged, .actor = "ann", .object = "bob", .detail = "user"}, kStart, out);
  EXPECT_THAT(out, SizeIs(2));
}

TEST(Collapse, AClockSetBackDoesNotHoldWindowsOpen) {
  Collapse collapse;
  std::vector<event::Entry> out;
  for (int i = 0; i < 2; ++i) collapse.add(failed("ann"), kStart, out);
  collapse.expire(kStart - std::chrono::hours(5), out);
  EXPECT_EQ(total(out), 2U);
}

TEST(CountedAddress, IsTheSubscriber) {
  EXPECT_EQ(counted_address("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(counted_address("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(counted_address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(counted_address("::1"), "::1");
  EXPECT_EQ(counted_address("no:address"), "no:address");
  EXPECT_TRUE(is_loopback_address("127.9.9.9"));
  EXPECT_TRUE(is_loopback_address("::ffff:127.0.0.1"));
  EXPECT_FALSE(is_loopback_address("192.0.2.7"));
}

TEST(EventQueue, GivesEventsInTheOrderTheyCame) {
  EventQueue queue;
  for (const Kind kind : {Kind::kSignedIn, Kind::kDatabaseCorrupt, Kind::kSignedOut, Kind::kRateLimited})
    queue.push({.kind = kind});
  const auto taken = queue.take();
  ASSERT_THAT(taken, SizeIs(4));
  EXPECT_EQ(taken[0].kind, Kind::kSignedIn);
  EXPECT_EQ(taken[1].kind, Kind::kDatabaseCorrupt);
  EXPECT_EQ(taken[3].kind, Kind::kRateLimited);
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, WhenFullTheLeastImportantGo) {
  EventQueue queue(4);
  queue.push({.kind = Kind::kBadRequest});
  queue.push({.kind = Kind::kSignedIn});
  queue.push({.kind = Kind::kSignInFailed, .actor = "first"});
  queue.push({.kind = Kind::kDatabaseCorrupt});
  queue.push({.kind = Kind::kSignInFailed, .actor = "second"});
  queue.push({.kind = Kind::kRefreshTokenReused});
  queue.push({.kind = Kind::kBadRequest});
  const auto taken = queue.take();
  ASSERT_THAT(taken, SizeIs(4));
  EXPECT_EQ(taken[0].actor, "first");
  EXPECT_EQ(taken[3].kind, Kind::kRefreshTokenReused);
  EXPECT_EQ(queue.dropped().minor, 3U);
  EXPECT_EQ(queue.dropped().major, 0U);
}

TEST(EventQueue, LosesNothingBetweenThreads) {
  EventQueue queue;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) queue.push({.kind = Kind::kSignInFailed});
    });
  std::size_t taken = 0;
  for (auto& thread : threads) thread.join();
  taken += queue.take().size();
  EXPECT_EQ(taken, 20'000U);
}

}  // namespace
}  // namespace dhii::security
