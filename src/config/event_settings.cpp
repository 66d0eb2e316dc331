#include "config/event_settings.hpp"

#include <charconv>

#include "base/bytes.hpp"
#include "config/event_reader.hpp"

namespace dhii::config {
namespace {

struct RuleDefault {
  std::string_view name;
  AlertThreshold threshold;
};
constexpr RuleDefault kRules[] = {
#define DHII_ALERT_RULE(constant, name, count, window, severity, key, answer, title) {name, {count, window, true}},
#include "config/alert_rules.inc"
#undef DHII_ALERT_RULE
};

constexpr std::uint32_t kMaxCount = 100;  // of a threshold: so many times are remembered for each address or name
constexpr std::uint32_t kMaxWindowSeconds = 7 * 86'400;

std::string variable_of(std::string_view rule) {
  std::string out = "DHII_ALERT_";
  for (const char c : rule) out += c == '_' ? '_' : static_cast<char>(c - 'a' + 'A');
  return out;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count || *count > kMaxWindowSeconds) return std::nullopt;
  switch (text.back()) {
    case 's':
      return *count;
    case 'm':
      return *count * 60;
    case 'h':
      return *count * 3600;
    case 'd':
      return *count * 86'400;
    default:
      return std::nullopt;
  }
}

AlertThreshold read_threshold(Reader& read, const RuleDefault& rule) {
  const std::string name = variable_of(rule.name);
  const std::string text = read.text(name, threshold_text(rule.threshold));
  if (text == "off") return {rule.threshold.count, rule.threshold.window_s, false};
  const auto slash = std::min(text.find('/'), text.size());
  const auto count = number(std::string_view(text).substr(0, slash));
  const auto window = duration(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (count && window && *count <= kMaxCount && *window >= 1 && *window <= kMaxWindowSeconds)
    return {*count, *window, true};
  read.problem(name, Reader::quoted(text) + " is not a threshold",
               "a number up to 100 and a time up to 7d, such as 10/10m (more than ten within ten minutes), or off");
  return rule.threshold;
}

bool on_or_off(Reader& read, std::string_view name, bool fallback) {
  return read.choice<bool>(name, fallback, {{"on", true}, {"off", false}});
}

std::vector<std::uint32_t> read_days(Reader& read) {
  std::vector<std::uint32_t> out;
  for (const auto& item : read.list("DHII_ALERT_CERTIFICATE_DAYS", "30,14,7,1")) {
    const auto days = number(item);
    if (days && *days >= 1 && *days <= 365 && out.size() < 10)
      out.push_back(*days);
    else
      read.problem("DHII_ALERT_CERTIFICATE_DAYS", Reader::quoted(item) + " is not a number of days",
                   "up to ten numbers from 1 to 365, such as 30,14,7,1");
  }
  return out;
}

void read_answers(Reader& read, AlertSettings& alerts) {
  alerts.block = alerts.step_up = alerts.end_sessions = false;
  for (const auto& item : read.list("DHII_ALERT_ANSWERS", "block,step-up,end-sessions")) {
    if (item == "block")
      alerts.block = true;
    else if (item == "step-up")
      alerts.step_up = true;
    else if (item == "end-sessions")
      alerts.end_sessions = true;
    else if (item != "none")
      read.problem("DHII_ALERT_ANSWERS", Reader::quoted(item) + " is not known",
                   "none, or some of block, step-up, end-sessions");
  }
}

void check_url(Reader& read, std::string_view name, const std::string& url, bool plain) {
  if (url.empty() || url.starts_with("https://") || (plain && url.starts_with("http://"))) return;
  read.problem(name, Reader::quoted(url) + " is not such an address",
               plain ? "http:// or https:// and a host" : "https:// and a host");
}

void read_channels(Reader& read, AlertSettings& alerts) {
  alerts.mail_to = read.list("DHII_ALERT_MAIL_TO", "");
  alerts.webhook_url = read.text("DHII_ALERT_WEBHOOK_URL", "");
  check_url(read, "DHII_ALERT_WEBHOOK_URL", alerts.webhook_url, false);
  alerts.alertmanager_url = read.text("DHII_ALERT_ALERTMANAGER_URL", "");
  check_url(read, "DHII_ALERT_ALERTMANAGER_URL", alerts.alertmanager_url, true);
  alerts.syslog = read.text("DHII_ALERT_SYSLOG", "");
  if (!alerts.syslog.empty() && !alerts.syslog.starts_with("tcp://") && !alerts.syslog.starts_with("tls://"))
    read.problem("DHII_ALERT_SYSLOG", Reader::quoted(alerts.syslog) + " is not such an address",
                 "tcp://host:port or tls://host:port");
  alerts.webhook_secret = read.secret("DHII_ALERT_WEBHOOK_SECRET");
  if (!alerts.webhook_url.empty() && alerts.webhook_secret.size() < 16)
    read.problem("DHII_ALERT_WEBHOOK_SECRET", "is not set or shorter than 16 characters",
                 "a secret for the signature of DHII_ALERT_WEBHOOK_URL; 'openssl rand -base64 32' makes one");
}

}  // namespace

std::string threshold_text(const AlertThreshold& threshold) {
  if (!threshold.on) return "off";
  const auto s = threshold.window_s;
  const std::string window = s % 3600 == 0 ? std::to_string(s / 3600) + "h"
                             : s % 60 == 0 ? std::to_string(s / 60) + "m"
                                           : std::to_string(s) + "s";
  return std::to_string(threshold.count) + "/" + window;
}

EventSettings read_events(Reader& read) {
  EventSettings out;
  out.keep_days = static_cast<std::int64_t>(read.number("DHII_EVENTS_KEEP_DAYS", 365, 1, 3650));
  out.keep_megabytes = static_cast<std::int64_t>(read.number("DHII_EVENTS_MAX_MB", 1024, 16, 1'000'000));
  out.heads_file = read.text("DHII_EVENTS_HEADS", "");
  return out;
}

AlertSettings read_alerts(Reader& read) {
  AlertSettings out;
  for (std::size_t i = 0; i < kAlertRules; ++i) out.rules[i] = read_threshold(read, kRules[i]);
  out.certificate_days = read_days(read);
  const auto small = [&](std::string_view name, std::size_t fallback, std::size_t least, std::size_t most) {
    return static_cast<std::uint32_t>(read.number(name, fallback, least, most));
  };
  out.disk_free_percent = small("DHII_ALERT_DISK_FREE_PERCENT", 10, 1, 90);
  out.backup_hours = small("DHII_ALERT_BACKUP_HOURS", 26, 1, 10'000);
  out.audit_drop = small("DHII_ALERT_AUDIT_DROP", 5, 1, 100);
  out.clock_jump_s = small("DHII_ALERT_CLOCK_JUMP", 10, 2, 86'400);
  out.block_minutes = small("DHII_ALERT_BLOCK_MINUTES", 15, 1, 1'440);
  out.unusual = on_or_off(read, "DHII_ALERT_UNUSUAL", true);
  read_answers(read, out);
  read_channels(read, out);
  return out;
}

}  // namespace dhii::config
