#include "logs/ecs.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace dhii::logs {
namespace {

// Keys in the order of their adding: the time first, as readers of raw lines expect it.
class Object {
 public:
  void text(std::string_view key, std::string_view value, std::size_t most = kMaxFieldBytes) {
    if (value.empty()) return;
    raw(key, quoted(clean(value, most)));
  }
  void number(std::string_view key, std::int64_t value) { raw(key, std::to_string(value)); }
  // One value, in the array that ECS wants.
  void list(std::string_view key, std::string_view value) {
    if (!value.empty()) raw(key, "[" + quoted(clean(value, kMaxFieldBytes)) + "]");
  }
  void raw(std::string_view key, std::string_view json) {
    text_ += text_.empty() ? '{' : ',';
    text_ += quoted(key);
    text_ += ':';
    text_ += json;
  }
  std::string take() && { return std::move(text_) + "}"; }
  static std::string quoted(std::string_view value) {
    return boost::json::serialize(boost::json::string_view(value.data(), value.size()));
  }

 private:
  std::string text_;
};

void add_source(Object& out, const std::string& address) {
  out.text("source.address", address);
  const auto kind = address_kind(address);
  if (kind != AddressKind::kIpv4 && kind != AddressKind::kIpv6) return;
  out.text("source.ip", address);
  out.list("related.ip", address);
}

void add_event(Object& out, const event::Event& event) {
  const auto& row = event::describe(event.kind);
  out.raw("event.kind", row.category == "intrusion_detection" ? R"("alert")" : R"("event")");
  out.text("event.code", row.name);
  out.text("event.action", row.name);
  out.list("event.category", row.category);
  out.list("event.type", row.type);
  out.text("event.outcome", row.outcome);
  out.number("event.severity", event::syslog_severity(row.severity));
  out.text("event.reason", event.detail);
  out.text("user.name", event.actor);
  if (event.user) out.text("user.id", "u" + std::to_string(event.user.value));
  out.list("related.user", event.actor);
  add_source(out, event.address);
  out.text("http.request.id", event.request_id);
  out.text("dhii.object", event.object);
  if (event.session) out.text("dhii.session.id", "s" + std::to_string(event.session.value));
}

}  // namespace

std::string ecs_json(const Record& record, const Origin& origin) {
  Object out;
  out.text("@timestamp", rfc3339(record.at));
  out.text("log.level", level_name(record.level));
  out.raw("message", Object::quoted(clean(record.message, kMaxMessageBytes)));
  out.text("ecs.version", kEcsVersion);
  out.text("service.name", "dhii-mail");
  out.text("service.version", origin.version);
  out.text("host.name", origin.host);
  out.number("process.pid", origin.pid);
  if (record.thread != 0) out.number("process.thread.id", record.thread);
  out.text("event.module", "dhii-mail");
  out.text("event.dataset", record.event ? "dhii-mail.security" : "dhii-mail.log");
  if (record.event) {
    if (record.event_id != 0) out.number("event.sequence", record.event_id);
    out.number("dhii.count", record.event_count);
    add_event(out, *record.event);
  }
  return std::move(out).take();
}

std::string hec_json(const Record& record, const Origin& origin) {
  const auto ms = to_unix_ms(record.at);
  Object out;
  out.raw("time", fmt::format("{}.{:03}", ms / 1000, ms % 1000));
  out.text("host", origin.host);
  out.text("source", "dhii-mail");
  out.text("sourcetype", "dhii:mail:ecs");
  out.raw("event", ecs_json(record, origin));
  return std::move(out).take();
}

}  // namespace dhii::logs
