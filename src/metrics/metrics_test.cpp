#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/process.hpp"
#include "metrics/registry.hpp"

namespace dhii::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registry, WritesCountersGaugesAndHistogramsInPrometheusText) {
  Registry registry;
  registry.counter("dhii_things_total", "Things.", {{"kind", "a\"b\n"}}).add(3);
  registry.gauge("dhii_level_bytes", "Level.").set(1.5);
  registry.histogram("dhii_took_seconds", "Took.", {0.1, 1}).observe(std::chrono::milliseconds(500));
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE dhii_things_total counter\n"));
  EXPECT_THAT(text, HasSubstr("dhii_things_total{kind=\"a\\\"b\\n\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("dhii_level_bytes 1.5\n"));
  EXPECT_THAT(text, HasSubstr("dhii_took_seconds_bucket{le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("dhii_took_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dhii_took_seconds_sum 0.5\n"));
}

TEST(Registry, TheSameNameAndLabelsAreTheSameSeries) {
  Registry registry;
  registry.counter("dhii_x_total", "X.", {{"a", "1"}}).add();
  registry.counter("dhii_x_total", "X.", {{"a", "1"}}).add();
  EXPECT_THAT(registry.text(), HasSubstr("dhii_x_total{a=\"1\"} 2\n"));
}

TEST(Registry, CountsUnderOtherWhatIsOverTheLimitOfSeries) {
  Registry registry;
  for (std::size_t i = 0; i < kMaxSeriesPerFamily + 10; ++i)
    registry.counter("dhii_x_total", "X.", {{"a", std::to_string(i)}}).add();
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("dhii_x_total{a=\"1999\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("dhii_x_total{a=\"2000\"}")));
  EXPECT_THAT(text, HasSubstr("dhii_x_total{a=\"other\"} 10\n"));
}

TEST(Registry, AHandleThatBelongsToNoRegistryCountsNothingAndDoesNoHarm) {
  Counter().add();
  Gauge().set(1);
  Histogram().observe(1);
  const Timer timer{Histogram()};
}

TEST(Registry, AsksItsCollectorsBeforeEachText) {
  Registry registry;
  int calls = 0;
  registry.on_collect([&, gauge = registry.gauge("dhii_calls", "Calls.")] { gauge.set(++calls); });
  EXPECT_THAT(registry.text(), HasSubstr("dhii_calls 1\n"));
  EXPECT_THAT(registry.text(), HasSubstr("dhii_calls 2\n"));
}

TEST(ProcessStat, UnderstandsANameWithSpacesAndParentheses) {
  const auto stat = parse_stat(
      "42 (a ) (b) S 1 2 3 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 7 0 9000 4096000 250 18446744073709551615 1 1\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_ticks, 200U);
  EXPECT_EQ(stat->threads, 7U);
  EXPECT_EQ(stat->start_ticks, 9000U);
  EXPECT_EQ(stat->virtual_bytes, 4096000U);
  EXPECT_EQ(stat->resident_pages, 250U);
}

TEST(ProcessStat, RefusesWhatIsCutShort) {
  EXPECT_FALSE(parse_stat(""));
  EXPECT_FALSE(parse_stat("42 (dhii-mail) S 1 2 3"));
}

TEST(ProcessMetrics, ShowMemoryDescriptorsAndStartTimeOfThisProcess) {
  Registry registry;
  add_process_metrics(registry);
  const auto text = registry.text();
  EXPECT_THAT(text, Not(HasSubstr("process_resident_memory_bytes 0\n")));
  EXPECT_THAT(text, Not(HasSubstr("process_open_fds 0\n")));
  const auto at = text.find("\nprocess_start_time_seconds ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(std::stod(text.substr(at + 28)), static_cast<double>(std::time(nullptr)), 600);
  EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total "));
}

}  // namespace
}  // namespace dhii::metrics
