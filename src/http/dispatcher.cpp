#include "http/dispatcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "http/path.hpp"
#include "http/security_headers.hpp"

namespace dhii::http {
namespace {

constexpr std::size_t kMaxHostBytes = 255;  // RFC 1035 §2.3.4

Response with_retry(const Request& request, int status, std::string_view code, std::string detail,
                    std::chrono::seconds after) {
  return to_response({status, code, std::move(detail), {}, after}, request.request_id);
}

bool is_host(std::string_view host) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
  return !host.empty() && host.size() <= kMaxHostBytes && host.find_first_not_of(kAllowed) == std::string_view::npos;
}

// What a body is said to be, without parameters, lower case.
std::string media_type(std::string_view content_type) {
  return ascii_lower(trim(content_type.substr(0, std::min(content_type.find(';'), content_type.size()))));
}

bool has_body(const Request& request) {
  return request.headers.has("Transfer-Encoding") ||
         request.headers.value("Content-Length").find_first_not_of('0') != std::string_view::npos;
}

bool fits(BodyRule::Type type, const std::string& media) {
  switch (type) {
    case BodyRule::Type::kNone:
      return false;
    case BodyRule::Type::kJson:
      return media == "application/json";
    case BodyRule::Type::kForm:
      return media == "application/x-www-form-urlencoded";
    case BodyRule::Type::kAny:
      return true;
  }
  return false;
}

std::string_view wanted_media(BodyRule::Type type) {
  return type == BodyRule::Type::kForm ? "application/x-www-form-urlencoded" : "application/json";
}

bool is_about_the_token(const Error& error) {
  return error.id().starts_with("auth.") || error.id().starts_with("jwt.");
}

// Only with a planted fault.
void spoil(const Request& request, Response& response) {
  if (planted(Fault::kServerErrorOnBadInput) && response.status == 422) response.status = 500;
  if (planted(Fault::kLeakingErrors) && response.status >= 400 && response.body.ends_with('}')) {
    response.body.pop_back();
    response.body += R"(,"cause":"sqlite: near \"x\": syntax error, /src/store/database.cpp:77"})";
  }
  if (planted(Fault::kPlainErrors) && response.status >= 400) {
    response.body = "Error";
    response.headers.set("Content-Type", "text/plain");
  }
  if (planted(Fault::kBanner)) response.headers.set("Server", "dhii-mail/" DHII_VERSION);
  if (planted(Fault::kCacheAllowed)) response.headers.set("Cache-Control", "public, max-age=3600");
  if (planted(Fault::kCorsWildcard)) response.headers.set("Access-Control-Allow-Origin", "*");
  if (planted(Fault::kHeaderEcho) && request.method == Method::kPost && request.path.contains("%0D%0A"))
    response.headers.set("X-Audit-Injected", "yes");
}

std::string_view rate_name(RateClass rate) {
  switch (rate) {
    case RateClass::kAuth:
      return "auth";
    case RateClass::kDownload:
      return "download";
    default:
      return "api";
  }
}

}  // namespace

Dispatcher::Dispatcher(const Router& router, Authenticator& authenticator, const Clock& clock, Random& random,
                       DispatcherOptions options)
    : router_(router),
      authenticator_(authenticator),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      api_(options_.limits.api, options_.limits.clients, random),
      auth_(options_.limits.auth, options_.limits.clients, random),
      download_(options_.limits.download(), options_.limits.clients, random),
      api_user_(options_.limits.api_user(), options_.limits.clients, random),
      id_prefix_(random.hex(4)) {}

// Unique in this process and unguessable enough to be quoted in a report; no randomness per request.
std::string Dispatcher::new_request_id() {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), ++next_id_, 16).ptr;
  return id_prefix_ + "-" + std::string(digits.data(), end);
}

boost::asio::awaitable<Admission> Dispatcher::admit(RequestHead head) {
  Admission a;
  a.started = clock_.steady_now();
  a.request.request_id = new_request_id();
  a.request.method = parse_method(head.method);
  const ClientIdentity client = identify_client(head.peer, head.tls, head.headers, options_.trusted_proxies);
  a.request.client_address = client.address;
  a.request.secure = client.secure;
  a.request.origin = std::string(client.secure ? "https://" : "http://") + std::string(head.headers.value("Host"));
  a.answer = check_gate(a);
  if (!a.answer) a.answer = check_head(a, head);
  a.request.headers = std::move(head.headers);
  std::optional<Target> target;
  if (!a.answer) {
    target = parse_target(head.target);
    if (!target) a.request.path = head.target.substr(0, head.target.find('?'));  // for observers
    if (!target)
      a.answer = problem(a.request, 400, "http.bad_target",
                         "The address of the request is malformed; check its path and its percent escapes.");
  }
  if (!a.answer) a.answer = check_route(a, *target);
  if (!a.answer) a.answer = check_rate(a);
  if (!a.answer && !is_safe(a.request.method) && !may_change_state(a.request, options_.origins) &&
      !planted(Fault::kCrossSiteAllowed)) {
    a.answer = problem(
        a.request, 403, "http.cross_site",
        "Another site's page may not do this. Open dhii-mail itself, or declare the origin in DHII_CORS_ORIGINS.");
  }
  if (!a.answer) a.answer = co_await check_permission(a);
  if (!a.answer) a.answer = check_user_rate(a);
  if (!a.answer) a.answer = check_body_rule(a);
  if (a.answer) finish(a, *a.answer);
  co_return a;
}

Dispatcher::Step Dispatcher::check_gate(Admission& a) {
  if (options_.gate == nullptr) return {};
  const auto left = options_.gate->blocked_for(a.request.client_address);
  if (!left) return {};
  return with_retry(a.request, 403, "http.address_blocked",
                    "This address is blocked for a while because of what came from it; an administrator can lift that.",
                    *left);
}

Dispatcher::Step Dispatcher::check_head(Admission& a, const RequestHead& head) {
  if (head.target.size() > kMaxTargetBytes)
    return problem(a.request, 414, "http.target_too_long", "The address of the request is longer than 4096 bytes.");
  const std::size_t hosts = head.headers.count("Host");
  // RFC 9112 §3.2; HTTP/1.0 may do without.
  if (hosts > 1 || (hosts == 0 && head.http_1_1) || (hosts == 1 && !is_host(head.headers.value("Host")))) {
    return problem(a.request, 400, "http.bad_host", "The request needs exactly one well-formed Host header.");
  }
  const bool chunked = head.headers.has("Transfer-Encoding");
  // RFC 9112 §6.1: what two servers could read differently is how requests are smuggled.
  if (planted(Fault::kBothLengths)) return {};
  if (chunked &&
      (head.headers.has("Content-Length") || !head.http_1_1 || head.headers.count("Transfer-Encoding") != 1 ||
       !ascii_iequals(trim(head.headers.value("Transfer-Encoding")), "chunked"))) {
    return problem(
        a.request, 400, "http.ambiguous_length",
        "The length of the request's body is ambiguous; send either Content-Length or 'Transfer-Encoding: chunked'.");
  }
  if (head.headers.count("Content-Length") > 1)
    return problem(a.request, 400, "http.ambiguous_length", "Send Content-Length once.");
  return {};
}

Dispatcher::Step Dispatcher::check_route(Admission& a, const Target& target) {
  a.request.path = target.path;
  a.request.query = target.query;
  Match match = router_.match(a.request.method, target);
  if (match.allowed.empty()) return problem(a.request, 404, "http.not_found", "There is nothing at this address.");
  if (a.request.method == Method::kOptions) {
    const std::string_view origin = cors_origin(a.request, options_.origins);
    if (is_preflight(a.request) && origin.empty())
      return problem(a.request, 403, "http.origin_not_allowed", "This origin is not declared in DHII_CORS_ORIGINS.");
    if (is_preflight(a.request)) return preflight_answer(origin, match.allowed);
    Response response = no_content();
    response.headers.add("Allow", match.allowed);
    return response;
  }
  if (match.route == nullptr && planted(Fault::kUnknownMethodsServed)) return no_content();
  if (match.route == nullptr) {
    Response response = problem(a.request, 405, "http.method_not_allowed",
                                "This address does not know that method; it knows " + match.allowed + ".");
    response.headers.add("Allow", match.allowed);
    return response;
  }
  a.route = match.route;
  a.request.parameters = std::move(match.parameters);
  return {};
}

ClientLimiter* Dispatcher::limiter_of(RateClass rate) {
  switch (rate) {
    case RateClass::kNone:
      return nullptr;
    case RateClass::kApi:
      return &api_;
    case RateClass::kAuth:
      return &auth_;
    case RateClass::kDownload:
      return &download_;
  }
  return nullptr;
}

Dispatcher::Step Dispatcher::limited(Admission& a, RateDecision decision) {
  if (!a.rate || !decision.allowed || decision.remaining < a.rate->remaining) a.rate = decision;
  if (decision.allowed || planted(Fault::kNoRateLimit)) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(decision.retry_after);
  return with_retry(a.request, 429, "http.too_many_requests",
                    "Too many requests from here; try again after the time in Retry-After.", seconds);
}

Dispatcher::Step Dispatcher::check_rate(Admission& a) {
  ClientLimiter* limiter = limiter_of(a.route->rate);
  if (limiter == nullptr) return {};
  static thread_local unsigned seen = 0;  // only for the planted fault
  if (planted(Fault::kLimitTooWide) && ++seen % 2 == 0) return {};
  return limited(a, limiter->admit(AddressBytes(a.request.client_address), clock_.steady_now()));
}

Dispatcher::Step Dispatcher::check_user_rate(Admission& a) {
  if (!a.request.principal || a.route->rate != RateClass::kApi) return {};
  const std::int64_t id = a.request.principal->user.value;
  if (planted(Fault::kUserLimitOff)) return {};
  return limited(a, api_user_.admit({reinterpret_cast<const char*>(&id), sizeof id}, clock_.steady_now()));
}

boost::asio::awaitable<Dispatcher::Step> Dispatcher::check_permission(Admission& a) {
  if (a.route->access.permission == Permission::kPublic) co_return Step();
  auto header = a.request.headers.find("Authorization");
  std::string from_query;
  if (planted(Fault::kTokenInQuery) && !header && a.request.query_value("access_token")) {
    from_query = "Bearer " + std::string(*a.request.query_value("access_token"));
    header = from_query;
  }
  if (planted(Fault::kNoTokenCheck) && !header) {
    a.request.principal = Principal{UserId(1), SessionId(1), Role::kAdministrator};
    co_return Step();
  }
  if (!header || a.request.headers.count("Authorization") > 1) {
    Response response = problem(a.request, 401, "auth.token_missing",
                                "Sign in first: this address wants an access token (Authorization: Bearer).");
    response.headers.add("WWW-Authenticate", "Bearer realm=\"dhii-mail\"");
    co_return response;
  }
  auto principal = co_await authenticator_.authenticate(a.request, *header);
  // A database that is locked says nothing about the token: signing people out for it would be wrong.
  if (!principal && !is_about_the_token(principal.error())) {
    spdlog::warn("request {} could not be authenticated: {}", a.request.request_id,
                 log_escape(principal.error().message()));
    co_return with_retry(a.request, 503, "http.busy",
                         "The server has too much to do at the moment; try again in a second.",
                         std::chrono::seconds(1));
  }
  if (!principal) {
    Response response = problem(a.request, 401, principal.error().id(), std::string(principal.error().sentence()));
    response.headers.add("WWW-Authenticate", "Bearer realm=\"dhii-mail\", error=\"invalid_token\"");
    co_return response;
  }
  a.request.principal = *principal;
  co_return check_access(a);
}

Dispatcher::Step Dispatcher::check_access(const Admission& a) {
  switch (judge(a.route->access, *a.request.principal, clock_.now())) {
    case Verdict::kAllowed:
      return {};
    case Verdict::kRole:
      if (planted(Fault::kNoRoleCheck)) return {};
      return problem(a.request, 403, "auth.not_permitted", "Your role does not permit this; ask an administrator.");
    case Verdict::kCredential:
      return problem(a.request, 403, "auth.credential_not_permitted",
                     "This kind of key can't be used here; sign in with your password instead.");
    case Verdict::kScope:
      return problem(
          a.request, 403, "auth.scope_missing",
          "This key lacks the scope " + std::string(scope_name(*a.route->access.scope)) + "; use one that has it.");
    case Verdict::kFactorMissing:
      return factor_required(a.request);
    case Verdict::kStepUpMissing:
      return problem(a.request, 403, "auth.step_up_required",
                     "Confirm first that it is you (POST /api/v1/auth/step-up), then try again within ten minutes.");
  }
  return problem(a.request, 403, "auth.not_permitted", "Your role does not permit this; ask an administrator.");
}

Dispatcher::Step Dispatcher::check_body_rule(Admission& a) {
  const BodyRule& rule = a.route->body;
  a.body_limit = rule.limit;
  if (!has_body(a.request)) return {};
  if (rule.type == BodyRule::Type::kNone)
    return problem(a.request, 400, "http.body_not_expected", "This request takes no body.");
  if (a.request.headers.has("Content-Encoding"))
    return problem(a.request, 415, "http.encoded_body", "Send the body without Content-Encoding.");
  if (planted(Fault::kMediaTypeIgnored)) return {};
  if (!fits(rule.type, media_type(a.request.headers.value("Content-Type")))) {
    return problem(a.request, 415, "http.wrong_media_type",
                   "Send the body as " + std::string(wanted_media(rule.type)) + ".");
  }
  const std::string_view text = a.request.headers.value("Content-Length");
  if (planted(Fault::kLengthIgnored)) a.body_limit = kMaxBodyBytes * 64;
  if (text.empty() || planted(Fault::kLengthIgnored)) return {};  // chunked: counted while it is read
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc::result_out_of_range || (error == std::errc() && length > rule.limit)) {
    return problem(a.request, 413, "http.body_too_large",
                   "The body is larger than the " + std::to_string(rule.limit) + " bytes that this address takes.");
  }
  if (error != std::errc() || end != text.data() + text.size())
    return problem(a.request, 400, "http.bad_length", "Content-Length is not a number.");
  return {};
}

boost::asio::awaitable<Response> Dispatcher::respond(Admission& a) {
  Response response;
  try {
    response = co_await a.route->handler(a.request);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;  // we are shutting down
    spdlog::error("request {} {} failed: {}", a.request.request_id, log_escape(a.request.path), log_escape(e.what()));
    response = problem(a.request, 500, "http.internal",
                       "Something went wrong in dhii-mail; the log knows more under this request id.");
  } catch (const std::exception& e) {
    spdlog::error("request {} {} failed: {}", a.request.request_id, log_escape(a.request.path), log_escape(e.what()));
    response = problem(a.request, 500, "http.internal",
                       "Something went wrong in dhii-mail; the log knows more under this request id.");
  }
  finish(a, response);
  co_return response;
}

Response Dispatcher::refuse(Admission& a, int status, std::string_view code, std::string detail) {
  Response response = problem(a.request, status, code, std::move(detail));
  finish(a, response);
  return response;
}

Response Dispatcher::refuse_head(const std::string& peer, int status, std::string_view code, std::string detail) {
  Admission a;
  a.started = clock_.steady_now();
  a.request.client_address = peer;
  a.request.request_id = new_request_id();
  return refuse(a, status, code, std::move(detail));
}

void Dispatcher::finish(Admission& a, Response& response) {
  spoil(a.request, response);
  add_security_headers(response);
  response.headers.set("X-Request-Id", a.request.request_id);
  if (!options_.origins.cors_origins.empty()) {
    response.headers.add("Vary", "Origin");
    std::string_view origin = cors_origin(a.request, options_.origins);
    if (planted(Fault::kCorsReflectsOrigin)) origin = a.request.headers.value("Origin");
    if (!origin.empty()) add_cors_headers(response, origin);
  }
  if (a.rate && a.route != nullptr) {
    const ClientLimiter& limiter = *limiter_of(a.route->rate);
    const std::string name = "\"" + std::string(rate_name(a.route->rate)) + "\"";
    const std::uint32_t quota = limiter.limit().burst + 1;
    const auto window = std::max(1U, quota / std::max(1U, limiter.limit().per_second));
    response.headers.set("RateLimit-Policy", name + ";q=" + std::to_string(quota) + ";w=" + std::to_string(window));
    response.headers.set(
        "RateLimit", name + ";r=" + std::to_string(a.rate->remaining) +
                         ";t=" + std::to_string(std::chrono::ceil<std::chrono::seconds>(a.rate->retry_after).count()));
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady_now() - a.started);
  spdlog::debug("{} {} {} {} {}us", a.request.request_id, method_name(a.request.method), log_escape(a.request.path),
                response.status, took.count());
  const std::string_view route = a.route == nullptr ? std::string_view() : std::string_view(a.route->pattern);
  for (RequestObserver* observer : options_.observers) observer->finished(a.request, route, response, took);
}

}  // namespace dhii::http
