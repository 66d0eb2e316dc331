#include "config/event_settings.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/random.hpp"
#include "config/settings.hpp"

namespace dhii::config {
namespace {

LoadResult load_with(Variables more) {
  SeededRandom random(1);
  Variables environment{{"DHII_DATA_DIR", "/tmp/dhii-no-such-folder-" + std::to_string(::getpid())}};
  environment.merge(more);
  return load(environment, random, SecretsFile::kReadOnly);
}
const AlertThreshold& threshold(const Settings& settings, AlertRule rule) {
  return settings.alerts.rules[static_cast<std::size_t>(rule)];
}

TEST(AlertSettings, TheGuidesThresholdIsTheDefault) {
  const auto settings = load_with({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(threshold(*settings, AlertRule::kFailedLoginsPerAddress).count, 10U);
  EXPECT_EQ(threshold(*settings, AlertRule::kFailedLoginsPerAddress).window_s, 600U);
  EXPECT_THAT(settings->alerts.certificate_days, testing::ElementsAre(30, 14, 7, 1));
  EXPECT_TRUE(settings->alerts.block);
}

TEST(AlertSettings, EveryRuleCanBeChangedOrSwitchedOff) {
  const auto settings = load_with({{"DHII_ALERT_FAILED_LOGINS_PER_ADDRESS", "20/5m"},
                                   {"DHII_ALERT_MASS_DELETION", "off"},
                                   {"DHII_ALERT_ANSWERS", "none"},
                                   {"DHII_ALERT_UNUSUAL", "off"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(threshold(*settings, AlertRule::kFailedLoginsPerAddress).count, 20U);
  EXPECT_EQ(threshold(*settings, AlertRule::kFailedLoginsPerAddress).window_s, 300U);
  EXPECT_FALSE(threshold(*settings, AlertRule::kMassDeletion).on);
  EXPECT_FALSE(settings->alerts.block || settings->alerts.step_up || settings->alerts.end_sessions);
  EXPECT_FALSE(settings->alerts.unusual);
}

TEST(AlertSettings, WhatIsNoThresholdIsRefusedByName) {
  for (const char* wrong : {"ten", "10", "10/", "10/5", "101/5m", "10/8d", "-1/5m", "10/5x"}) {
    const auto settings = load_with({{"DHII_ALERT_BAD_TOKENS", wrong}});
    ASSERT_FALSE(settings) << wrong;
    EXPECT_EQ(settings.error().at(0).variable, "DHII_ALERT_BAD_TOKENS");
  }
}

TEST(AlertSettings, AWebhookNeedsHttpsAndASecret) {
  EXPECT_FALSE(load_with({{"DHII_ALERT_WEBHOOK_URL", "http://hooks.example.org/"}}));
  EXPECT_FALSE(load_with({{"DHII_ALERT_WEBHOOK_URL", "https://hooks.example.org/"}}));
  EXPECT_TRUE(load_with({{"DHII_ALERT_WEBHOOK_URL", "https://hooks.example.org/"},
                         {"DHII_ALERT_WEBHOOK_SECRET", "a secret of sixteen or more"}}));
  EXPECT_FALSE(load_with({{"DHII_ALERT_SYSLOG", "udp://127.0.0.1:514"}}));
}

TEST(AlertSettings, AThresholdPrintsAsItIsRead) {
  EXPECT_EQ(threshold_text({10, 600, true}), "10/10m");
  EXPECT_EQ(threshold_text({0, 7200, true}), "0/2h");
  EXPECT_EQ(threshold_text({1, 90, true}), "1/90s");
  EXPECT_EQ(threshold_text({1, 90, false}), "off");
}

}  // namespace
}  // namespace dhii::config
