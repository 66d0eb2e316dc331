#include <gmock/gmock.h>

#include "security/alert/alert_desk.hpp"
#include "security/journal/journal_fixture.hpp"

namespace dhii::security {
namespace {

using event::Kind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using What = AlertChange::What;

const Timestamp kStart = ManualClock().now();

Signal signal(std::string rule, std::string key, Timestamp at = kStart, seconds pending = seconds(0)) {
  Signal out;
  out.rule = std::move(rule);
  out.key = std::move(key);
  out.title = "Something";
  out.observed = "11";
  out.expected = "10";
  out.at = at;
  out.pending_for = pending;
  return out;
}

std::vector<What> whats(const std::vector<AlertChange>& changes) {
  std::vector<What> out;
  for (const auto& change : changes) out.push_back(change.what);
  return out;
}

TEST(AlertBook, FiresOnceGoesOnAndEndsBySilence) {
  AlertBook book;
  std::vector<AlertChange> changes;
  book.take(signal("r", "k"), changes);
  book.take(signal("r", "k", kStart + minutes(5)), changes);
  book.tick(kStart + minutes(14), changes);
  EXPECT_EQ(whats(changes), (std::vector{What::kFired, What::kContinued}));
  book.tick(kStart + minutes(15), changes);
  ASSERT_EQ(changes.back().what, What::kResolved);
  EXPECT_EQ(changes.back().alert.count, 2);
  EXPECT_EQ(book.size(), 0U);
}

TEST(AlertBook, PendsUntilItHasLastedLongEnough) {
  AlertBook book;
  std::vector<AlertChange> changes;
  book.take(signal("r", "k", kStart, minutes(5)), changes);
  book.tick(kStart + minutes(4), changes);
  EXPECT_EQ(whats(changes), std::vector{What::kPending});
  book.tick(kStart + minutes(5), changes);
  EXPECT_EQ(changes.back().what, What::kFired);
}

TEST(AlertBook, ASilenceEndsAndTheAlertFiresAgain) {
  AlertBook book;
  std::vector<AlertChange> changes;
  book.take(signal("r", "k"), changes);
  ASSERT_TRUE(book.silence(1, "ann", kStart + minutes(8)));
  book.take(signal("r", "k", kStart + minutes(7)), changes);
  book.tick(kStart + minutes(8), changes);
  EXPECT_EQ(changes.back().what, What::kUnsilenced);
  EXPECT_FALSE(book.acknowledge(99, "ann", kStart));
}

TEST(AlertBook, ThousandsOfKeysAreTwentyOneAlerts) {
  AlertBook book;
  std::vector<AlertChange> changes;
  for (int i = 0; i < 5'000; ++i) book.take(signal("r", "192.0.2." + std::to_string(i)), changes);
  EXPECT_EQ(book.size(), 21U);
}

TEST(Notifier, GroupsARuleAndTellsItsEnd) {
  Notifier notifier;
  AlertBook book;
  std::vector<AlertChange> changes;
  std::vector<Notification> notes;
  const auto tell = [&] {
    for (const auto& change : changes) notifier.take(change, change.alert.last_at);
    changes.clear();
  };
  for (int i = 0; i < 5; ++i) book.take(signal("r", std::to_string(i)), changes);
  tell();
  notifier.due(kStart + seconds(5), notes);
  EXPECT_THAT(notes, IsEmpty());
  notifier.due(kStart + seconds(10), notes);
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].firing, SizeIs(5));
  EXPECT_EQ(notes[0].subject(), "[dhii-mail] warning: Something (5)");
  EXPECT_THAT(notes[0].text(), HasSubstr("expected: 10"));
  book.tick(kStart + minutes(20), changes);
  for (const auto& change : changes) notifier.take(change, kStart + minutes(20));
  notes.clear();
  notifier.due(kStart + minutes(21), notes);
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].resolved, SizeIs(5));
  EXPECT_THAT(notes[0].subject(), HasSubstr("over: "));
}

TEST(Notifier, RepeatsEveryFourHoursAndNotWhenAcknowledged) {
  Notifier notifier;
  AlertBook book;
  std::vector<AlertChange> changes;
  std::vector<Notification> notes;
  book.take(signal("r", "k"), changes);
  notifier.take(changes[0], kStart);
  for (int minute = 1; minute < 10 * 60; ++minute) notifier.due(kStart + minutes(minute), notes);
  EXPECT_THAT(notes, SizeIs(3));
  notifier.take(*book.acknowledge(1, "ann", kStart), kStart + hours(10));
  for (int minute = 10 * 60; minute < 20 * 60; ++minute) notifier.due(kStart + minutes(minute), notes);
  EXPECT_THAT(notes, SizeIs(3));
}

TEST(Notifier, HoldsAStormBackAndSaysHowMuch) {
  Notifier notifier({.per_hour = 3});
  std::vector<AlertChange> changes;
  std::vector<Notification> notes;
  AlertBook book;
  for (int i = 0; i < 10; ++i) book.take(signal("rule" + std::to_string(i), "k"), changes);
  for (const auto& change : changes) notifier.take(change, kStart);
  notifier.due(kStart + minutes(1), notes);
  EXPECT_THAT(notes, SizeIs(3));
  notes.clear();
  notifier.due(kStart + hours(5), notes);
  ASSERT_FALSE(notes.empty());
  EXPECT_EQ(notes[0].held_back, 7U);
  EXPECT_THAT(notes[0].text(), HasSubstr("7 more messages"));
}

class DeskTest : public JournalTest {
 protected:
  DeskTest() : alerts(*database), blocks(alerts, minutes(15), [](std::string_view a) { return a == "198.51.100.1"; }) {
    constexpr config::AlertThreshold kDefaults[] = {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) {count, window, true},
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
    };
    for (std::size_t i = 0; i < config::kAlertRules; ++i) settings.rules[i] = kDefaults[i];
    make();
    journal->follow(*desk);
    journal->start();
  }
  ~DeskTest() override { journal.reset(); }
  void make() {
    desk.emplace(alerts, blocks, *journal, clock, settings,
                 DeskHands{.notify = [this](const Notification& note) { notes.push_back(note); },
                           .demand_step_up = [this](UserId user, const std::string&) { step_up.push_back(user); },
                           .end_sessions = [this](UserId user, const std::string&) { ended.push_back(user); }});
    ASSERT_TRUE(desk->load());
  }
  void guess(const std::string& address, int times) {
    for (int i = 0; i < times; ++i) record(failed_sign_in("name" + std::to_string(i), address));
    journal->flush();
  }
  void pass(seconds time) {
    clock.advance(time);
    journal->flush();
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& row : rows->from(1, 10'000).value()) out.push_back(row.name);
    return out;
  }

  config::AlertSettings settings;
  store::EventAlerts alerts;
  BlockList blocks;
  std::optional<AlertDesk> desk;
  std::vector<Notification> notes;
  std::vector<UserId> step_up, ended;
};

TEST_F(DeskTest, ElevenFailedSignInsBlockTheAddressAndTellSomebody) {
  guess("203.0.113.9", 10);
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
  guess("203.0.113.9", 1);
  EXPECT_TRUE(blocks.blocked_for("203.0.113.9", clock.now()));
  EXPECT_FALSE(blocks.blocked_for("203.0.113.10", clock.now()));
  pass(seconds(11));
  pass(seconds(2));
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].text(), HasSubstr("203.0.113.9"));
  EXPECT_THAT(names(), testing::Contains("security.address_blocked"));
  EXPECT_THAT(names(), testing::Contains("security.alert_firing"));
  const auto open = alerts.open().value();
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].state, AlertState::kFiring);
}

TEST_F(DeskTest, BlocksGrowAndEnd) {
  guess("203.0.113.9", 11);
  EXPECT_EQ(blocks.blocked_for("203.0.113.9", clock.now()), seconds(900));
  pass(minutes(16));
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
  guess("203.0.113.9", 11);
  EXPECT_EQ(blocks.blocked_for("203.0.113.9", clock.now()), seconds(3600));
}

TEST_F(DeskTest, LoopbackAndADeclaredProxyAreNeverBlocked) {
  for (const char* address : {"127.0.0.1", "::1", "198.51.100.1"}) {
    guess(address, 30);
    EXPECT_FALSE(blocks.blocked_for(address, clock.now())) << address;
    EXPECT_FALSE(blocks.block(address, "x", "ann", std::nullopt, clock.now())) << address;
  }
}

TEST_F(DeskTest, BlocksCanBeSwitchedOff) {
  journal->stop();
  settings.block = false;
  journal.emplace(*rows, Journal::Keys{chain_key(), seed()}, clock, random, options);
  make();
  journal->follow(*desk);
  journal->start();
  guess("203.0.113.9", 30);
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
  EXPECT_EQ(desk->open_alerts(), 1U);
}

TEST_F(DeskTest, BlocksAndAlertsSurviveARestart) {
  guess("203.0.113.9", 11);
  BlockList again(alerts, minutes(15), [](std::string_view) { return false; });
  ASSERT_TRUE(again.load(clock.now()));
  EXPECT_TRUE(again.blocked_for("203.0.113.9", clock.now()));
  make();
  EXPECT_EQ(desk->open_alerts(), 1U);
}

TEST_F(DeskTest, BlocksThatACommandMakesOrLiftsInTheDatabaseAreTakenOver) {
  BlockList command(alerts, minutes(15), [](std::string_view) { return false; });
  ASSERT_TRUE(command.block("203.0.113.9", "incident 1", "command line", std::chrono::hours(24 * 365), clock.now()));
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
  ASSERT_TRUE(blocks.reload());
  EXPECT_TRUE(blocks.blocked_for("203.0.113.9", clock.now()));
  const auto made = command.active(clock.now());
  ASSERT_THAT(made, SizeIs(1));
  ASSERT_TRUE(command.unblock(made[0].id));
  ASSERT_TRUE(blocks.reload());
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
}

TEST_F(DeskTest, ADemandedStepUpIsAnEventAndNoneIsMadeWhenSwitchedOff) {
  record({.kind = Kind::kMassDeletion, .user = UserId(7)});
  journal->flush();
  EXPECT_THAT(step_up, testing::ElementsAre(UserId(7)));
  pass(seconds(2));
  EXPECT_THAT(names(), testing::Contains("security.step_up_demanded"));
  journal->stop();
  settings.step_up = false;
  journal.emplace(*rows, Journal::Keys{chain_key(), seed()}, clock, random, options);
  make();
  journal->follow(*desk);
  journal->start();
  step_up.clear();
  record({.kind = Kind::kMassDeletion, .user = UserId(8)});
  journal->flush();
  EXPECT_THAT(step_up, testing::IsEmpty());
}

TEST_F(DeskTest, AReusedRefreshTokenEndsTheUsersSessions) {
  record({.kind = Kind::kRefreshTokenReused, .user = UserId(7), .address = "203.0.113.9"});
  journal->flush();
  EXPECT_THAT(ended, testing::ElementsAre(UserId(7)));
}

TEST_F(DeskTest, AMassDeletionDemandsAStepUp) {
  record({.kind = Kind::kMassDeletion, .user = UserId(7), .address = "203.0.113.9", .detail = "500"});
  journal->flush();
  EXPECT_THAT(step_up, testing::ElementsAre(UserId(7)));
}

TEST_F(DeskTest, AnAcknowledgedAlertIsKeptAndNotRepeated) {
  guess("203.0.113.9", 11);
  const auto id = alerts.open().value().at(0).id;
  ASSERT_TRUE(desk->acknowledge(id, "ann"));
  EXPECT_EQ(alerts.get(id).value()->state, AlertState::kAcknowledged);
  EXPECT_EQ(alerts.get(id).value()->handled_by, "ann");
  pass(seconds(20));
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_FALSE(desk->silence(999, "ann", hours(1)));
  pass(hours(1));
  pass(seconds(2));
  EXPECT_EQ(alerts.get(id).value()->state, AlertState::kResolved);
}

TEST_F(DeskTest, UnblockingLetsTheAddressInAgain) {
  guess("203.0.113.9", 11);
  const auto active = blocks.active(clock.now());
  ASSERT_THAT(active, SizeIs(1));
  ASSERT_TRUE(blocks.unblock(active[0].id));
  EXPECT_FALSE(blocks.blocked_for("203.0.113.9", clock.now()));
  EXPECT_FALSE(blocks.unblock(active[0].id));
}

TEST_F(DeskTest, AnIpv6BlockIsTheSubscribersNetwork) {
  ASSERT_TRUE(blocks.block("2001:db8::7", "x", "ann", hours(1), clock.now()));
  EXPECT_TRUE(blocks.blocked_for("2001:db8::99", clock.now()));
  EXPECT_FALSE(blocks.blocked_for("2001:db8:0:1::99", clock.now()));
  EXPECT_FALSE(blocks.block("nonsense", "x", "ann", hours(1), clock.now()));
}

TEST_F(DeskTest, UnusualUsageIsAnEventWithItsRange) {
  for (int i = 0; i < 3'000; ++i)
    desk->note(
        {.at = clock.now(), .user = UserId(7), .address = "203.0.113.9", .object = static_cast<std::uint64_t>(i)});
  pass(seconds(2));
  journal->flush();
  EXPECT_THAT(names(), testing::Contains("api.unusual_usage"));
  EXPECT_THAT(step_up, testing::Contains(UserId(7)));
}

}  // namespace
}  // namespace dhii::security
