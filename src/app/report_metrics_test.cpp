#include "app/report_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::app {
namespace {

using testing::HasSubstr;

struct ReportMetricsTest : testing::Test {
  store::TemporaryFolder folder;
  ManualClock clock;
  Secret key{std::string_view("0123456789abcdef0123456789ABCDEF")};
  std::unique_ptr<store::ControlStore> control = *store::ControlStore::open(folder.path / "control.db", key, clock);
  metrics::Registry registry;
  ReportMetrics metrics{registry, *control};

  void add(std::string kind, int score, std::string summary) {
    ASSERT_TRUE(store::Reports(*control).add({.kind = std::move(kind), .score = score, .summary = std::move(summary)}));
    metrics.look();
  }
};

TEST_F(ReportMetricsTest, BeforeTheFirstRunNothingLooksGoodOrBad) {
  metrics.look();
  EXPECT_THAT(registry.text(), HasSubstr("dhii_audit_score Nan\n"));
  EXPECT_THAT(registry.text(), HasSubstr("dhii_check_results{checklist=\"pre\",result=\"fail\"} 0\n"));
}

TEST_F(ReportMetricsTest, TheNewestRunOfEachIsShown) {
  add("audit", 70, "{}");
  add("audit", 97, "{}");
  add("check_pre", 80, R"({"passed":31,"failed":2,"warnings":3,"skipped":4})");
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("dhii_audit_score 97\n"));
  EXPECT_THAT(text, HasSubstr("dhii_check_results{checklist=\"pre\",result=\"fail\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("dhii_check_results{checklist=\"pre\",result=\"warn\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("dhii_check_score{checklist=\"pre\"} 80\n"));
  EXPECT_THAT(text, HasSubstr("dhii_check_results{checklist=\"post\",result=\"fail\"} 0\n"));
  add("check_pre", 100, R"({"passed":40,"failed":0})");
  EXPECT_THAT(registry.text(), HasSubstr("dhii_check_results{checklist=\"pre\",result=\"fail\"} 0\n"));
}

TEST_F(ReportMetricsTest, AReportThatIsNotJsonChangesNothing) {
  add("check_post", 50, "not json");
  EXPECT_THAT(registry.text(), HasSubstr("dhii_check_score{checklist=\"post\"} Nan\n"));
}

}  // namespace
}  // namespace dhii::app
