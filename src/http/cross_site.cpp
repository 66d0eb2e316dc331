#include "http/cross_site.hpp"

#include <algorithm>

namespace dhii::http {
namespace {

bool is_own_origin(std::string_view origin, const Request& request, const OriginPolicy& policy) {
  return origin == request.origin || (!policy.public_origin.empty() && origin == policy.public_origin);
}

}  // namespace

std::string_view cors_origin(const Request& request, const OriginPolicy& policy) {
  const auto origin = request.headers.find("Origin");
  if (!origin || request.headers.count("Origin") != 1) return {};
  return std::ranges::find(policy.cors_origins, *origin) != policy.cors_origins.end() ? *origin : std::string_view();
}

bool may_change_state(const Request& request, const OriginPolicy& policy) {
  if (!cors_origin(request, policy).empty()) return true;
  // A browser's own word comes first: with no-referrer, the Origin of a same-origin form post is "null" (Fetch §3.1).
  if (const auto site = request.headers.find("Sec-Fetch-Site")) return *site == "same-origin" || *site == "none";
  const auto origin = request.headers.find("Origin");
  return !origin || is_own_origin(*origin, request, policy);
}

bool is_preflight(const Request& request) {
  return request.method == Method::kOptions && request.headers.has("Origin") &&
         request.headers.has("Access-Control-Request-Method");
}

void add_cors_headers(Response& response, std::string_view origin) {
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Expose-Headers",
                       "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");
}

Response preflight_answer(std::string_view origin, std::string_view allowed_methods) {
  Response response = no_content();
  add_cors_headers(response, origin);
  response.headers.add("Access-Control-Allow-Methods", allowed_methods);
  response.headers.add("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, Idempotency-Key");
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace dhii::http
