// Settings of security events and alerts: how long events are kept, the rules' thresholds, where alerts go, and what
// dhii-mail does about them by itself.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"

namespace dhii::config {

enum class AlertRule : std::uint8_t {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) constant,
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
  kCount
};
inline constexpr std::size_t kAlertRules = static_cast<std::size_t>(AlertRule::kCount);

// An alert when there are more than `count` within `window_s`.
struct AlertThreshold {
  std::uint32_t count = 0;
  std::uint32_t window_s = 0;
  bool on = true;
};
// "10/10m", "0/1h", "off"; the default as it stands in alert_rules.inc.
std::string threshold_text(const AlertThreshold& threshold);

struct EventSettings {
  std::int64_t keep_days = 365;        // DHII_EVENTS_KEEP_DAYS
  std::int64_t keep_megabytes = 1024;  // DHII_EVENTS_MAX_MB
  std::filesystem::path heads_file;    // DHII_EVENTS_HEADS; empty: beside the database
};

struct AlertSettings {
  std::array<AlertThreshold, kAlertRules> rules{};  // DHII_ALERT_<NAME OF THE RULE>
  std::vector<std::uint32_t> certificate_days;      // DHII_ALERT_CERTIFICATE_DAYS, "30,14,7,1"
  std::uint32_t disk_free_percent = 10;             // DHII_ALERT_DISK_FREE_PERCENT
  std::uint32_t backup_hours = 26;                  // DHII_ALERT_BACKUP_HOURS; a daily backup, with two hours for it
  std::uint32_t audit_drop = 5;                     // DHII_ALERT_AUDIT_DROP, points
  std::uint32_t clock_jump_s = 10;                  // DHII_ALERT_CLOCK_JUMP
  bool unusual = true;                              // DHII_ALERT_UNUSUAL, "on" or "off"
  bool block = true, step_up = true, end_sessions = true;  // DHII_ALERT_ANSWERS, "block,step-up,end-sessions"
  std::uint32_t block_minutes = 15;  // DHII_ALERT_BLOCK_MINUTES: the first block; each next is four times as long

  std::vector<std::string> mail_to;  // DHII_ALERT_MAIL_TO
  std::string webhook_url;           // DHII_ALERT_WEBHOOK_URL
  Secret webhook_secret;             // DHII_ALERT_WEBHOOK_SECRET
  std::string alertmanager_url;      // DHII_ALERT_ALERTMANAGER_URL, "http://127.0.0.1:9093"
  std::string syslog;                // DHII_ALERT_SYSLOG, "tcp://127.0.0.1:514"
};

}  // namespace dhii::config
