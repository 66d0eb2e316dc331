#include "api/security_routes.hpp"

#include <charconv>

#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "api/security_json.hpp"
#include "security/journal/render.hpp"
#include "store/control_reports.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::int64_t kMaxId = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kDefaultPage = 50;
constexpr std::int64_t kMaxPage = 200;
constexpr std::int64_t kDefaultDays = 30;
constexpr std::int64_t kMaxDays = 400;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMaxSilenceMinutes = 43'200;  // a month; longer is switching the rule off
constexpr std::int64_t kMaxBlockMinutes = 525'600;   // a year
constexpr std::size_t kMaxReasonBytes = 200;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

enum class QueryError { kBad };
ErrorText describe(QueryError) {
  return {"http.bad_query", "A field of the query is not as the contract (/docs) says."};
}
std::unexpected<Error> bad(std::string_view name) { return fail(QueryError::kBad, std::string(name)); }

Result<std::int64_t> number_in(const Request& request, std::string_view name, std::int64_t fallback, std::int64_t least,
                               std::int64_t most) {
  const auto text = request.query_value(name);
  if (!text) return fallback;
  const auto value = number(*text);
  if (!value || *value < least || *value > most) return bad(name);
  return *value;
}

Result<std::optional<Timestamp>> time_in(const Request& request, std::string_view name, Timestamp now) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<Timestamp>();
  const auto time = security::parse_time(*text, now);
  if (!time) return bad(name);
  return time;
}

Result<event::Severity> severity_in(const Request& request) {
  const auto text = request.query_value("severity");
  if (!text) return event::Severity::kInfo;
  for (int i = 0; i <= static_cast<int>(event::Severity::kCritical); ++i) {
    if (event::severity_name(static_cast<event::Severity>(i)) == *text) return static_cast<event::Severity>(i);
  }
  return bad("severity");
}

// "auth.sign_in_failed" or a family, "auth" or "auth."
Result<std::string> kind_or_family(std::string_view text) {
  if (event::kind_of(text)) return std::string(text);
  std::string family(text);
  if (!family.ends_with('.')) family += '.';
  for (const auto& kind : event::catalogue()) {
    if (kind.name.starts_with(family)) return family;
  }
  return bad("kind");
}

Result<std::vector<std::string>> kinds_in(const Request& request) {
  std::vector<std::string> out;
  std::string_view rest = request.query_value("kind").value_or("");
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    DHII_TRY_ASSIGN(auto name, kind_or_family(rest.substr(0, comma)));
    out.push_back(std::move(name));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (out.size() > store::EventJournal::kMaxNames) return bad("kind");
  return out;
}

Result<store::EventFilter> filter_of(const Request& request, Timestamp now) {
  store::EventFilter out;
  DHII_TRY_ASSIGN(out.since, time_in(request, "since", now));
  DHII_TRY_ASSIGN(out.until, time_in(request, "until", now));
  DHII_TRY_ASSIGN(out.names, kinds_in(request));
  DHII_TRY_ASSIGN(out.least, severity_in(request));
  out.address = request.query_value("address").value_or("");
  out.actor = request.query_value("actor").value_or("");
  if (const auto user = request.query_value("user")) {
    const auto id = user->starts_with('u') ? number(user->substr(1)) : std::nullopt;
    if (!id || *id == 0) return bad("user");
    out.user = UserId(*id);
  }
  DHII_TRY_ASSIGN(out.before, number_in(request, "cursor", 0, 1, kMaxId));
  DHII_TRY_ASSIGN(const auto limit, number_in(request, "limit", kDefaultPage, 1, kMaxPage));
  out.limit = static_cast<std::size_t>(limit) + 1;
  return out;
}

Result<std::optional<store::AlertState>> state_in(const Request& request) {
  const auto text = request.query_value("state");
  if (!text) return std::optional<store::AlertState>();
  for (int i = 0; i <= static_cast<int>(store::AlertState::kResolved); ++i) {
    if (store::alert_state_name(static_cast<store::AlertState>(i)) == *text)
      return std::optional(static_cast<store::AlertState>(i));
  }
  return bad("state");
}

std::int64_t id_of(const Request& request) { return number(request.parameter("id")).value_or(0); }

Response ok(int status, json::object object) { return http::json_response(status, json::serialize(object)); }

// One row more was asked for than is shown: it tells whether there is another page.
template <class Row, class Render>
json::object page(std::vector<Row> rows, std::size_t limit, std::string_view name, Render render, auto id) {
  json::object out;
  const bool more = rows.size() > limit;
  if (more) rows.resize(limit);
  json::array list;
  for (const auto& row : rows) list.push_back(render(row));
  out[name] = std::move(list);
  if (more) out["next_cursor"] = std::to_string(id(rows.back()));
  return out;
}

Response refused(const Request& request, const Error& error) {
  using security::BlockError;
  if (error.is(QueryError::kBad)) return http::problem(request, 400, error);
  if (error.is(BlockError::kProtected) || error.is(BlockError::kNoAddress) || error.is(BlockError::kTooMany))
    return http::to_response({422, error.id(), error.message(), {{"/address", std::string(error.sentence())}}, {}},
                             request.request_id);
  return error_response(request, error);
}

// Runs `function` on the pool; it returns Result<Response>.
template <class F>
boost::asio::awaitable<Response> answer(const SecurityParts& parts, Request& request, F function) {
  auto result = co_await parts.db_pool.run([&]() -> Result<Response> { return function(); });
  co_return result ? std::move(*result) : refused(request, result.error());
}

}  // namespace

void SecurityRoutes::add_to(http::Router& router) {
  const auto see = http::Access(Permission::kAuditor, http::Scope::kSecurityRead);
  const auto change = http::Access(Permission::kAdministrator, http::Scope::kAdmin);
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const auto add = [&](Method method, const char* path, http::Access access, http::BodyRule body, auto handler) {
    router.add(
        {method, path, access, RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/security/events", see, none, &SecurityRoutes::list_events);
  add(Method::kGet, "/api/v1/security/events/{id}", see, none, &SecurityRoutes::get_event);
  add(Method::kGet, "/api/v1/security/alerts", see, none, &SecurityRoutes::list_alerts);
  add(Method::kGet, "/api/v1/security/alerts/{id}", see, none, &SecurityRoutes::get_alert);
  add(Method::kPost, "/api/v1/security/alerts/{id}/acknowledge", change, small, &SecurityRoutes::acknowledge);
  add(Method::kPost, "/api/v1/security/alerts/{id}/silence", change, small, &SecurityRoutes::silence);
  add(Method::kGet, "/api/v1/security/blocks", see, none, &SecurityRoutes::list_blocks);
  add(Method::kPost, "/api/v1/security/blocks", change, small, &SecurityRoutes::block);
  add(Method::kDelete, "/api/v1/security/blocks/{id}", change, none, &SecurityRoutes::unblock);
  add(Method::kGet, "/api/v1/security/summary", see, none, &SecurityRoutes::summary);
  add(Method::kGet, "/api/v1/security/kinds", see, none, &SecurityRoutes::kinds);
}

Result<std::string> SecurityRoutes::who(UserId user) {
  DHII_TRY_ASSIGN(const auto found, p_.control.get_user(user));
  return found.login;
}

SecurityRoutes::Answer SecurityRoutes::list_events(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto filter, filter_of(request, p_.clock.now()));
    if (const auto words = security::words_of(request.query_value("q").value_or("")); !words.empty())
      return find_events(filter, words);
    DHII_TRY_ASSIGN(auto rows, p_.events.list(filter));
    return ok(200, page(
                       std::move(rows), filter.limit - 1, "events",
                       [](const store::EventRow& row) { return security::to_json(row); },
                       [](const store::EventRow& row) { return row.entry.id; }));
  });
}

Result<Response> SecurityRoutes::find_events(store::EventFilter filter, std::span<const std::string> words) {
  --filter.limit;
  DHII_TRY_ASSIGN(const auto found, p_.events.search(filter, [&](const store::EventRow& row) {
    return security::has_words(row, words);
  }));
  json::object out;
  json::array list;
  for (const auto& row : found.rows) list.push_back(security::to_json(row));
  out["events"] = std::move(list);
  if (found.next != 0) out["next_cursor"] = std::to_string(found.next);
  return ok(200, std::move(out));
}

SecurityRoutes::Answer SecurityRoutes::get_event(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto row, p_.events.get(id_of(request)));
    if (!row) return fail(store::StoreError::kNotFound, "event");
    return ok(200, security::to_json(*row));
  });
}

SecurityRoutes::Answer SecurityRoutes::list_alerts(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto state, state_in(request));
    DHII_TRY_ASSIGN(const auto size, number_in(request, "limit", kDefaultPage, 1, kMaxPage));
    DHII_TRY_ASSIGN(const auto before, number_in(request, "cursor", 0, 1, kMaxId));
    const auto limit = static_cast<std::size_t>(size);
    DHII_TRY_ASSIGN(auto rows, p_.alerts.list(state, before, limit + 1));
    return ok(200, page(
                       std::move(rows), limit, "alerts", [](const store::Alert& alert) { return to_json(alert); },
                       [](const store::Alert& alert) { return alert.id; }));
  });
}

SecurityRoutes::Answer SecurityRoutes::get_alert(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto alert, p_.alerts.get(id_of(request)));
    if (!alert) return fail(store::StoreError::kNotFound, "alert");
    return ok(200, to_json(*alert));
  });
}

SecurityRoutes::Answer SecurityRoutes::acknowledge(Request& request) {
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return co_await answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto login, who(request.user()));
    DHII_TRY_ASSIGN(const auto alert, p_.desk.acknowledge(id_of(request), login));
    return ok(200, to_json(alert));
  });
}

SecurityRoutes::Answer SecurityRoutes::silence(Request& request) {
  JsonInput in(request.body);
  const auto minutes = in.optional_integer("minutes", 1, kMaxSilenceMinutes);
  if (!minutes) in.reject("minutes", "is missing");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return co_await answer(p_, request, [this, &request, minutes]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto login, who(request.user()));
    DHII_TRY_ASSIGN(const auto alert,
                    p_.desk.silence(id_of(request), login, std::chrono::minutes(minutes.value_or(1))));
    return ok(200, to_json(alert));
  });
}

SecurityRoutes::Answer SecurityRoutes::list_blocks(Request& request) {
  return answer(p_, request, [this]() -> Result<Response> {
    json::array list;
    for (const auto& block : p_.blocks.active(p_.clock.now())) list.push_back(to_json(block));
    return ok(200, {{"blocks", std::move(list)}});
  });
}

SecurityRoutes::Answer SecurityRoutes::block(Request& request) {
  JsonInput in(request.body);
  const std::string address = in.text("address", 50);
  const std::string reason = in.optional_text("reason", kMaxReasonBytes).value_or("by hand");
  const auto minutes = in.optional_integer("minutes", 1, kMaxBlockMinutes);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return co_await answer(p_, request, [&, this]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto login, who(request.user()));
    std::optional<std::chrono::seconds> lasts;
    if (minutes) lasts = std::chrono::minutes(*minutes);
    DHII_TRY_ASSIGN(const auto block, p_.blocks.block(address, reason, login, lasts, p_.clock.now()));
    p_.journal.record({.kind = event::Kind::kAddressBlocked,
                       .user = request.user(),
                       .actor = login,
                       .address = block.address,
                       .object = reason,
                       .detail = security::iso_time(block.until),
                       .request_id = request.request_id});
    return ok(201, to_json(block));
  });
}

SecurityRoutes::Answer SecurityRoutes::unblock(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    DHII_TRY_ASSIGN(const auto login, who(request.user()));
    DHII_TRY_ASSIGN(const auto block, p_.blocks.unblock(id_of(request)));
    p_.journal.record({.kind = event::Kind::kAddressUnblocked,
                       .user = request.user(),
                       .actor = login,
                       .address = block.address,
                       .request_id = request.request_id});
    return http::no_content();
  });
}

SecurityRoutes::Answer SecurityRoutes::summary(Request& request) {
  return answer(p_, request, [this, &request]() -> Result<Response> {
    const Timestamp now = p_.clock.now();
    DHII_TRY_ASSIGN(const auto days, number_in(request, "days", kDefaultDays, 1, kMaxDays));
    DHII_TRY_ASSIGN(const auto counts, p_.events.days(to_unix_ms(now) / kDayMs - days + 1));
    DHII_TRY_ASSIGN(const auto open, p_.alerts.open());
    DHII_TRY_ASSIGN(const auto records, p_.events.count());
    DHII_TRY_ASSIGN(const auto bytes, p_.events.bytes());
    json::array scores;
    store::Reports reports(p_.control);
    for (const char* kind : {"audit", "check_pre", "check_post"}) {
      DHII_TRY_ASSIGN(const auto report, reports.latest(kind));
      if (report)
        scores.push_back(
            json::object{{"kind", kind}, {"score", report->score}, {"at", security::iso_time(report->at)}});
    }
    const auto figures = p_.journal.figures();
    return ok(200, {{"days", to_json(counts)},
                    {"families", event_families()},
                    {"alerts", to_json(open)},
                    {"blocks", p_.blocks.active(now).size()},
                    {"journal",
                     {{"records", records},
                      {"bytes", bytes},
                      {"dropped", figures.dropped.minor + figures.dropped.major},
                      {"failing", figures.failing}}},
                    {"scores", std::move(scores)}});
  });
}

SecurityRoutes::Answer SecurityRoutes::kinds(Request&) { co_return ok(200, {{"kinds", event_kinds()}}); }

}  // namespace dhii::api
