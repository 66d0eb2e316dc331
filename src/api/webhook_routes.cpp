#include "api/webhook_routes.hpp"

#include <charconv>

#include "api/mail_json.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using store::Delivery;
using store::DeliveryState;
using store::Webhook;

constexpr std::size_t kDefaultPage = 50;

// The contract has checked the form; 0 names nothing.
std::int64_t id_of(const Request& request) {
  const auto text = request.parameter("id");
  std::int64_t value = 0;
  if (text.starts_with('w')) std::from_chars(text.data() + 1, text.data() + text.size(), value);
  return value;
}

void write_webhook(JsonWriter& out, const Webhook& w, const Secret* secret) {
  out.begin_object().key("id").id('w', w.id).key("url").text(w.url).key("events").begin_array();
  for (const auto event : webhook::kEvents) {
    if ((" " + w.events + " ").contains(" " + std::string(event) + " ")) out.plain(event);
  }
  out.end_array().key("active").boolean(w.active).key("failures").number(w.failures).key("created_at");
  write_time(out, w.created_at);
  out.key("updated_at");
  write_time(out, w.updated_at);
  if (secret != nullptr) out.key("secret").text(secret->reveal());
  out.end_object();
}

std::string webhook_json(const Webhook& webhook, const Secret* secret = nullptr) {
  JsonWriter out;
  write_webhook(out, webhook, secret);
  return out.take();
}

void write_delivery(JsonWriter& out, const Delivery& d) {
  constexpr std::string_view kStates[] = {"waiting", "delivered", "failed"};
  out.begin_object().key("id").id('d', d.id).key("event").plain(d.event);
  out.key("state").plain(kStates[static_cast<std::size_t>(d.state)]).key("attempts").number(d.attempts);
  out.key("created_at");
  write_time(out, d.created_at);
  if (d.state == DeliveryState::kWaiting) {
    out.key("next_attempt_at");
    write_time(out, d.next_attempt_at);
  }
  if (d.last_status != 0) out.key("last_status").number(d.last_status);
  if (!d.last_error.empty()) out.key("last_error").text(d.last_error);
  out.key("body").text(d.body).end_object();
}

std::string joined(const json::array& events) {
  std::string out;
  for (const auto& each : events) out += (out.empty() ? "" : " ") + std::string(each.as_string());
  return out;
}

Response bad_url(const Request& request) {
  return http::to_response({422,
                            "http.bad_fields",
                            "Some fields of the request are not right; see 'errors'.",
                            {{"/url", "must be an https:// address without user and fragment"}},
                            {}},
                           request.request_id);
}

}  // namespace

void WebhookRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const http::Access read(Permission::kUser, http::Scope::kMailRead);
  const http::Access manage(Permission::kUser, http::Scope::kAccountsManage);
  const http::Access confirmed = manage.needs_step_up();  // THREATS.md: forwarding
  const auto add = [&](Method method, const char* path, const http::Access& access, http::BodyRule body, auto handler) {
    router.add(
        {method, path, access, RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/webhooks", read, none, &WebhookRoutes::list);
  add(Method::kPost, "/api/v1/webhooks", confirmed, small, &WebhookRoutes::create);
  add(Method::kGet, "/api/v1/webhooks/{id}", read, none, &WebhookRoutes::get);
  add(Method::kPatch, "/api/v1/webhooks/{id}", confirmed, small, &WebhookRoutes::change);
  add(Method::kDelete, "/api/v1/webhooks/{id}", manage, none, &WebhookRoutes::remove);
  add(Method::kPost, "/api/v1/webhooks/{id}/secret", confirmed, small, &WebhookRoutes::renew_secret);
  add(Method::kPost, "/api/v1/webhooks/{id}/test", manage, small, &WebhookRoutes::test);
  add(Method::kGet, "/api/v1/webhooks/{id}/deliveries", read, none, &WebhookRoutes::deliveries);
}

Answer WebhookRoutes::list(Request& request) {
  const auto all = co_await webhooks_.list(request.user());
  if (!all) co_return error_response(request, all.error());
  JsonWriter out;
  out.begin_object().key("webhooks").begin_array();
  for (const auto& each : *all) write_webhook(out, each, nullptr);
  co_return http::json_response(200, out.end_array().end_object().take());
}

Answer WebhookRoutes::create(Request& request) {
  const json::object body = body_object(request);
  std::string url(body.at("url").as_string());
  if (!webhook::parse_url(url, webhooks_.plain_http())) co_return bad_url(request);
  const auto made = co_await webhooks_.create(request.user(), std::move(url), joined(body.at("events").as_array()));
  if (!made) co_return error_response(request, made.error());
  co_return created_answer("/api/v1/webhooks/w" + std::to_string(made->webhook.id),
                           webhook_json(made->webhook, &made->secret));
}

Answer WebhookRoutes::get(Request& request) {
  const auto found = co_await webhooks_.get(request.user(), id_of(request));
  if (!found) co_return error_response(request, found.error());
  co_return tagged_answer(request, webhook_json(*found));
}

Answer WebhookRoutes::change(Request& request) {
  const json::object body = body_object(request);
  auto found = co_await webhooks_.get(request.user(), id_of(request));
  if (!found) co_return error_response(request, found.error());
  if (!if_match_holds(request, webhook_json(*found))) co_return precondition_failed(request);
  if (const auto* url = body.if_contains("url")) {
    found->url = std::string(url->as_string());
    if (!webhook::parse_url(found->url, webhooks_.plain_http())) co_return bad_url(request);
  }
  if (const auto* events = body.if_contains("events")) found->events = joined(events->as_array());
  if (const auto* active = body.if_contains("active")) found->active = active->as_bool();
  const auto after = co_await webhooks_.update(request.user(), std::move(*found));
  if (!after) co_return error_response(request, after.error());
  co_return tagged_answer(request, webhook_json(*after));
}

Answer WebhookRoutes::remove(Request& request) {
  const auto found = co_await webhooks_.get(request.user(), id_of(request));
  if (!found) co_return error_response(request, found.error());
  if (!if_match_holds(request, webhook_json(*found))) co_return precondition_failed(request);
  const auto removed = co_await webhooks_.remove(request.user(), found->id);
  co_return removed ? http::no_content() : error_response(request, removed.error());
}

Answer WebhookRoutes::renew_secret(Request& request) {
  const auto made = co_await webhooks_.renew_secret(request.user(), id_of(request));
  if (!made) co_return error_response(request, made.error());
  co_return http::json_response(200, webhook_json(made->webhook, &made->secret));
}

Answer WebhookRoutes::test(Request& request) {
  const auto result = co_await webhooks_.test(request.user(), id_of(request));
  if (!result) co_return error_response(request, result.error());
  JsonWriter out;
  out.begin_object().key("delivered").boolean(result->status >= 200 && result->status < 300);
  if (result->status != 0) out.key("status").number(result->status);
  if (!result->error.empty()) out.key("error").text(result->error);
  co_return http::json_response(200, out.end_object().take());
}

Answer WebhookRoutes::deliveries(Request& request) {
  const std::string scope = "deliveries " + std::string(request.parameter("id"));
  std::int64_t below = 0;
  if (const auto text = request.query_value("cursor")) {
    const auto position = cursors_.open(request.user(), scope, *text);
    if (!position)
      co_return http::problem(request, 400, "http.bad_cursor",
                              "This cursor belongs to another list. Start again without it.");
    below = *position;
  }
  const std::size_t limit = page_size(request, kDefaultPage);
  auto found = co_await webhooks_.deliveries(request.user(), id_of(request), below, limit + 1);
  if (!found) co_return error_response(request, found.error());
  const bool more = found->size() > limit;
  if (more) found->pop_back();
  JsonWriter out;
  out.begin_object().key("deliveries").begin_array();
  for (const auto& each : *found) write_delivery(out, each);
  out.end_array();
  if (more) out.key("next_cursor").plain(cursors_.make(request.user(), scope, found->back().id));
  co_return http::json_response(200, out.end_object().take());
}

}  // namespace dhii::api
