#include "api/security_json.hpp"

#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "security/journal/render.hpp"

namespace dhii::api {

namespace json = boost::json;
using security::iso_time;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::string_view family_of(std::string_view name) { return name.substr(0, name.find('.')); }

void put_time(json::object& out, std::string_view name, Timestamp when) {
  if (when != Timestamp{}) out[name] = iso_time(when);
}

}  // namespace

json::object to_json(const store::Alert& alert) {
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
  if (!alert.handled_by.empty()) out["handled_by"] = to_valid_utf8(alert.handled_by);
  put_time(out, "fired_at", alert.fired_at);
  put_time(out, "resolved_at", alert.resolved_at);
  if (alert.state == store::AlertState::kSilenced) put_time(out, "silenced_until", alert.silenced_until);
  return out;
}

json::object to_json(const store::Block& block) {
  return {{"id", std::to_string(block.id)},
          {"address", block.address},
          {"reason", to_valid_utf8(block.reason)},
          {"made_by", to_valid_utf8(block.made_by)},
          {"made_at", iso_time(block.made_at)},
          {"until", iso_time(block.until)},
          {"strikes", block.strikes}};
}

json::array event_families() {
  json::array out;
  for (const auto& kind : event::catalogue()) {
    const std::string_view family = family_of(kind.name);
    if (std::ranges::none_of(out, [&](const json::value& v) { return v.as_string() == family; }))
      out.emplace_back(family);
  }
  return out;
}

json::array to_json(const std::vector<store::EventDay>& days) {
  std::map<std::int64_t, std::map<std::string_view, std::int64_t>> counts;
  for (const auto& day : days) counts[day.day][family_of(day.name)] += day.count;
  json::array out;
  for (const auto& [day, families] : counts) {
    json::object by_family;
    for (const auto& [family, count] : families) by_family[family] = count;
    out.push_back(
        json::object{{"day", iso_time(from_unix_ms(day * kDayMs)).substr(0, 10)}, {"counts", std::move(by_family)}});
  }
  return out;
}

json::object to_json(const std::vector<store::Alert>& open) {
  std::map<store::AlertState, std::int64_t> counts;
  std::optional<event::Severity> worst;
  for (const auto& alert : open) {
    ++counts[alert.state];
    if (alert.state == store::AlertState::kFiring) worst = std::max(worst.value_or(alert.severity), alert.severity);
  }
  json::object out;
  for (const auto state : {store::AlertState::kPending, store::AlertState::kFiring, store::AlertState::kAcknowledged,
                           store::AlertState::kSilenced})
    out[store::alert_state_name(state)] = counts[state];
  if (worst) out["worst"] = event::severity_name(*worst);
  return out;
}

json::array event_kinds() {
  json::array out;
  for (const auto& kind : event::catalogue())
    out.push_back(json::object{{"name", kind.name},
                               {"severity", event::severity_name(kind.severity)},
                               {"category", kind.category},
                               {"type", kind.type},
                               {"outcome", kind.outcome},
                               {"sentence", kind.sentence}});
  return out;
}

}  // namespace dhii::api
