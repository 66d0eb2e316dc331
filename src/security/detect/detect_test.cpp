#include <gmock/gmock.h>

#include <set>

#include "security/detect/baselines.hpp"
#include "security/detect/count_rules.hpp"
#include "security/detect/readings.hpp"

namespace dhii::security {
namespace {

using config::AlertRule;
using event::Event;
using event::Kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Timestamp kStart = ManualClock().now();

config::AlertSettings defaults() {
  config::AlertSettings out;
  constexpr config::AlertThreshold kDefaults[] = {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) {count, window, true},
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
  };
  for (std::size_t i = 0; i < config::kAlertRules; ++i) out.rules[i] = kDefaults[i];
  out.certificate_days = {30, 14, 7, 1};
  return out;
}

std::set<std::string> rules_of(const std::vector<Signal>& signals) {
  std::set<std::string> out;
  for (const auto& signal : signals) out.insert(signal.rule);
  return out;
}

struct Counting {
  CountRules rules{defaults()};
  std::vector<Signal> signals;
  Timestamp now = kStart;
  void happens(Kind kind, std::string actor = "ann", std::string address = "192.0.2.7", std::string object = "x") {
    rules.take({.kind = kind,
                .at = now,
                .actor = std::move(actor),
                .address = std::move(address),
                .object = std::move(object)},
               signals);
  }
};

TEST(CountRules, MoreThanTenFailedLoginsOfOneAddressAreTold) {
  Counting c;
  for (int i = 0; i < 10; ++i) c.happens(Kind::kSignInFailed, "name" + std::to_string(i));
  EXPECT_THAT(c.signals, IsEmpty());
  c.happens(Kind::kSignInFailed, "name10");
  ASSERT_THAT(c.signals, SizeIs(1));
  EXPECT_EQ(c.signals[0].rule, "failed_logins_per_address");
  EXPECT_EQ(c.signals[0].key, "192.0.2.7");
  EXPECT_EQ(c.signals[0].answer, Answer::kBlockAddress);
  EXPECT_EQ(c.signals[0].expected, "at most 10 within 10 minutes");
}

TEST(CountRules, TenFailedLoginsADayAreNobodysConcern) {
  Counting c;
  for (int i = 0; i < 100; ++i) {
    c.happens(Kind::kSignInFailed);
    c.now += std::chrono::minutes(100);
  }
  EXPECT_THAT(c.signals, IsEmpty());
}

TEST(CountRules, ADistributedGuessOfOneNameIsFoundByTheName) {
  Counting c;
  for (int i = 0; i < 11; ++i) c.happens(Kind::kSignInFailed, "ann", "198.51.100." + std::to_string(i));
  EXPECT_THAT(rules_of(c.signals), testing::ElementsAre("failed_logins_per_account"));
}

TEST(CountRules, SprayingFromManyAddressesIsFoundOverall) {
  Counting c;
  for (int i = 0; i < 101; ++i)
    c.happens(Kind::kSignInFailed, "name" + std::to_string(i), "10.0." + std::to_string(i) + ".1");
  EXPECT_THAT(rules_of(c.signals), testing::ElementsAre("failed_logins_overall"));
}

TEST(CountRules, AnIpv6NetworkIsOneAddress) {
  Counting c;
  for (int i = 0; i < 11; ++i)
    c.happens(Kind::kSignInFailed, "n" + std::to_string(i), "2001:db8::" + std::to_string(i));
  EXPECT_THAT(rules_of(c.signals), testing::ElementsAre("failed_logins_per_address"));
}

TEST(CountRules, OneOfWhatMustNeverHappenIsEnough) {
  for (const auto& [kind, rule] :
       {std::pair{Kind::kRefreshTokenReused, "refresh_token_reuse"},
        std::pair{Kind::kDatabaseError, "database_failures"}, std::pair{Kind::kDatabaseCorrupt, "database_failures"},
        std::pair{Kind::kSandboxDenied, "sandbox_denied"}, std::pair{Kind::kChainBroken, "chain_broken"},
        std::pair{Kind::kMassDeletion, "mass_deletion"}, std::pair{Kind::kDataExported, "mass_export"},
        std::pair{Kind::kSignInNewNetwork, "new_network"}, std::pair{Kind::kSyncFailing, "sync_failing"},
        std::pair{Kind::kCertificateChanged, "certificate_changed"}, std::pair{Kind::kOutgoingBurst, "outgoing_burst"},
        std::pair{Kind::kBackupFailed, "backup_failed"}}) {
    Counting c;
    c.happens(kind);
    EXPECT_THAT(rules_of(c.signals), testing::ElementsAre(rule));
  }
}

TEST(CountRules, ARuleThatIsOffIsSilent) {
  auto settings = defaults();
  settings.rules[static_cast<std::size_t>(AlertRule::kMassDeletion)].on = false;
  CountRules rules(settings);
  std::vector<Signal> signals;
  rules.take({.kind = Kind::kMassDeletion, .at = kStart, .actor = "ann"}, signals);
  EXPECT_THAT(signals, IsEmpty());
}

TEST(CountRules, ABotnetDoesNotGrowTheMemoryAndIsStillFound) {
  Counting c;
  for (int i = 0; i < 50'000; ++i)
    c.happens(Kind::kSignInFailed, "name" + std::to_string(i),
              std::to_string(i / 250 / 250 + 11) + "." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) +
                  ".1");
  EXPECT_TRUE(rules_of(c.signals).contains("failed_logins_overall"));
}

TEST(CountRules, EveryKindOfTheGuidesFamiliesCountsSomewhere) {
  for (const Kind kind : {Kind::kSignInFailed, Kind::kRateLimited, Kind::kDatabaseError, Kind::kPathTraversal,
                          Kind::kTlsFailed, Kind::kCertificateChanged, Kind::kEgressBlocked, Kind::kForeignObject})
    EXPECT_THAT(rules_for(kind), testing::Not(IsEmpty())) << event::name_of(kind);
}

TEST(DurationText, IsAsPeopleSayIt) {
  EXPECT_EQ(duration_text(std::chrono::minutes(10)), "10 minutes");
  EXPECT_EQ(duration_text(std::chrono::hours(1)), "an hour");
  EXPECT_EQ(duration_text(std::chrono::seconds(90)), "90 seconds");
}

TEST(ReadingRules, ACertificateIsToldAt30And14And7And1Days) {
  ReadingRules rules(defaults());
  const auto told = [&](int days) {
    std::vector<Signal> out;
    rules.take({.certificates = {{"this server", kStart + std::chrono::hours(24) * days + std::chrono::hours(1)}}},
               kStart, out);
    return out.empty() ? std::string() : out[0].key + " " + std::string(event::severity_name(out[0].severity));
  };
  EXPECT_EQ(told(30), "");
  EXPECT_EQ(told(29), "this server (30 days) warning");
  EXPECT_EQ(told(13), "this server (14 days) warning");
  EXPECT_EQ(told(6), "this server (7 days) error");
  EXPECT_EQ(told(0), "this server (1 days) critical");
  EXPECT_EQ(told(-2), "this server (1 days) critical");
}

TEST(ReadingRules, ADiskThatFillsWithinADayIsTold) {
  ReadingRules rules(defaults());
  std::vector<Signal> out;
  std::uint64_t free = 40ULL << 30;
  for (int minute = 0; minute < 60; ++minute, free -= 50ULL << 20)
    rules.take({.disks = {{"/data", free, 100ULL << 30}}}, kStart + std::chrono::minutes(minute), out);
  ASSERT_THAT(out, testing::Not(IsEmpty()));
  EXPECT_THAT(out.back().observed, HasSubstr("as it goes"));
}

TEST(ReadingRules, ADiskThatStaysAsItIsIsNotTold) {
  ReadingRules rules(defaults());
  std::vector<Signal> out;
  for (int minute = 0; minute < 600; ++minute)
    rules.take({.disks = {{"/data", 40ULL << 30, 100ULL << 30}}}, kStart + std::chrono::minutes(minute), out);
  EXPECT_THAT(out, IsEmpty());
  rules.take({.disks = {{"/data", 5ULL << 30, 100ULL << 30}}}, kStart + std::chrono::minutes(600), out);
  EXPECT_THAT(out, SizeIs(1));
}

TEST(ReadingRules, AnOldBackupAndAFallingScoreAreTold) {
  ReadingRules rules(defaults());
  std::vector<Signal> out;
  rules.take({.last_backup = kStart - std::chrono::hours(25), .backup_expected = true, .audit_score = 90}, kStart, out);
  EXPECT_THAT(out, IsEmpty());
  rules.take({.last_backup = kStart - std::chrono::hours(27), .backup_expected = true, .audit_score = 84}, kStart, out);
  EXPECT_THAT(rules_of(out), testing::ElementsAre("audit_score_falling", "backup_too_old"));
}

TEST(ReadingRules, AClockThatJumpsIsToldEitherWay) {
  ReadingRules rules(defaults());
  std::vector<Signal> out;
  auto steady = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  EXPECT_FALSE(rules.clock(kStart, steady, out));
  EXPECT_FALSE(rules.clock(kStart + std::chrono::seconds(3), steady + std::chrono::seconds(1), out));
  EXPECT_EQ(rules.clock(kStart + std::chrono::hours(1), steady + std::chrono::seconds(2), out), 3596);
  EXPECT_EQ(rules.clock(kStart, steady + std::chrono::seconds(2), out), -3600);
  EXPECT_THAT(out, SizeIs(2));
}

}  // namespace
}  // namespace dhii::security
