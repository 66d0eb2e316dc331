#include "audit/watch.hpp"

#include <array>
#include <boost/json.hpp>

#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;

struct Wanted {
  std::string_view name;
  std::string_view value;  // empty: any
};
// The guide's four word for word, and what our own model adds.
constexpr std::array<Wanted, 9> kWanted{{{"X-Frame-Options", "SAMEORIGIN"},
                                         {"X-Content-Type-Options", "nosniff"},
                                         {"X-XSS-Protection", "1; mode=block"},
                                         {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
                                         {"Content-Security-Policy", ""},
                                         {"Referrer-Policy", "no-referrer"},
                                         {"Permissions-Policy", ""},
                                         {"Cross-Origin-Opener-Policy", "same-origin"},
                                         {"Cross-Origin-Resource-Policy", ""}}};

// Words of the inside. Only what the request did not hold itself counts.
constexpr std::array<std::string_view, 22> kInsideWords{
    "sqlite",    "no such table", "no such column", "syntax error", "SELECT ",          "std::",
    "boost::",   ".cpp",          ".hpp",           "/src/",        "terminate called", "backtrace",
    "Traceback", "what():",       "0x7f",           "bad_alloc",    "secrets.env",      "PRIVATE KEY",
    "root:x:0",  "$2b$12$",       "mail.db",        "JWT_SECRET"};

bool is_private_answer(const Exchange& x, bool is_public) { return !is_public || x.status >= 400; }

std::string security_headers(const Exchange& x) {
  for (const Wanted& w : kWanted) {
    const auto value = x.header(w.name);
    if (!value) return std::string(w.name) + " is missing";
    if (x.count(w.name) != 1) return std::string(w.name) + " is there more than once";
    if (!w.value.empty() && *value != w.value && !(w.name == "X-Frame-Options" && *value == "DENY"))
      return std::string(w.name) + " is \"" + std::string(*value) + "\", not \"" + std::string(w.value) + "\"";
  }
  const std::string_view csp = x.header_or("Content-Security-Policy");
  if (!csp.contains("default-src")) return "Content-Security-Policy has no default-src";
  if (csp.contains("unsafe-eval")) return "Content-Security-Policy allows unsafe-eval";
  return {};
}

std::string problem_shape(const Exchange& x) {
  if (!x.header_or("Content-Type").starts_with("application/problem+json"))
    return "the error is not application/problem+json";
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  if (error || !body.is_object()) return "the error's body is not a JSON object";
  const auto& o = body.as_object();
  for (const char* key : {"title", "detail", "code", "request_id"}) {
    if (!o.contains(key) || !o.at(key).is_string()) return std::string("the error has no \"") + key + "\"";
  }
  if (!o.contains("status") || !o.at("status").is_int64() || o.at("status").as_int64() != x.status)
    return "the error's status is not that of the answer";
  if (o.at("request_id").as_string() != x.header_or("X-Request-Id"))
    return "the error's request_id is not that of X-Request-Id";
  return {};
}

std::string word_of_the_inside(const Exchange& x) {
  for (const std::string_view word : kInsideWords)
    if (x.body.contains(word) && !x.sent.contains(word))
      return "the answer tells about the inside: \"" + std::string(word) + "\"";
  return {};
}

bool sent_origin(const Call* call) {
  return call != nullptr &&
         std::ranges::any_of(call->headers, [](const auto& f) { return ascii_iequals(f.first, "Origin"); });
}

}  // namespace

void watch_answer(const Exchange& x, const Call* call, bool is_public,
                  const std::function<void(std::string_view, bool, std::string_view)>& tell) {
  if (x.status == 0 || x.status < 200) return;
  tell("answers.no_5xx", x.status < 500, "the server answered " + std::to_string(x.status));
  const std::string headers = security_headers(x);
  tell("headers.security", headers.empty(), headers);
  tell("headers.banner", !x.header("Server") && !x.header("X-Powered-By"), "the answer names its software");
  tell("headers.type", x.body.empty() || x.header("Content-Type").has_value(), "the answer has no Content-Type");
  if (is_private_answer(x, is_public)) {
    const std::string_view cache = x.header_or("Cache-Control");
    const bool kept_private = cache.contains("no-store") || (cache.contains("private") && x.status < 400);
    tell("headers.cache", kept_private && !cache.contains("public"),
         "a private answer may be cached: Cache-Control is \"" + std::string(cache) + "\"");
  }
  const auto allowed = x.header("Access-Control-Allow-Origin");
  const bool credentials = x.header("Access-Control-Allow-Credentials").has_value();
  tell("cors.no_wildcard", !(allowed && *allowed == "*") && !credentials && !(allowed && !sent_origin(call)),
       "any origin, or credentials, are allowed");
  const bool head = call != nullptr && call->method == "HEAD";
  if (x.status >= 400 && !head) {
    const std::string shape = problem_shape(x);
    tell("errors.shape", shape.empty(), shape);
  }
  const std::string leak = x.status >= 400 || x.body.size() < 4'096 ? word_of_the_inside(x) : std::string();
  tell("errors.leak", leak.empty(), leak);
}

}  // namespace dhii::audit
