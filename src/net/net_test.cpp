// Tasks: deadlines, cancellation, groups, pools, events.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "net/blocking_pool.hpp"
#include "net/deadline.hpp"
#include "net/event.hpp"
#include "net/task_group.hpp"
#include "net/testing/loop.hpp"

namespace dhii::net {
namespace {

using namespace std::chrono_literals;
using testing::Loop;

Task<int> answer(int value) { co_return value; }

Task<int> slow(std::chrono::milliseconds duration, std::shared_ptr<std::string> log) {
  const auto slept = co_await sleep_for(duration);
  *log += slept ? "woke;" : "cut;";
  if (!slept) co_return std::unexpected(slept.error());
  co_return 1;
}

Task<int> stubborn(std::shared_ptr<std::string> log) {
  *log += "a";
  co_await sleep_for(1h);
  *log += "b";
  co_await sleep_for(1h);  // throws: the task is cancelled
  *log += "never";
  co_return 1;
}

Task<int> throwing() {
  co_await sleep_for(1ms);
  throw std::runtime_error("a bug");
}

Task<int> nested(std::chrono::milliseconds outer, std::chrono::milliseconds inner, std::shared_ptr<std::string> log) {
  co_return co_await with_deadline(outer, with_deadline(inner, slow(1h, log)));
}

TEST(Deadline, ReturnsTheValueOfATaskThatEndsInTime) {
  Loop loop;
  EXPECT_EQ(loop.run(with_deadline(1h, answer(7))), 7);
}

TEST(Deadline, CutsOffASlowTaskAndWaitsForItsEnd) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  const auto result = loop.run(with_deadline(5ms, slow(1h, log)));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTimeout));
  EXPECT_EQ(*log, "cut;");
}

TEST(Deadline, EndsATaskThatIgnoresItsCancellation) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  const auto result = loop.run(with_deadline(5ms, stubborn(log)));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTimeout));
  EXPECT_EQ(*log, "ab");
}

TEST(Deadline, ThrowsTheExceptionOfTheTaskAtOnce) {
  Loop loop;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW((void)loop.run(with_deadline(10s, throwing())), std::runtime_error);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(Deadline, TheShorterOfTwoNestedOnesCounts) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  EXPECT_TRUE(loop.run(nested(1h, 5ms, log)).error().is(NetError::kTimeout));
  EXPECT_TRUE(loop.run(nested(5ms, 1h, log)).error().is(NetError::kTimeout));
  EXPECT_EQ(*log, "cut;cut;");
}

Task<> sleeper(std::shared_ptr<std::string> log, char name) {
  const auto slept = co_await sleep_for(1h);
  *log += name;
  if (!slept) co_return std::unexpected(slept.error());
  co_return Result<void>{};
}

Task<> guarded(std::shared_ptr<std::string> log) {
  const auto result = co_await with_deadline(1h, sleeper(log, 'g'));
  *log += result.error().is(NetError::kCancelled) ? "cancelled" : "other";
  co_return Result<void>{};
}

Task<> close_group(TaskGroup& group) {
  co_await group.close();
  co_return Result<void>{};
}

Task<> quick(std::shared_ptr<std::string> log) {
  *log += "q";
  co_return Result<void>{};
}

Task<> buggy() {
  co_await sleep_for(0ms);
  throw std::runtime_error("a bug");
}

TEST(TaskGroupTest, CloseCancelsEveryTaskAndWaitsForTheLast) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  TaskGroup group(loop.executor());
  group.spawn("a", sleeper(log, 'a'));
  group.spawn("b", sleeper(log, 'b'));
  loop.poll();
  EXPECT_EQ(group.size(), 2u);
  ASSERT_TRUE(loop.run(close_group(group)));
  EXPECT_EQ(group.size(), 0u);
  EXPECT_EQ(*log, "ab");
}

TEST(TaskGroupTest, RefusesTasksAfterClosingBegan) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  TaskGroup group(loop.executor());
  group.cancel();
  group.spawn("late", quick(log));
  loop.poll();
  EXPECT_EQ(*log, "");
  EXPECT_EQ(group.size(), 0u);
}

TEST(TaskGroupTest, CancellationReachesATaskInsideADeadline) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  TaskGroup group(loop.executor());
  group.spawn("guarded", guarded(log));
  loop.poll();
  ASSERT_TRUE(loop.run(close_group(group)));
  EXPECT_EQ(*log, "gcancelled");
}

TEST(TaskGroupTest, AnExceptionEndsItsTaskOnly) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  TaskGroup group(loop.executor());
  group.spawn("buggy", buggy());
  group.spawn("quick", quick(log));
  while (group.size() > 0) loop.poll();
  EXPECT_EQ(*log, "q");
}

TEST(TaskGroupTest, ATaskThatEndedLeavesTheGroup) {
  Loop loop;
  auto log = std::make_shared<std::string>();
  TaskGroup group(loop.executor());
  for (int i = 0; i < 100; ++i) group.spawn("quick", quick(log));
  loop.poll();
  EXPECT_EQ(group.size(), 0u);
  EXPECT_EQ(log->size(), 100u);
}

Task<std::thread::id> where(BlockingPool& pool) {
  co_return co_await pool.run([]() -> Result<std::thread::id> { return std::this_thread::get_id(); });
}

Task<bool> comes_back(BlockingPool& pool) {
  const auto before = std::this_thread::get_id();
  (void)co_await pool.run([]() -> Result<int> { return 1; });
  co_return before == std::this_thread::get_id();
}

Task<int> failing(BlockingPool& pool) {
  co_return co_await pool.run([]() -> Result<int> { throw std::logic_error("in the pool"); });
}

Task<std::string> thread_name(BlockingPool& pool) {
  co_return co_await pool.run([]() -> Result<std::string> {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return std::string(name);
  });
}

TEST(BlockingPoolTest, RunsElsewhereAndComesBackToTheIoThread) {
  Loop loop;
  const auto id = loop.run(where(loop.pool));
  ASSERT_TRUE(id);
  EXPECT_NE(*id, std::this_thread::get_id());
  EXPECT_EQ(loop.run(comes_back(loop.pool)), true);
  EXPECT_EQ(loop.pool.waiting(), 0u);
}

TEST(BlockingPoolTest, ThrowsTheExceptionOfTheFunctionInTheWaiter) {
  Loop loop;
  EXPECT_THROW((void)loop.run(failing(loop.pool)), std::logic_error);
  EXPECT_EQ(loop.run(comes_back(loop.pool)), true);
}

TEST(BlockingPoolTest, NamesItsThreads) {
  Loop loop;
  EXPECT_EQ(loop.run(thread_name(loop.pool)), "dhii-test");
}

Task<int> hold(BlockingPool& pool, std::latch& go) {
  co_return co_await pool.run([&go]() -> Result<int> {
    go.wait();
    return 1;
  });
}

Task<> hold_in_group(BlockingPool& pool, std::latch& go, int& ended) {
  const auto result = co_await hold(pool, go);
  if (result) ++ended;
  co_return Result<void>{};
}

TEST(BlockingPoolTest, AnswersBusyAtOnceWhenItsQueueIsFull) {
  asio::io_context io;
  BlockingPool pool("full", 1, 2);
  std::latch go(1);
  TaskGroup group(io.get_executor());
  int ended = 0;
  group.spawn("one", hold_in_group(pool, go, ended));
  group.spawn("two", hold_in_group(pool, go, ended));
  io.poll();
  const auto third = testing::run_task(io, hold(pool, go));
  ASSERT_FALSE(third);
  EXPECT_TRUE(third.error().is(NetError::kBusy));
  go.count_down();
  while (group.size() > 0) {
    io.restart();
    io.run_one();
  }
  EXPECT_EQ(ended, 2);
}

TEST(BlockingPoolTest, ACancelledWaiterStillWaitsForItsFunction) {
  asio::io_context io;
  BlockingPool pool("cancel", 1, 2);
  std::latch go(1);
  TaskGroup group(io.get_executor());
  int ended = 0;
  group.spawn("one", hold_in_group(pool, go, ended));
  io.poll();
  group.cancel();
  io.restart();
  io.poll();
  EXPECT_EQ(group.size(), 1u);
  go.count_down();
  while (group.size() > 0) {
    io.restart();
    io.run_one();
  }
  EXPECT_EQ(ended, 1);
}

Task<int> abandon(BlockingPool& pool, std::shared_ptr<std::latch> go) {
  co_return co_await pool.run_for(10ms, [go]() -> Result<int> {
    go->wait();
    return 1;
  });
}

Task<int> in_time(BlockingPool& pool) {
  co_return co_await pool.run_for(10s, []() -> Result<int> { return 5; });
}

TEST(BlockingPoolTest, AnUninterruptibleCallIsLeftToItselfAfterItsLimit) {
  Loop loop;
  auto go = std::make_shared<std::latch>(1);
  const auto result = loop.run(abandon(loop.pool, go));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(NetError::kTimeout));
  EXPECT_EQ(loop.pool.waiting(), 1u);
  EXPECT_EQ(loop.run(in_time(loop.pool)), 5);
  go->count_down();
}

Task<int> mark(BlockingPool& pool, std::shared_ptr<std::atomic<bool>> begun) {
  co_return co_await pool.run_for(10ms, [begun]() -> Result<int> {
    *begun = true;
    return 1;
  });
}

TEST(BlockingPoolTest, ACallThatNobodyWaitsForAnyMoreIsNotBegun) {
  asio::io_context io;
  auto begun = std::make_shared<std::atomic<bool>>(false);
  auto go = std::make_shared<std::latch>(1);
  {
    BlockingPool pool("drop", 1, 10);
    EXPECT_FALSE(testing::run_task(io, abandon(pool, go)));
    EXPECT_FALSE(testing::run_task(io, mark(pool, begun)));
    go->count_down();
  }
  EXPECT_FALSE(*begun);
}

Task<bool> wait_on(Event& event, std::chrono::milliseconds limit) { co_return co_await event.wait_for(limit); }

Task<> record_wait(Event& event, int& woken) {
  const auto notified = co_await event.wait_for(1h);
  if (notified && *notified) ++woken;
  co_return Result<void>{};
}

TEST(EventTest, RemembersANotificationOnce) {
  Loop loop;
  Event event(loop.executor());
  event.notify();
  event.notify();
  EXPECT_EQ(loop.run(wait_on(event, 1h)), true);
  EXPECT_EQ(loop.run(wait_on(event, 1ms)), false);
}

TEST(EventTest, WakesAWaiter) {
  Loop loop;
  Event event(loop.executor());
  TaskGroup group(loop.executor());
  int woken = 0;
  group.spawn("waiter", record_wait(event, woken));
  loop.poll();
  EXPECT_EQ(woken, 0);
  event.notify();
  loop.poll();
  EXPECT_EQ(woken, 1);
}

TEST(EventTest, CancellationIsNotANotification) {
  Loop loop;
  Event event(loop.executor());
  TaskGroup group(loop.executor());
  int woken = 0;
  group.spawn("waiter", record_wait(event, woken));
  loop.poll();
  ASSERT_TRUE(loop.run(close_group(group)));
  EXPECT_EQ(woken, 0);
}

TEST(NetErrors, EachHasItsOwnIdAndSentence) {
  std::set<std::string_view> ids;
  for (int i = 0; i <= static_cast<int>(NetError::kBusy); ++i) {
    const auto text = describe(static_cast<NetError>(i));
    EXPECT_TRUE(ids.insert(text.id).second) << text.id;
    EXPECT_TRUE(text.sentence.ends_with('.')) << text.sentence;
  }
}

}  // namespace
}  // namespace dhii::net
