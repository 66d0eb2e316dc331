#include "api/jmap_routes.hpp"

#include <charconv>

#include "api/download.hpp"
#include "api/errors.hpp"
#include "http/event_stream.hpp"
#include "http/path.hpp"
#include "http/problem.hpp"
#include "store/mail_store.hpp"

namespace dhii::api {
namespace {

using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::size_t kMaxFrameBodyBytes = 16U << 20;  // a newsletter of 5 MB, percent-encoded
constexpr std::size_t kFrameFields = 3;
constexpr std::chrono::seconds kDefaultPing{30};
constexpr int kMinPingSeconds = 15;   // RFC 8620 §7.3: a server may set bounds; shorter keeps phones awake
constexpr int kMaxPingSeconds = 300;  // longer and proxies cut the line
constexpr std::size_t kMaxTypesBytes = 200;

// JMAP's problems (RFC 8620 §3.6.1) have a type; our code and the request id go beside it (RFC 9457 §3.2).
std::string complete_problem(const Request& request, int status, std::string_view body) {
  namespace json = boost::json;
  json::error_code error;
  json::value value = json::parse(json::string_view(body.data(), body.size()), error);
  json::object problem = !error && value.is_object() ? std::move(value.as_object()) : json::object();
  const auto* type = problem.if_contains("type");
  const std::string name = type != nullptr && type->is_string() ? std::string(type->as_string()) : "";
  const std::string code = "jmap." + (name.contains(':') ? name.substr(name.rfind(':') + 1) : std::string("refused"));
  const auto fill = [&](json::string_view key, std::string_view text) {
    if (!problem.contains(key)) problem[key] = json::string_view(text.data(), text.size());
  };
  fill("title", http::status_text(status));
  fill("detail", "The request was refused.");
  fill("code", code);
  fill("request_id", request.request_id);
  return json::serialize(problem);
}

Response of(const Request& request, jmap::HandleResult&& result) {
  Response response;
  response.status = static_cast<int>(result.status);
  response.headers.add("Content-Type", result.content_type);
  const bool is_problem = result.content_type == "application/problem+json";
  response.body = is_problem ? complete_problem(request, response.status, result.body) : std::move(result.body);
  if (response.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

std::chrono::seconds ping_of(const Request& request) {
  const auto text = request.query_value("ping");
  int seconds = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (seconds <= 0) return kDefaultPing;
  return std::chrono::seconds(std::clamp(seconds, kMinPingSeconds, kMaxPingSeconds));
}

std::string frame_csp(bool remote, std::string_view origin) {
  // Remote images come through our own /image (image_routes.hpp). The frame has no origin, so it is named, not 'self'.
  const std::string images = remote ? "data: " + std::string(origin) + "/image" : "data:";
  return "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src " + images +
         "; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
}

std::string field(const http::Pairs& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return {};
}

// What a key's scopes leave of its owner's rights.
void narrow(OpenMail& mail, const http::Principal& who) {
  mail.context.may_send = who.scopes.has(http::Scope::kMailSend);
  if (who.scopes.has(http::Scope::kMailWrite)) return;
  for (auto& account : mail.context.accounts) account.read_only = true;
}

}  // namespace

Result<OpenMail> JmapRoutes::open_for(const Request& request) {
  DHII_TRY_ASSIGN(OpenMail mail, p_.mail.open(request.user()));
  narrow(mail, *request.principal);
  return mail;
}

void JmapRoutes::add_to(http::Router& router) {
  const auto none = http::BodyRule::none();
  const jmap::Limits& limits = p_.jmap.limits();
  // What other mail programs use, with an app password. Methods that change or send ask for more (may_send, read-only
  // accounts).
  const auto read = http::Access(Permission::kUser, http::Scope::kMailRead).and_app_passwords();
  const auto write = http::Access(Permission::kUser, http::Scope::kMailWrite).and_app_passwords();
  router.add(
      {Method::kGet, "/.well-known/jmap", read, RateClass::kApi, none, [this](Request& r) { return session(r); }});
  router.add({Method::kPost, "/jmap/api", read, RateClass::kApi, http::BodyRule::json(limits.request_bytes),
              [this](Request& r) { return api(r); }});
  router.add({Method::kPost, "/jmap/upload/{accountId}/", write, RateClass::kApi,
              http::BodyRule::any(limits.upload_bytes), [this](Request& r) { return upload(r); }});
  router.add({Method::kGet, "/jmap/download/{accountId}/{blobId}/{name}", read, RateClass::kDownload, none,
              [this](Request& r) { return download(r); }});
  router.add(
      {Method::kGet, "/jmap/eventsource", read, RateClass::kApi, none, [this](Request& r) { return event_source(r); }});
  // Public for the router only: a form can't send a header, so the token comes in the body and is checked there.
  router.add({Method::kPost, "/frame", Permission::kPublic, RateClass::kDownload,
              http::BodyRule::form(kMaxFrameBodyBytes), [this](Request& r) { return frame(r); }});
}

JmapRoutes::Answer JmapRoutes::session(Request& request) {
  struct Made {
    std::string body, state;
  };
  const auto made = co_await p_.db_pool.run([&]() -> Result<Made> {
    DHII_TRY_ASSIGN(const OpenMail mail, open_for(request));
    return Made{p_.jmap.session(mail.context, ""), p_.jmap.session_state(mail.context)};
  });
  if (!made) co_return error_response(request, made.error());
  Response response = http::json_response(200, made->body);
  response.headers.add("ETag", "\"" + made->state + "\"");
  co_return response;
}

JmapRoutes::Answer JmapRoutes::api(Request& request) {
  auto result = co_await p_.db_pool.run([&]() -> Result<jmap::HandleResult> {
    DHII_TRY_ASSIGN(const OpenMail mail, open_for(request));
    return p_.jmap.handle(mail.context, request.body);
  });
  co_return result ? of(request, std::move(*result)) : error_response(request, result.error());
}

JmapRoutes::Answer JmapRoutes::upload(Request& request) {
  auto result = co_await p_.db_pool.run([&]() -> Result<jmap::HandleResult> {
    DHII_TRY_ASSIGN(const OpenMail mail, open_for(request));
    return p_.jmap.upload(mail.context, request.parameter("accountId"), request.headers.value("Content-Type"),
                          request.body);
  });
  co_return result ? of(request, std::move(*result)) : error_response(request, result.error());
}

JmapRoutes::Answer JmapRoutes::download(Request& request) {
  auto result = co_await p_.db_pool.run([&]() -> Result<jmap::DownloadResult> {
    DHII_TRY_ASSIGN(const OpenMail mail, open_for(request));
    return p_.jmap.download(mail.context, request.parameter("accountId"), request.parameter("blobId"));
  });
  if (!result) co_return error_response(request, result.error());
  if (result->status != 200)
    co_return of(request, {result->status, "application/problem+json", std::move(result->bytes)});
  Response response;
  response.body = std::move(result->bytes);
  add_download_headers(response, request.query_value("type").value_or(""), result->type, request.parameter("name"));
  co_return response;
}

JmapRoutes::Answer JmapRoutes::event_source(Request& request) {
  Subscription subscription{request.user(),
                            request.principal->session,
                            std::string(request.query_value("types").value_or("*")),
                            CloseAfter::kNever,
                            request.query_value("dhii") == "1",
                            {},
                            request.principal->key};
  const auto close_after = request.query_value("closeafter").value_or("no");
  if ((close_after != "no" && close_after != "state") || subscription.types.size() > kMaxTypesBytes) {
    co_return http::problem(request, 400, "http.bad_query",
                            "closeafter must be 'state' or 'no', and types a list of type names or '*'.");
  }
  if (close_after == "state") subscription.close_after = CloseAfter::kState;
  const std::string types = subscription.types;
  const auto stream = std::make_shared<http::EventStream>(co_await boost::asio::this_coro::executor, ping_of(request));
  subscription.stream = stream;
  p_.hub.subscribe(std::move(subscription));  // before the states are read: nothing falls between
  const auto states = co_await p_.db_pool.run([&]() -> Result<std::string> {
    DHII_TRY_ASSIGN(const OpenMail mail, open_for(request));
    return jmap::all_states(mail.context, types);
  });
  if (!states) {
    stream->close();
    co_return error_response(request, states.error());
  }
  stream->comment("dhii-mail");
  if (!states->empty()) stream->push("state", *states);
  if (close_after == "state") stream->close();
  Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("X-Accel-Buffering", "no");  // nginx
  response.stream = stream;
  co_return response;
}

JmapRoutes::Answer JmapRoutes::frame(Request& request) {
  const auto form = http::parse_form(request.body, kFrameFields);
  if (!form) co_return http::problem(request, 400, "http.bad_form", "The form is malformed.");
  const auto who = co_await p_.auth.check_token(field(*form, "token"));
  if (!who) co_return error_response(request, who.error());
  if (who->lacks_factor) co_return http::factor_required(request);
  Response response;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Content-Security-Policy", frame_csp(field(*form, "remote") == "1", request.origin));
  response.body = field(*form, "html");
  co_return response;
}

}  // namespace dhii::api
