#include "logs/cef.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace dhii::logs {
namespace {

// 0 to 10; SIEMs call 0-3 low, 4-6 medium, 7-8 high, 9-10 very high.
int cef_severity(event::Severity severity) {
  constexpr std::array kSeverities{2, 4, 6, 8, 10};
  return kSeverities.at(static_cast<std::size_t>(severity));
}

// "auth.sign_in_failed" -> "auth sign in failed": the header's name must not hold values of one event.
std::string readable(std::string_view name) {
  std::string out(name);
  std::ranges::replace_if(out, [](char c) { return c == '.' || c == '_'; }, ' ');
  return out;
}

class Extension {
 public:
  void add(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (!text_.empty()) text_ += ' ';
    text_ += key;
    text_ += '=';
    text_ += cef_value(truncate_utf8(value, kMaxFieldBytes));
  }
  void add_custom(int number, std::string_view label, std::string_view value) {
    if (value.empty()) return;
    const std::string key = "cs" + std::to_string(number);
    add(key, value);
    add(key + "Label", label);
  }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

void add_address(Extension& out, const std::string& address) {
  switch (address_kind(address)) {
    case AddressKind::kNone:
      return;
    case AddressKind::kIpv4:
      return out.add("src", address);
    case AddressKind::kIpv6:
      out.add("c6a2", address);
      return out.add("c6a2Label", "Source IPv6 Address");
    case AddressKind::kOther:
      return out.add("shost", address);
  }
}

}  // namespace

std::string cef_header(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text)) {
    if (c == '\\' || c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string cef_value(std::string_view text) {
  std::string out;
  for (const char c : without_controls(text, "\r\n")) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      if (c == '\\' || c == '=') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string cef(const Record& record, const Origin& origin) {
  const event::Event& event = *record.event;
  const auto& row = event::describe(event.kind);
  Extension out;
  out.add("rt", std::to_string(to_unix_ms(record.at)));
  out.add("dvchost", origin.host);
  out.add("dvcpid", std::to_string(origin.pid));
  out.add("cat", row.category);
  out.add("act", row.type);
  out.add("outcome", row.outcome);
  out.add("reason", event.detail);
  out.add("suser", event.actor);
  if (event.user) out.add("suid", "u" + std::to_string(event.user.value));
  add_address(out, event.address);
  if (record.event_id != 0) out.add("externalId", std::to_string(record.event_id));
  out.add("cnt", std::to_string(record.event_count));
  out.add_custom(1, "Object", event.object);
  if (event.session) out.add_custom(2, "Session", "s" + std::to_string(event.session.value));
  out.add_custom(3, "Request", event.request_id);
  out.add("msg", record.message);
  return "CEF:0|dhii-mail|dhii-mail|" + cef_header(origin.version) + "|" + cef_header(row.name) + "|" +
         cef_header(readable(row.name)) + "|" + std::to_string(cef_severity(row.severity)) + "|" +
         std::move(out).take();
}

}  // namespace dhii::logs
