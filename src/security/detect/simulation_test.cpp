// Simulated weeks: ordinary days of twenty users, then planted attacks. The promise of docs/alerts.md: at most one
// false alert for each user and month, and every attack found within a minute.
#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <set>

#include "security/detect/baselines.hpp"
#include "security/detect/count_rules.hpp"

namespace dhii::security {
namespace {

using event::Kind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kUsers = 20;
constexpr int kDays = 28;
const Timestamp kStart = ManualClock().now();

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  // One user's day: some sittings, each opening with a burst, then reading at an uneven pace.
  void ordinary_day(int user, Timestamp day) {
    const int weekday = static_cast<int>(to_unix_seconds(day) / 86'400 % 7);
    const bool weekend = weekday == 2 || weekday == 3;
    if (weekend && chance(0.6)) return;
    const int sittings = 2 + uniform(6);
    for (int i = 0; i < sittings; ++i) {
      Timestamp at = day + hours(7) + minutes(uniform(14 * 60));
      sign_in(user, at);
      const int lasts = 1 + static_cast<int>(-25 * std::log(1 - unit()));
      for (int minute = 0; minute < std::min(lasts, 180); ++minute, at += minutes(1))
        ordinary_minute(user, at, minute == 0);
    }
  }

  void ordinary_minute(int user, Timestamp at, bool opens) {
    int requests = static_cast<int>(std::exp(normal(2.2, 0.9)));
    if (opens) requests += 25 + uniform(50);  // the web app fetches its lists
    if (chance(0.01)) requests *= 4;          // somebody pages through a long conversation
    requests = std::min(requests, 1'200);     // the rate limiter's word
    for (int i = 0; i < requests; ++i) {
      Activity a{.at = at + milliseconds(60'000 * i / requests), .user = UserId(user + 1), .address = address_of(user)};
      a.object = static_cast<std::uint64_t>(uniform(4'000)) * 2'654'435'761U;
      a.bytes = static_cast<std::uint32_t>(std::exp(normal(8.5, 1.2)));
      if (chance(0.004)) a.bytes += 500'000U + static_cast<std::uint32_t>(uniform(15'000'000));  // an attachment
      a.failed = chance(0.02);
      a.server_error = chance(0.0005);
      take(a);
    }
  }

  // Typing errors, expired tokens, a second device.
  void sign_in(int user, Timestamp at) {
    if (chance(0.15)) {
      const int typos = 1 + uniform(3);
      for (int i = 0; i < typos; ++i)
        event({.kind = Kind::kSignInFailed,
               .at = at + seconds(5 * i),
               .actor = "user" + std::to_string(user),
               .address = address_of(user)});
    }
    if (chance(0.2)) event({.kind = Kind::kTokenRefused, .at = at, .address = address_of(user)});
    if (chance(0.02)) event({.kind = Kind::kRateLimited, .at = at, .address = address_of(user), .object = "GET /x"});
  }

  void take(const Activity& a) { baselines.take(a, signals); }
  void event(const event::Event& e) { counts.take(e, signals); }

  // Of `kind`, a second after the first until found; how long it took, or an hour.
  template <class F>
  seconds found_after(std::string_view rule, Timestamp start, int per_second, F make) {
    signals.clear();
    for (int i = 0; i < 3'600 * per_second; ++i) {
      const Timestamp at = start + milliseconds(1'000LL * i / per_second);
      make(i, at);
      for (const auto& signal : signals) {
        if (signal.rule == rule) return std::chrono::floor<seconds>(at - start);
      }
    }
    return hours(1);
  }

  std::string address_of(int user) const { return "198.51.100." + std::to_string(user / 2 + 1); }  // two to a household
  int uniform(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  double unit() { return std::generate_canonical<double, 32>(random_); }
  bool chance(double p) { return unit() < p; }
  double normal(double mean, double deviation) { return std::normal_distribution<double>(mean, deviation)(random_); }

  Baselines baselines;
  CountRules counts = CountRules(settings());
  std::vector<Signal> signals;

 private:
  static config::AlertSettings settings() {
    config::AlertSettings out;
    constexpr config::AlertThreshold kDefaults[] = {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) {count, window, true},
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
    };
    for (std::size_t i = 0; i < config::kAlertRules; ++i) out.rules[i] = kDefaults[i];
    return out;
  }
  std::mt19937 random_;
};

World after_ordinary_weeks(std::uint32_t seed) {
  World world(seed);
  for (int day = 0; day < kDays; ++day) {
    for (int user = 0; user < kUsers; ++user) world.ordinary_day(user, kStart + hours(24 * day));
  }
  return world;
}

// Signals of one rule and key within an hour are one alert.
std::size_t alerts_of(const std::vector<Signal>& signals) {
  std::set<std::string> out;
  for (const auto& s : signals) out.insert(s.rule + " " + s.key + " " + std::to_string(to_unix_seconds(s.at) / 3600));
  return out.size();
}

class SimulatedWeeks : public ::testing::Test {
 protected:
  static World& world() {
    static World made = after_ordinary_weeks(7);
    return made;
  }
};

TEST_F(SimulatedWeeks, RaiseAtMostOneFalseAlertForEachUserAndMonth) {
  World fresh = after_ordinary_weeks(11);
  const std::size_t alerts = alerts_of(fresh.signals);
  RecordProperty("false_alerts", static_cast<int>(alerts));
  EXPECT_LE(alerts, static_cast<std::size_t>(kUsers) * kDays / 30);
}

TEST_F(SimulatedWeeks, AStolenSessionThatReadsEverythingIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("unusual_usage", kStart + hours(24 * kDays + 3), 15, [&](int i, Timestamp at) {
    w.take({.at = at,
            .user = UserId(3),
            .address = "203.0.113.9",
            .object = static_cast<std::uint64_t>(i) * 2'654'435'761U,
            .bytes = 20'000});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, AnExfiltrationOfFewLargeAnswersIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("unusual_usage", kStart + hours(24 * kDays + 3), 2, [&](int i, Timestamp at) {
    w.take({.at = at,
            .user = UserId(4),
            .address = "203.0.113.9",
            .object = static_cast<std::uint64_t>(i),
            .bytes = 12'000'000});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, AProbeThatMostlyFailsIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("unusual_usage", kStart + hours(24 * kDays + 3), 4, [&](int i, Timestamp at) {
    w.take({.at = at,
            .user = UserId(5),
            .address = "198.51.100.2",
            .object = static_cast<std::uint64_t>(i),
            .bytes = 300,
            .failed = true});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, AServerThatBeginsToFailIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("unusual_errors", kStart + hours(24 * kDays + 3), 5, [&](int i, Timestamp at) {
    w.take({.at = at,
            .user = UserId(i % kUsers + 1),
            .address = w.address_of(i % kUsers),
            .object = static_cast<std::uint64_t>(i),
            .bytes = 300,
            .failed = i % 3 == 0,
            .server_error = i % 3 == 0});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, GuessingAPasswordIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("failed_logins_per_address", kStart + hours(24 * kDays), 1, [&](int, Timestamp at) {
    w.event({.kind = Kind::kSignInFailed, .at = at, .actor = "ann", .address = "203.0.113.9"});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, SprayingFromABotnetIsFoundWithinAMinute) {
  World w = world();
  const auto took = w.found_after("failed_logins_overall", kStart + hours(24 * kDays), 4, [&](int i, Timestamp at) {
    w.event({.kind = Kind::kSignInFailed,
             .at = at,
             .actor = "user" + std::to_string(i),
             .address = "10." + std::to_string(i % 250) + ".0.1"});
  });
  EXPECT_LE(took, seconds(60));
}

TEST_F(SimulatedWeeks, AnAlertShowsTheExpectedRange) {
  World w = world();
  w.signals.clear();
  for (int i = 0; i < 2'000; ++i)
    w.take({.at = kStart + hours(24 * kDays) + milliseconds(20 * i),
            .user = UserId(3),
            .address = "203.0.113.9",
            .object = 1});
  ASSERT_FALSE(w.signals.empty());
  EXPECT_THAT(w.signals[0].expected, testing::HasSubstr("a minute"));
  EXPECT_THAT(w.signals[0].observed, testing::HasSubstr("requests within this minute"));
}

TEST(Baselines, StrangersDoNotGrowTheMemory) {
  Baselines baselines({.users = 100, .addresses = 100});
  std::vector<Signal> signals;
  for (int i = 0; i < 20'000; ++i)
    baselines.take(
        {.at = kStart + seconds(i), .address = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)},
        signals);
  EXPECT_LE(baselines.size(), 200U);
}

}  // namespace
}  // namespace dhii::security
