#include "app/network_events.hpp"

#include <gmock/gmock.h>

#include "net/errors.hpp"

namespace dhii::app {
namespace {

using event::Kind;
using std::chrono::hours;
using testing::IsEmpty;
using testing::SizeIs;

struct Kept final : event::Sink {
  std::vector<event::Event> events;
  void record(event::Event event) noexcept override { events.push_back(std::move(event)); }
};

struct NetworkEventsTest : testing::Test {
  Kept kept;
  ManualClock clock;
  std::vector<store::MailCertificate> saved;
  NetworkEvents network{kept, clock, [this](store::MailCertificate c) { saved.push_back(std::move(c)); }};

  void shows(std::string fingerprint, std::string issuer = "CN=Good CA", std::string peer = "192.0.2.1:993") {
    network.tls_established({"imap.example.org", std::move(peer), std::move(fingerprint), std::move(issuer),
                             clock.now() - hours(24 * 5), clock.now() + hours(24 * 85)});
  }
};

TEST_F(NetworkEventsTest, TheFirstCertificateOfAServerIsANewHostAndNoAlarm) {
  shows("aaaa");
  shows("aaaa");
  ASSERT_THAT(kept.events, SizeIs(1));
  EXPECT_EQ(kept.events[0].kind, Kind::kNewMailHost);
  ASSERT_THAT(saved, SizeIs(1));
  EXPECT_EQ(saved[0].place, "imap.example.org:993");
  EXPECT_THAT(network.certificates(), SizeIs(1));
}

TEST_F(NetworkEventsTest, AnotherCertificateBeforeItsTimeIsAnEvent) {
  shows("aaaa");
  clock.advance(hours(24));
  kept.events.clear();
  shows("bbbb");
  ASSERT_THAT(kept.events, SizeIs(1));
  EXPECT_EQ(kept.events[0].kind, Kind::kCertificateChanged);
  EXPECT_EQ(kept.events[0].object, "imap.example.org:993");
}

TEST_F(NetworkEventsTest, ARenewalThatWasDueIsOrdinary) {
  shows("aaaa");
  kept.events.clear();
  clock.advance(hours(24 * 60));
  shows("bbbb");
  EXPECT_THAT(kept.events, IsEmpty());
  clock.advance(hours(24 * 60));
  shows("cccc", "CN=Another CA");
  EXPECT_THAT(kept.events, SizeIs(1)) << "another authority is never a renewal";
}

TEST_F(NetworkEventsTest, WhatWasKnownBeforeARestartIsStillKnown) {
  network.load(
      {{"imap.example.org:993", "aaaa", "CN=Good CA", clock.now(), clock.now() + hours(24 * 90), clock.now()}});
  shows("bbbb");
  EXPECT_THAT(kept.events, SizeIs(1));
}

TEST_F(NetworkEventsTest, BlockedAddressesAndFailedHandshakesAreEvents) {
  network.egress_blocked("internal.example.org:22");
  network.tls_failed("imap.example.org", "192.0.2.1:993", Error(net::NetError::kCertificateExpired, "CN=x"));
  ASSERT_THAT(kept.events, SizeIs(2));
  EXPECT_EQ(kept.events[0].kind, Kind::kEgressBlocked);
  EXPECT_EQ(kept.events[1].kind, Kind::kTlsFailed);
  EXPECT_EQ(kept.events[1].object, "imap.example.org:993");
}

TEST_F(NetworkEventsTest, ARefusedMailPasswordIsToldOnceUntilItWorks) {
  sync::AccountStatus status{.user = UserId(1), .account = AccountId(7), .state = sync::AccountState::kAuthFailed};
  status.in_step_at = clock.now();
  network.account_changed(status);
  network.account_changed(status);
  EXPECT_THAT(kept.events, SizeIs(1));
  status.state = sync::AccountState::kIdle;
  network.account_changed(status);
  status.state = sync::AccountState::kAuthFailed;
  network.account_changed(status);
  EXPECT_THAT(kept.events, SizeIs(2));
}

TEST_F(NetworkEventsTest, AnAccountOutOfStepForHalfAnHourIsTold) {
  sync::AccountStatus status{.user = UserId(1), .account = AccountId(7), .state = sync::AccountState::kOffline};
  status.in_step_at = clock.now();
  clock.advance(std::chrono::minutes(29));
  network.account_changed(status);
  EXPECT_THAT(kept.events, IsEmpty());
  clock.advance(std::chrono::minutes(2));
  network.account_changed(status);
  network.account_changed(status);
  ASSERT_THAT(kept.events, SizeIs(1));
  EXPECT_EQ(kept.events[0].kind, Kind::kSyncFailing);
}

TEST(DatabaseEvents, EachErrorHasItsKindAndNamesNoFolderOutside) {
  Kept kept;
  DatabaseEvents events(kept);
  events.database_failed(store::StoreError::kCorrupt, "/very/secret/place/mail/u7/mail.db", "malformed");
  events.database_failed(store::StoreError::kDiskFull, "/x/control.db", "full");
  events.database_failed(store::StoreError::kWrongKey, "/x/control.db", "");
  events.database_failed(store::StoreError::kIo, "/x/control.db", "disk I/O error");
  ASSERT_THAT(kept.events, SizeIs(4));
  EXPECT_EQ(kept.events[0].kind, Kind::kDatabaseCorrupt);
  EXPECT_EQ(kept.events[0].object, "u7/mail.db");
  EXPECT_EQ(kept.events[1].kind, Kind::kDiskFull);
  EXPECT_EQ(kept.events[2].kind, Kind::kDatabaseWrongKey);
  EXPECT_EQ(kept.events[3].kind, Kind::kDatabaseError);
}

TEST(DatabaseEvents, AFileThatIsNoDatabaseUnderThisKeyIsReported) {
  Kept kept;
  const DatabaseEvents events(kept);
  std::string folder = (std::filesystem::temp_directory_path() / "dhii-dbevents-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto file = std::filesystem::path(folder) / "x.db";
  ASSERT_TRUE((*store::Database::open(file, Secret(std::string(32, 'a')), {}))->run("CREATE TABLE t(x)"));
  EXPECT_FALSE(store::Database::open(file, Secret(std::string(32, 'b')), {}));
  ASSERT_THAT(kept.events, SizeIs(1));
  EXPECT_EQ(kept.events[0].kind, Kind::kDatabaseWrongKey);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dhii::app
