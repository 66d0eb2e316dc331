// The queue, the spool and the runners: nothing waits for an output, order is kept, the least important goes first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>
#include <sstream>

#include "logs/logs.hpp"

namespace dhii::logs {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "dhii-logs-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

Entry entry(std::string message, Level level = Level::kInfo) {
  return std::make_shared<const Record>(Record{.level = level, .message = std::move(message)});
}

std::vector<std::string> messages_of(const std::vector<Entry>& entries) {
  std::vector<std::string> out;
  for (const auto& e : entries) out.push_back(e->message);
  return out;
}

std::vector<std::string> texts_of(const std::vector<Message>& messages) {
  std::vector<std::string> out;
  for (const auto& m : messages) out.push_back(m.text);
  return out;
}

std::string content(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

template <class F>
bool eventually(F&& check) {
  for (int i = 0; i < 1000; ++i) {
    if (check()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST(RecordQueue, GivesBackInOrderWhateverTheirWeight) {
  RecordQueue queue;
  queue.push(entry("1"));
  queue.push(entry("2", Level::kCritical));
  queue.push(entry("3", Level::kDebug));
  EXPECT_THAT(messages_of(queue.take(2, milliseconds(0))), ElementsAre("1", "2"));
  EXPECT_THAT(messages_of(queue.take(2, milliseconds(0))), ElementsAre("3"));
}

TEST(RecordQueue, WhenFullTheLeastImportantGoesAndIsCounted) {
  RecordQueue queue(3);
  queue.push(entry("debug", Level::kDebug));
  queue.push(entry("error", Level::kError));
  queue.push(entry("info 1"));
  queue.push(entry("info 2"));                    // "debug" goes
  queue.push(entry("warning", Level::kWarning));  // "info 1" goes
  queue.push(entry("debug 2", Level::kDebug));    // lighter than everything there: it goes itself
  EXPECT_EQ(queue.dropped(), 3U);
  EXPECT_THAT(messages_of(queue.take(9, milliseconds(0))), ElementsAre("error", "info 2", "warning"));
}

TEST(RecordQueue, ASecurityEventOutweighsALineOfItsLevel) {
  RecordQueue queue(1);
  auto event = std::make_shared<Record>(*entry("event"));
  event->event = event::Event{.kind = event::Kind::kSignedIn};
  queue.push(event);
  queue.push(entry("line"));
  EXPECT_THAT(messages_of(queue.take(9, milliseconds(0))), ElementsAre("event"));
}

TEST(Spool, KeepsMessagesInOrderOverARestart) {
  const Folder folder;
  {
    auto spool = *Spool::open(folder.path / "s");
    for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(spool->append({2, text}));
    ASSERT_TRUE(spool->drop_front(1));
  }
  auto spool = *Spool::open(folder.path / "s");
  EXPECT_EQ(spool->size(), 2U);
  EXPECT_THAT(texts_of(*spool->front(9)), ElementsAre("two", "three"));
  EXPECT_EQ(mode_of(folder.path / "s"), 0600);
}

TEST(Spool, EmptiesItsFileWhenAllIsDelivered) {
  const Folder folder;
  auto spool = *Spool::open(folder.path / "s");
  ASSERT_TRUE(spool->append({2, std::string(1000, 'x')}));
  ASSERT_TRUE(spool->drop_front(1));
  EXPECT_EQ(fs::file_size(folder.path / "s"), 8U);
  ASSERT_TRUE(spool->append({2, "next"}));
  EXPECT_THAT(texts_of(*(*Spool::open(folder.path / "s"))->front(9)), ElementsAre("next"));
}

TEST(Spool, CutsOffAMessageThatACrashTore) {
  const Folder folder;
  {
    auto spool = *Spool::open(folder.path / "s");
    ASSERT_TRUE(spool->append({2, "whole"}));
    ASSERT_TRUE(spool->append({2, "torn apart"}));
  }
  fs::resize_file(folder.path / "s", fs::file_size(folder.path / "s") - 3);
  auto spool = *Spool::open(folder.path / "s");
  EXPECT_THAT(texts_of(*spool->front(9)), ElementsAre("whole"));
  ASSERT_TRUE(spool->append({2, "after"}));
  EXPECT_THAT(texts_of(*(*Spool::open(folder.path / "s"))->front(9)), ElementsAre("whole", "after"));
}

TEST(Spool, ForeignBytesAreNotTakenForMessages) {
  const Folder folder;
  std::ofstream(folder.path / "s") << std::string(5000, '\xff');
  auto spool = *Spool::open(folder.path / "s");
  EXPECT_EQ(spool->size(), 0U);
  ASSERT_TRUE(spool->append({2, "works"}));
  EXPECT_THAT(texts_of(*spool->front(9)), ElementsAre("works"));
}

TEST(Spool, WhenFullTheLeastImportantGoFirstAndAreCounted) {
  const Folder folder;
  auto spool = *Spool::open(folder.path / "s", 100 * 105);  // a hundred of these
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(spool->append({2, "info " + std::string(95, 'x')}));
    ASSERT_TRUE(spool->append({5, "grave" + std::string(95, 'x')}));
  }
  EXPECT_EQ(spool->dropped(), 0U);
  ASSERT_TRUE(spool->append({5, "grave" + std::string(95, 'y')}));
  EXPECT_EQ(spool->dropped(), 26U) << "a quarter is freed at once";
  std::size_t grave = 0;
  for (const auto& message : *spool->front(999)) grave += message.weight == 5 ? 1 : 0;
  EXPECT_EQ(grave, 51U);
  EXPECT_LE(fs::file_size(folder.path / "s"), 2 * 100 * 105U + 8);
}

TEST(Spool, RefusesTheNewcomerWhenAllThatWaitsIsMoreImportant) {
  const Folder folder;
  auto spool = *Spool::open(folder.path / "s", 1000);
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(spool->append({5, std::string(100, 'x')}));
  ASSERT_TRUE(spool->append({2, std::string(100, 'y')}));
  EXPECT_EQ(spool->size(), 9U);
  EXPECT_EQ(spool->dropped(), 1U);
}

// A collector that can be switched off.
struct Flaky final : RemoteOutput {
  struct State {
    std::atomic<bool> up{true};
    std::mutex mutex;
    std::vector<std::string> got;
    std::vector<std::string> taken() {
      const std::scoped_lock lock(mutex);
      return got;
    }
  };
  explicit Flaky(State& s) : state(s) {}
  std::string render(const Record& record) const override { return record.message; }
  Sent send(std::span<const Message> messages) override {
    if (!state.up) return {0, Error(LogError::kRefused, "off")};
    const std::scoped_lock lock(state.mutex);
    for (const auto& m : messages) state.got.push_back(m.text);
    return {messages.size(), {}};
  }
  State& state;
};

TEST(RemoteRunner, ResumesInOrderAfterTheCollectorWasAway) {
  const Folder folder;
  Flaky::State state;
  RemoteRunner runner("test", std::make_unique<Flaky>(state), *Spool::open(folder.path / "s"), milliseconds(20));
  runner.start();
  std::vector<std::string> expected;
  const auto push = [&](int n) {
    expected.push_back(std::to_string(n));
    runner.push(entry(expected.back()));
  };
  push(0);
  ASSERT_TRUE(eventually([&] { return state.taken().size() == 1; }));
  state.up = false;
  for (int n = 1; n < 500; ++n) push(n);
  ASSERT_TRUE(eventually([&] { return runner.figures().spooled == 499; }));
  EXPECT_TRUE(runner.figures().failing);
  state.up = true;
  for (int n = 500; n < 600; ++n) push(n);
  ASSERT_TRUE(eventually([&] { return state.taken().size() == 600; })) << state.taken().size();
  EXPECT_EQ(state.taken(), expected);
  EXPECT_TRUE(eventually([&] { return !runner.figures().failing && runner.figures().spooled == 0; }));
  EXPECT_EQ(runner.figures().dropped, 0U);
}

TEST(RemoteRunner, SaysWhichEventWasHandedOverAndWhyNoneIsAtPresent) {
  const Folder folder;
  Flaky::State state;
  state.up = false;
  RemoteRunner runner("test", std::make_unique<Flaky>(state), *Spool::open(folder.path / "s"), milliseconds(20));
  runner.start();
  Record record;
  record.message = "an event";
  record.event = event::Event{.kind = event::Kind::kCanary};
  record.event_id = 41;
  runner.push(std::make_shared<const Record>(record));
  ASSERT_TRUE(eventually([&] { return runner.figures().failing && runner.figures().spooled == 1; }));
  EXPECT_EQ(runner.figures().last_event, 0);
  EXPECT_NE(runner.problem().find("off"), std::string::npos) << runner.problem();
  state.up = true;
  EXPECT_TRUE(eventually([&] { return runner.figures().last_event == 41; }));
  EXPECT_EQ(state.taken(), std::vector<std::string>{"an event"});
  EXPECT_TRUE(eventually([&] { return runner.problem().empty(); }));
}

TEST(RemoteRunner, WhatACollectorDidNotTakeBeforeTheEndComesAfterTheNextStart) {
  const Folder folder;
  Flaky::State state;
  state.up = false;
  {
    RemoteRunner runner("test", std::make_unique<Flaky>(state), *Spool::open(folder.path / "s"), milliseconds(20));
    runner.start();
    runner.push(entry("kept"));
    runner.stop();
  }
  EXPECT_TRUE(state.taken().empty());
  state.up = true;
  RemoteRunner runner("test", std::make_unique<Flaky>(state), *Spool::open(folder.path / "s"), milliseconds(20));
  runner.start();
  EXPECT_TRUE(eventually([&] { return state.taken() == std::vector<std::string>{"kept"}; }));
}

TEST(RemoteRunner, WithoutASpoolWhatIsLostIsCounted) {
  Flaky::State state;
  state.up = false;
  RemoteRunner runner("test", std::make_unique<Flaky>(state), nullptr, milliseconds(20));
  runner.start();
  runner.push(entry("gone"));
  EXPECT_TRUE(eventually([&] { return runner.figures().dropped == 1; }));
}

// Takes for ever.
struct Stuck final : LocalOutput {
  explicit Stuck(std::atomic<bool>& r) : release(r) {}
  std::size_t write(std::span<const Entry> entries) override {
    while (!release) std::this_thread::sleep_for(milliseconds(1));
    return entries.size();
  }
  std::atomic<bool>& release;
};

TEST(Logs, AnOutputThatHangsHoldsUpNeitherTheProgramNorTheOthers) {
  const Folder folder;
  ManualClock clock;
  std::atomic<bool> release{false};
  Logs logs(clock);
  logs.add("stuck", std::make_unique<Stuck>(release));
  logs.add("file", *file_output({folder.path / "log", 100'000'000, 2}, Format::kJson, {}));
  logs.start();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20'000; ++i) logs.write({.message = "line"});
  // Generous: what matters is that it ended although nothing takes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_GT(logs.runners()[0]->figures().dropped, 10'000U);
  EXPECT_TRUE(eventually([&] {
    const auto figures = logs.runners()[1]->figures();
    return figures.sent + figures.dropped == 20'000;
  }));
  release = true;
}

TEST(Logs, LinesOfSpdlogAndEventsOfTheJournalComeTogetherInOneFile) {
  const Folder folder;
  ManualClock clock;
  metrics::Registry registry;
  {
    Logs logs(clock);
    logs.add("file", *file_output({folder.path / "log", 1'000'000, 2}, Format::kJson, {"host", "1", 2}));
    logs.add_metrics(registry);
    logs.start();
    spdlog::logger logger("test", logs.spdlog_sink());
    logger.warn("the disk is {} % full", 93);
    EventFollower follower(logs);
    const event::Entry entry{.id = 4, .event = {.kind = event::Kind::kSignedIn, .actor = "ada"}, .count = 2};
    follower.stored(std::span(&entry, 1));
    EXPECT_TRUE(eventually([&] { return logs.runners()[0]->figures().sent == 2; }));
    EXPECT_THAT(registry.text(), HasSubstr("dhii_log_records_total{output=\"file\"} 2\n"));
    logs.stop();
  }
  const auto text = content(folder.path / "log");
  EXPECT_THAT(text, HasSubstr(R"("log.level":"warning","message":"the disk is 93 % full")"));
  EXPECT_THAT(text, HasSubstr(R"("event.sequence":4,"dhii.count":2,)"));
}

TEST(FileOutput, IsPrivateAndRotatesBySize) {
  const Folder folder;
  std::ofstream(folder.path / "log") << "older\n";
  ::chmod((folder.path / "log").c_str(), 0644);
  auto file = *file_output({folder.path / "log", 200, 2}, Format::kText, {});
  for (int i = 0; i < 12; ++i) {
    const auto e = entry("line number " + std::to_string(i));
    EXPECT_EQ(file->write(std::span(&e, 1)), 1U);
  }
  EXPECT_EQ(mode_of(folder.path / "log"), 0600);
  EXPECT_THAT(content(folder.path / "log"), HasSubstr("line number 11\n"));
  EXPECT_LE(fs::file_size(folder.path / "log.1"), 200U);
  EXPECT_TRUE(fs::exists(folder.path / "log.2"));
  EXPECT_FALSE(fs::exists(folder.path / "log.3"));
}

TEST(FileOutput, ADeniedFolderIsAnErrorWithAMend) {
  const auto file = file_output({"/nonexistent/log", 100, 1}, Format::kText, {});
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message(), HasSubstr("DHII_LOG_FILE"));
}

TEST(JournalOutput, SendsOneDatagramForEachRecord) {
  const Folder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.path / "socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  auto journal = *journal_output(path, {"host", "1", 2});
  const std::vector<Entry> two{entry("first"), entry("second")};
  EXPECT_EQ(journal->write(two), 2U);
  std::string buffer(4096, '\0');
  buffer.resize(static_cast<std::size_t>(::recv(fd, buffer.data(), buffer.size(), 0)));
  EXPECT_THAT(buffer, HasSubstr("MESSAGE=first\nPRIORITY=6\n"));
  ::close(fd);
  EXPECT_FALSE(journal_output("/nonexistent/socket", {}));
}

}  // namespace
}  // namespace dhii::logs
