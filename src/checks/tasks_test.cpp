#include "checks/tasks.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace dhii::checks {
namespace {

using std::chrono::days;
using std::chrono::hours;

TEST(TaskCatalogue, HasTheFourteenBoxesOfTheGuide) {
  std::map<Cadence, int> count;
  std::set<std::string_view> ids;
  for (const auto& task : task_catalogue()) {
    ++count[task.cadence];
    EXPECT_TRUE(ids.insert(task.id).second) << task.id;
    EXPECT_TRUE(task.id.starts_with(cadence_name(task.cadence))) << task.id;
    EXPECT_FALSE(task.program.empty()) << task.id;
    EXPECT_EQ(task.person.empty(), task.closing == Closing::kByItself) << task.id;
  }
  EXPECT_EQ(count[Cadence::kDaily], 3);
  EXPECT_EQ(count[Cadence::kWeekly], 3);
  EXPECT_EQ(count[Cadence::kMonthly], 4);
  EXPECT_EQ(count[Cadence::kQuarterly], 4);
  EXPECT_EQ(find_task("no.such"), nullptr);
}

TEST(TaskDue, CountsFromTheLastDoingAndFromTheBeginningBefore) {
  const ManualClock clock;
  const Timestamp begin = clock.now();
  const Task& weekly = *find_task("weekly.certificate");
  EXPECT_FALSE(due(weekly, std::nullopt, begin, begin + days(7)).overdue);
  EXPECT_TRUE(due(weekly, std::nullopt, begin, begin + days(7) + hours(1)).overdue);
  EXPECT_FALSE(due(weekly, begin + days(6), begin, begin + days(12)).overdue);
  EXPECT_TRUE(due(weekly, begin + days(6), begin, begin + days(14)).overdue);
}

}  // namespace
}  // namespace dhii::checks
