#include <gmock/gmock.h>

#include "security/journal/journal_fixture.hpp"
#include "security/journal/render.hpp"

namespace dhii::security {
namespace {

using event::Kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Listener final : public Follower {
 public:
  void seen(const event::Event&) noexcept override { ++seen_count; }
  void stored(std::span<const event::Entry> entries) noexcept override {
    for (const auto& entry : entries) stored_total += entry.count;
  }
  std::atomic<int> seen_count{0}, stored_total{0};
};

TEST_F(JournalTest, KeepsWhatWasRecordedAcrossARestart) {
  journal->start();
  record({.kind = Kind::kSignedIn, .user = UserId(7), .session = SessionId(3), .actor = "ann", .address = "192.0.2.1"});
  record(failed_sign_in("bob"));
  journal->stop();
  open();
  const auto found = rows->from(1, 10).value();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].name, "auth.signed_in");
  EXPECT_EQ(found[0].entry.event.user, UserId(7));
  EXPECT_EQ(found[1].entry.event.actor, "bob");
  EXPECT_EQ(found[1].entry.event.at, clock.now());
}

TEST_F(JournalTest, ASearchStopsAfterSoManyRecordsAndGoesOnWhereItStopped) {
  journal->start();
  for (int i = 0; i < 30; ++i) record(failed_sign_in("name" + std::to_string(i)));
  ASSERT_EQ(all().size(), 30U);
  const auto wanted = [](const store::EventRow& row) { return row.entry.event.actor == "name5"; };
  store::EventFilter filter;
  std::size_t rounds = 0;
  std::vector<store::EventRow> found;
  do {
    auto page = rows->search(filter, wanted, 10).value();
    for (auto& row : page.rows) found.push_back(std::move(row));
    filter.before = page.next;
    ++rounds;
  } while (filter.before != 0);
  EXPECT_EQ(rounds, 4U) << "three of ten, and one that finds the end";
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].entry.event.actor, "name5");
  filter.limit = 2;
  const auto two = rows->search(filter, [](const auto&) { return true; }).value();
  EXPECT_EQ(two.rows.size(), 2U);
  EXPECT_EQ(two.next, two.rows.back().entry.id);
}

TEST_F(JournalTest, OfAMachineWithoutItsKeyOpensNothing) {
  const auto opened = store::EventDatabase::open(folder / "events.db", Secret(std::string(32, 'x')));
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(store::StoreError::kWrongKey));
}

TEST_F(JournalTest, TheSameAgainIsOneRecordWithItsCount) {
  journal->start();
  for (int i = 0; i < 500; ++i) record(failed_sign_in("ann"));
  EXPECT_THAT(all(), SizeIs(1));
  clock.advance(std::chrono::minutes(2));
  EXPECT_THAT(all(), SizeIs(2));
  EXPECT_EQ(all()[1].entry.count, 499U);
  EXPECT_THAT(sentence_of(all()[1]), HasSubstr("499 times since"));
}

TEST_F(JournalTest, StopWritesWhatWasOnlyCounted) {
  journal->start();
  for (int i = 0; i < 3; ++i) record(failed_sign_in("ann"));
  journal->stop();
  const auto found = rows->from(1, 10).value();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[1].entry.count, 2U);
}

TEST_F(JournalTest, FollowersSeeEachEventAndWhatWasStored) {
  Listener listener;
  journal->follow(listener);
  journal->start();
  for (int i = 0; i < 10; ++i) record(failed_sign_in("ann"));
  journal->stop();
  EXPECT_EQ(listener.seen_count, 10);
  EXPECT_EQ(listener.stored_total, 10);
  journal.reset();
}

TEST_F(JournalTest, FiltersByAddressUserKindFamilyTimeAndSeverity) {
  journal->start();
  record(failed_sign_in("ann", "192.0.2.1"));
  record({.kind = Kind::kSignedIn, .user = UserId(7), .actor = "bob", .address = "192.0.2.2"});
  record({.kind = Kind::kDatabaseError, .object = "u7", .detail = "disk I/O error"});
  journal->flush();
  clock.advance(std::chrono::hours(2));
  record(failed_sign_in("carol", "192.0.2.1"));
  journal->flush();
  const auto actors = [&](const store::EventFilter& filter) {
    std::string out;
    for (const auto& row : rows->list(filter).value()) out += row.entry.event.actor + row.entry.event.object + " ";
    return out;
  };
  EXPECT_EQ(actors({}), "carol u7 bob ann ");
  EXPECT_EQ(actors({.address = "192.0.2.1"}), "carol ann ");
  EXPECT_EQ(actors({.user = UserId(7)}), "bob ");
  EXPECT_EQ(actors({.names = {"auth.sign_in_failed"}}), "carol ann ");
  EXPECT_EQ(actors({.names = {"auth."}}), "carol bob ann ");
  EXPECT_EQ(actors({.names = {"database.", "auth.signed_in"}}), "u7 bob ");
  EXPECT_EQ(actors({.since = clock.now() - std::chrono::hours(1)}), "carol ");
  EXPECT_EQ(actors({.until = clock.now() - std::chrono::hours(1)}), "u7 bob ann ");
  EXPECT_EQ(actors({.least = event::Severity::kError}), "u7 ");
  EXPECT_EQ(actors({.before = 3}), "bob ann ");
  EXPECT_EQ(actors({.after = 2}), "u7 carol ");
  EXPECT_EQ(actors({.actor = "ann"}), "ann ");
  EXPECT_EQ(actors({.since = clock.now() + std::chrono::hours(1)}), "");
  EXPECT_FALSE(rows->list({.names = std::vector<std::string>(9, "auth.")}));
}

TEST_F(JournalTest, CountsDaysByKindWithRepeats) {
  journal->start();
  for (int i = 0; i < 5; ++i) record(failed_sign_in("ann"));
  journal->stop();
  const auto days = rows->days(0).value();
  ASSERT_THAT(days, SizeIs(1));
  EXPECT_EQ(days[0].count, 5);
  EXPECT_EQ(days[0].day, to_unix_ms(clock.now()) / 86'400'000);
}

TEST_F(JournalTest, AWholeChainVerifiesWithItsSignedHead) {
  journal->start();
  for (int i = 0; i < 50; ++i) record(failed_sign_in("name" + std::to_string(i)));
  journal->stop();
  EXPECT_THAT(verdict().broken, IsEmpty());
  EXPECT_EQ(verdict().checked, 50);
  EXPECT_EQ(verdict().heads, 1U);
}

TEST_F(JournalTest, AChangedRecordIsNamed) {
  journal->start();
  for (int i = 0; i < 50; ++i) record(failed_sign_in("name" + std::to_string(i)));
  journal->stop();
  tamper("UPDATE event SET actor='nobody' WHERE id=17");
  EXPECT_EQ(verdict().broken_id, 17);
  EXPECT_THAT(verdict().broken, HasSubstr("Record 17 (auth.sign_in_failed)"));
}

TEST_F(JournalTest, ARemovedRecordIsNamed) {
  journal->start();
  for (int i = 0; i < 50; ++i) record(failed_sign_in("name" + std::to_string(i)));
  journal->stop();
  tamper("DELETE FROM event WHERE id=17");
  EXPECT_EQ(verdict().broken, "Record 17 is missing.");
}

TEST_F(JournalTest, RecordsClosedUpOverAGapAreNamed) {
  journal->start();
  for (int i = 0; i < 20; ++i) record(failed_sign_in("name" + std::to_string(i)));
  journal->stop();
  tamper("DELETE FROM event WHERE id=10");
  tamper("UPDATE event SET id=id-1 WHERE id>10");
  EXPECT_EQ(verdict().broken_id, 10);
}

TEST_F(JournalTest, ACutOffEndShowsByTheSignedHead) {
  journal->start();
  for (int i = 0; i < 20; ++i) record(failed_sign_in("name" + std::to_string(i)));
  journal->stop();
  tamper("DELETE FROM event WHERE id>15");
  EXPECT_EQ(verdict().broken, "The end was cut off: record 20 was signed, but the last one there is 15.");
}

TEST_F(JournalTest, AForgedHeadIsRefused) {
  journal->start();
  record(failed_sign_in("ann"));
  journal->stop();
  std::string line = heads().at(0);
  line.replace(line.find("\"id\":1"), 6, "\"id\":2");
  EXPECT_FALSE(parse_signed_line(line, crypto::ed25519_public_key(seed())));
  EXPECT_TRUE(parse_signed_line(heads().at(0), crypto::ed25519_public_key(seed())));
  std::ofstream(options.heads_file, std::ios::app) << line << "\n";
  EXPECT_THAT(verdict().broken, HasSubstr("Line 2 of the signed heads"));
}

TEST_F(JournalTest, RetentionByAgeKeepsTheChainVerifiable) {
  journal->start();
  for (int i = 0; i < 30; ++i) record(failed_sign_in("old" + std::to_string(i)));
  journal->flush();
  clock.advance(std::chrono::hours(24 * 400));
  for (int i = 0; i < 3; ++i) record(failed_sign_in("new" + std::to_string(i)));
  journal->flush();
  clock.advance(std::chrono::hours(1));
  journal->flush();
  journal->stop();
  EXPECT_THAT(rows->from(1, 100).value(), SizeIs(3));
  EXPECT_THAT(verdict().broken, IsEmpty());
  EXPECT_EQ(verdict().first, 31);
  tamper("UPDATE checkpoint SET hash=x'00'");
  EXPECT_THAT(verdict().broken, HasSubstr("checkpoint after record 30"));
}

TEST_F(JournalTest, RetentionBySizeRemovesTheOldest) {
  options.keep_bytes = 400'000;
  open();
  journal->start();
  for (int i = 0; i < 6'000; ++i)
    record(failed_sign_in("name" + std::to_string(i), "198.51.100." + std::to_string(i % 250)));
  journal->flush();
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::minutes(11));
    journal->flush();
  }
  EXPECT_LT(rows->bytes().value(), 900'000);
  EXPECT_GT(rows->from(1, 1).value().front().entry.id, 1);
  journal->stop();
  EXPECT_THAT(verdict().broken, IsEmpty());
}

TEST_F(JournalTest, TwoProcessesWriteOneChain) {
  Journal other(*rows, {chain_key(), seed()}, clock, random, options);
  journal->start();
  other.start();
  for (int i = 0; i < 200; ++i) {
    record(failed_sign_in("here" + std::to_string(i)));
    other.record(failed_sign_in("there" + std::to_string(i), "192.0.2.8"));
  }
  journal->stop();
  other.stop();
  EXPECT_EQ(verdict().checked, 202);
  EXPECT_THAT(verdict().broken, IsEmpty());
}

TEST_F(JournalTest, TextsFromStrangersAreCut) {
  journal->start();
  record(failed_sign_in(std::string(100'000, 'x')));
  EXPECT_LE(all().at(0).entry.event.actor.size(), 500U);
}

TEST_F(JournalTest, ADatabaseThatFailsIsTriedAgain) {
  journal->start();
  record(failed_sign_in("ann"));
  journal->flush();
  tamper("ALTER TABLE event RENAME TO away");
  record(failed_sign_in("bob"));
  journal->flush();
  EXPECT_TRUE(journal->figures().failing);
  tamper("ALTER TABLE away RENAME TO event");
  clock.advance(std::chrono::seconds(2));
  journal->flush();
  EXPECT_FALSE(journal->figures().failing);
  EXPECT_THAT(all(), SizeIs(2));
  EXPECT_THAT(verdict().broken, IsEmpty());
}

TEST(EventTime, ReadsAgesAndDates) {
  const Timestamp now = ManualClock().now();
  EXPECT_EQ(parse_time("90m", now), now - std::chrono::minutes(90));
  EXPECT_EQ(parse_time("7d", now), now - std::chrono::hours(7 * 24));
  EXPECT_EQ(iso_time(*parse_time("2026-01-31", now)), "2026-01-31T00:00:00.000Z");
  EXPECT_EQ(iso_time(*parse_time("2026-01-31T12:34:56Z", now)), "2026-01-31T12:34:56.000Z");
  EXPECT_EQ(parse_time(iso_time(now), now), now);
  for (const char* wrong : {"", "7", "yesterday", "2026-02-30", "-1d", "2026-01-31T25:00:00Z"})
    EXPECT_FALSE(parse_time(wrong, now)) << wrong;
}

}  // namespace
}  // namespace dhii::security
