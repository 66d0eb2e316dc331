#include "logs/syslog_message.hpp"

#include <array>

#include "base/bytes.hpp"

namespace dhii::logs {
namespace {

constexpr int kFacilityDaemon = 3, kFacilityAuthPriv = 10;
// RFC 5424 §7.2.2 wants a number of the vendor's own; dhii-mail has none, so it uses the one that RFC 5612 keeps for
// documents and that nobody else may claim.
constexpr std::string_view kSdId = "dhii@32473";
constexpr std::size_t kMaxHostBytes = 255, kMaxMsgIdBytes = 32;  // RFC 5424 §6

// PRINTUSASCII without spaces, "-" when nothing is left.
std::string header_field(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) out += c > 0x20 && c < 0x7F ? c : '_';
  return out.empty() ? "-" : out;
}

std::string structured_data(const Record& record) {
  if (!record.event) return "-";
  const event::Event& event = *record.event;
  const auto& row = event::describe(event.kind);
  std::string out = "[" + std::string(kSdId);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out += " " + std::string(name) + "=\"" + sd_value(truncate_utf8(value, kMaxFieldBytes)) + "\"";
  };
  add("event", row.name);
  add("severity", event::severity_name(row.severity));
  add("outcome", row.outcome);
  add("user", event.actor);
  add("address", event.address);
  add("object", event.object);
  add("reason", event.detail);
  add("request", event.request_id);
  return out + "]";
}

void add_field(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  out += key;
  if (value.find('\n') == std::string_view::npos) {
    out += '=';
    out += value;
  } else {
    out += '\n';
    std::uint64_t length = value.size();
    for (int i = 0; i < 8; ++i, length >>= 8U) out += static_cast<char>(length & 0xFFU);
    out += value;
  }
  out += '\n';
}

}  // namespace

std::string syslog_message(const Record& record, const Origin& origin, std::string_view body) {
  const int facility = record.event ? kFacilityAuthPriv : kFacilityDaemon;
  const std::string_view id = record.event ? event::name_of(record.event->kind) : std::string_view();
  std::string out = "<" + std::to_string(facility * 8 + syslog_severity(record.level)) + ">1 ";
  out += rfc3339(record.at) + " " + header_field(origin.host, kMaxHostBytes) + " dhii-mail ";
  out += std::to_string(origin.pid) + " " + header_field(id, kMaxMsgIdBytes) + " " + structured_data(record) + " ";
  out += body;
  return out;
}

std::string octet_counted(std::string_view message) {
  return std::to_string(message.size()) + " " + std::string(message);
}

std::string sd_value(std::string_view text) {
  std::string out;
  for (const char c : clean(text, kMaxFieldBytes)) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string journal_entry(const Record& record, const Origin& origin) {
  std::string out;
  add_field(out, "MESSAGE", to_valid_utf8(truncate_utf8(record.message, kMaxMessageBytes)));
  add_field(out, "PRIORITY", std::to_string(syslog_severity(record.level)));
  add_field(out, "SYSLOG_IDENTIFIER", "dhii-mail");
  add_field(out, "SYSLOG_FACILITY", std::to_string(record.event ? kFacilityAuthPriv : kFacilityDaemon));
  add_field(out, "DHII_VERSION", origin.version);
  if (!record.event) return out;
  const event::Event& event = *record.event;
  const auto& row = event::describe(event.kind);
  const auto add = [&](std::string_view key, std::string_view value) {
    add_field(out, key, clean(value, kMaxFieldBytes));
  };
  add("DHII_EVENT", row.name);
  add("DHII_SEVERITY", event::severity_name(row.severity));
  add("DHII_OUTCOME", row.outcome);
  add("DHII_USER", event.actor);
  add("DHII_ADDRESS", event.address);
  add("DHII_OBJECT", event.object);
  add("DHII_REASON", event.detail);
  add("DHII_REQUEST", event.request_id);
  return out;
}

std::string text_line(const Record& record, Color color) {
  constexpr std::array<std::string_view, 7> kColors{"\033[37m", "\033[36m", "\033[32m",       "\033[34m",
                                                    "\033[33m", "\033[31m", "\033[1m\033[41m"};
  // The words that the log had from its beginning, and that scripts look for.
  constexpr std::array<std::string_view, 7> kWords{"trace", "debug", "info", "notice", "warning", "error", "critical"};
  const auto level = static_cast<std::size_t>(record.level);
  std::string out = rfc3339(record.at) + " ";
  if (color == Color::kYes) out += kColors.at(level);
  out += kWords.at(level);
  if (color == Color::kYes) out += "\033[m";
  if (record.event) out += " event " + std::string(event::name_of(record.event->kind)) + ":";
  return out + " " + clean(record.message, kMaxMessageBytes) + "\n";
}

}  // namespace dhii::logs
