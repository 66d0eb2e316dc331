#include "logs/leef.hpp"

#include <array>

#include "base/bytes.hpp"

namespace dhii::logs {
namespace {

// 1 to 10.
int leef_severity(event::Severity severity) {
  constexpr std::array kSeverities{1, 3, 5, 8, 10};
  return kSeverities.at(static_cast<std::size_t>(severity));
}

void add(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (!out.ends_with('|')) out += '\t';
  out += key;
  out += '=';
  out += leef_value(truncate_utf8(value, kMaxFieldBytes));
}

// Between pipes nothing may look like one.
std::string header(std::string_view text) {
  std::string out = leef_value(text);
  for (char& c : out) c = c == '|' ? ' ' : c;
  return out;
}

}  // namespace

std::string leef_value(std::string_view text) { return without_controls(text); }

std::string leef(const Record& record, const Origin& origin) {
  const event::Event& event = *record.event;
  const auto& row = event::describe(event.kind);
  std::string out = "LEEF:2.0|dhii-mail|dhii-mail|" + header(origin.version) + "|" + header(row.name) + "|x09|";
  add(out, "devTime", rfc3339(record.at));
  add(out, "devTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSX");
  add(out, "cat", row.category);
  add(out, "sev", std::to_string(leef_severity(row.severity)));
  add(out, "usrName", event.actor);
  const auto kind = address_kind(event.address);
  if (kind == AddressKind::kIpv4 || kind == AddressKind::kIpv6)
    add(out, "src", event.address);
  else
    add(out, "identHostName", event.address);
  add(out, "action", row.type);
  add(out, "outcome", row.outcome);
  add(out, "reason", event.detail);
  add(out, "resource", event.object);
  if (record.event_id != 0) add(out, "eventSequence", std::to_string(record.event_id));
  add(out, "eventCount", std::to_string(record.event_count));
  add(out, "requestId", event.request_id);
  if (event.session) add(out, "sessionId", "s" + std::to_string(event.session.value));
  add(out, "msg", record.message);
  return out;
}

}  // namespace dhii::logs
