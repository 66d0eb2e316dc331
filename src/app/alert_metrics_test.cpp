#include "app/alert_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_fixture.hpp"

namespace dhii::app {
namespace {

using testing::HasSubstr;

TEST(AlertMetrics, CountsOpenAlertsByRuleAndStateAndForgetsResolvedOnes) {
  const store::TemporaryFolder folder;
  const ManualClock clock;
  metrics::Registry registry;
  const Secret key(std::string_view("0123456789abcdef0123456789ABCDEF"));
  const auto events = *store::EventDatabase::open(folder.path / "events.db", key);
  AlertMetrics metrics(registry, *events, clock);
  store::EventAlerts alerts(*events);
  metrics.look();
  EXPECT_THAT(registry.text(), HasSubstr("dhii_alerts{rule=\"failed_logins_per_address\",state=\"firing\"} 0\n"));

  store::Alert alert{
      .id = 1, .rule = "failed_logins_per_address", .key = "192.0.2.7", .state = store::AlertState::kFiring};
  ASSERT_TRUE(alerts.save(alert));
  ASSERT_TRUE(alerts.save(
      {.id = 2, .rule = "failed_logins_per_address", .key = "192.0.2.8", .state = store::AlertState::kFiring}));
  ASSERT_TRUE(alerts.save(store::Block{.address = "192.0.2.7", .until = clock.now() + std::chrono::minutes(1)}));
  ASSERT_TRUE(alerts.save(store::Block{.address = "192.0.2.8", .until = clock.now() - std::chrono::minutes(1)}));
  metrics.look();
  EXPECT_THAT(registry.text(), HasSubstr("dhii_alerts{rule=\"failed_logins_per_address\",state=\"firing\"} 2\n"));
  EXPECT_THAT(registry.text(), HasSubstr("dhii_blocked_addresses 1\n"));

  alert.state = store::AlertState::kResolved;
  ASSERT_TRUE(alerts.save(alert));
  metrics.look();
  EXPECT_THAT(registry.text(), HasSubstr("dhii_alerts{rule=\"failed_logins_per_address\",state=\"firing\"} 1\n"));
}

}  // namespace
}  // namespace dhii::app
