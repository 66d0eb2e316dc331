// What the channels send: pure.
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "security/alert/channels.hpp"
#include "security/journal/render.hpp"

namespace dhii::security {

namespace json = boost::json;

namespace {

constexpr std::chrono::hours kAlertmanagerHolds{
    5};                              // longer than Notifier repeats: it would call an alert over otherwise
constexpr int kSyslogFacility = 10;  // authpriv, RFC 5424 table 1
constexpr std::size_t kMaxSyslogText = 1'000;

json::object alert_json(const Alert& alert) {
  json::object out{{"id", std::to_string(alert.id)},
                   {"rule", alert.rule},
                   {"key", to_valid_utf8(alert.key)},
                   {"state", store::alert_state_name(alert.state)},
                   {"severity", event::severity_name(alert.severity)},
                   {"title", alert.title},
                   {"observed", to_valid_utf8(alert.observed)},
                   {"expected", to_valid_utf8(alert.expected)},
                   {"first_at", iso_time(alert.first_at)},
                   {"last_at", iso_time(alert.last_at)},
                   {"count", alert.count}};
  if (!alert.address.empty()) out["address"] = to_valid_utf8(alert.address);
  if (alert.user) out["user_id"] = "u" + std::to_string(alert.user.value);
  return out;
}

json::object manager_alert(const Alert& alert, Timestamp now, std::string_view public_url) {
  const bool over = alert.state == AlertState::kResolved;
  json::object out{{"labels",
                    {{"alertname", "dhii_" + alert.rule},
                     {"service", "dhii-mail"},
                     {"severity", event::severity_name(alert.severity)},
                     {"key", to_valid_utf8(alert.key)}}},
                   {"annotations",
                    {{"summary", alert.title},
                     {"description", to_valid_utf8(alert.observed)},
                     {"expected", to_valid_utf8(alert.expected)}}},
                   {"startsAt", iso_time(alert.first_at)},
                   {"endsAt", iso_time(over ? alert.resolved_at : now + kAlertmanagerHolds)}};
  if (!public_url.empty()) out["generatorURL"] = std::string(public_url) + "/#/security";
  return out;
}

json::object manager_test(Timestamp now) {
  return {{"labels", {{"alertname", "dhii_test"}, {"service", "dhii-mail"}, {"severity", "info"}}},
          {"annotations", {{"summary", "This is a test: alerts of dhii-mail reach you here."}}},
          {"startsAt", iso_time(now)},
          {"endsAt", iso_time(now + std::chrono::minutes(5))}};
}

// RFC 5424 §6.3.3: these three are escaped; controls would break lines of what reads it.
std::string parameter(std::string_view value) {
  std::string out;
  for (const char c : log_escape(value, 300)) {
    if (c == '"' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string frame(Timestamp at, int severity, std::string_view host, std::string_view data, std::string_view text) {
  const std::string message = "<" + std::to_string(kSyslogFacility * 8 + severity) + ">1 " + iso_time(at) + " " +
                              log_escape(host, 255) + " dhii-mail - alert " + std::string(data) + " " +
                              log_escape(text, kMaxSyslogText);
  return std::to_string(message.size()) + " " + message;
}

}  // namespace

std::string webhook_body(const Notification& note) {
  json::array firing;
  json::array resolved;
  for (const auto& alert : note.firing) firing.push_back(alert_json(alert));
  for (const auto& alert : note.resolved) resolved.push_back(alert_json(alert));
  return json::serialize(json::object{{"version", 1},
                                      {"at", iso_time(note.at)},
                                      {"test", note.test},
                                      {"subject", note.subject()},
                                      {"firing", std::move(firing)},
                                      {"resolved", std::move(resolved)},
                                      {"held_back", note.held_back}});
}

std::string webhook_signature(const Secret& secret, Timestamp now, std::string_view body) {
  const std::string time = std::to_string(to_unix_seconds(now));
  const crypto::HmacSha256 mac(secret);
  return "t=" + time + ",v1=" + to_hex(crypto::as_view(mac.of({time, ".", body})));
}

std::string alertmanager_body(const Notification& note, Timestamp now, std::string_view public_url) {
  json::array out;
  if (note.test) out.push_back(manager_test(now));
  for (const auto* alerts : {&note.firing, &note.resolved}) {
    for (const auto& alert : *alerts) out.push_back(manager_alert(alert, now, public_url));
  }
  return json::serialize(out);
}

std::string syslog_frames(const Notification& note, std::string_view host) {
  std::string out;
  if (note.test)
    out += frame(note.at, 6, host, "[dhii@32473 test=\"true\"]", "This is a test: alerts of dhii-mail reach you here.");
  for (const auto* alerts : {&note.firing, &note.resolved}) {
    for (const auto& alert : *alerts) {
      const std::string data = "[dhii@32473 rule=\"" + parameter(alert.rule) + "\" key=\"" + parameter(alert.key) +
                               "\" state=\"" + std::string(store::alert_state_name(alert.state)) + "\" alert=\"" +
                               std::to_string(alert.id) + "\"]";
      out += frame(note.at, event::syslog_severity(alert.severity), host, data,
                   alert.title + ": " + alert.observed + ". Expected: " + alert.expected);
    }
  }
  return out;
}

}  // namespace dhii::security
