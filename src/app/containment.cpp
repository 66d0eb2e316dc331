#include "app/containment.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "http/problem.hpp"
#include "store/control_containment.hpp"

namespace dhii::app {
namespace {

using http::Method;

// By pattern, whatever the method. Everything else that is not GET, HEAD or OPTIONS is closed: a new route is, until
// somebody decides otherwise here.
constexpr std::array<std::string_view, 17> kOpen{
    "/api/v1/auth/login",
    "/api/v1/auth/second-factor",
    "/api/v1/auth/passkey",
    "/api/v1/auth/passkey/options",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/step-up",
    "/api/v1/auth/step-up/options",
    "/api/v1/auth/sessions",
    "/api/v1/auth/sessions/{id}",  // ending sessions is what an incident needs
    "/api/v1/users/{id}/sessions",
    "/api/v1/auth/password/check",  // judges, changes nothing
    "/api/v1/accounts/{id}/sync",   // brings mail in
    "/api/v1/images/sign",          // for showing a message
    "/frame",                       // likewise
    "/jmap/api",                    // accounts are read-only there
    "/api/v1/setup"};
constexpr std::string_view kSecurityWork = "/api/v1/security/";

http::Response refused(const http::Request& request, bool read_only) {
  if (read_only)
    return http::problem(request, 403, "containment.read_only",
                         "dhii-mail is in read-only mode because of an incident: mail can be read, but nothing is sent "
                         "or changed. An administrator ends it with `dhii-mail incident release --read-only`.");
  return http::problem(request, 403, "containment.sign_ups_closed",
                       "Nobody can sign up for the time being; ask an administrator.");
}

// `containment` and `inner` live as long as the routes.
boost::asio::awaitable<http::Response> ask_first(const Containment& containment, bool sign_up,
                                                 const http::Handler& inner, http::Request& request) {
  if (containment.read_only()) co_return refused(request, true);
  if (sign_up && containment.sign_ups_closed()) co_return refused(request, false);
  co_return co_await inner(request);
}

}  // namespace

bool open_when_read_only(Method method, std::string_view pattern) {
  if (http::is_safe(method)) return true;
  return pattern.starts_with(kSecurityWork) || std::ranges::find(kOpen, pattern) != kOpen.end();
}

bool is_sign_up(Method method, std::string_view pattern) {
  return method == Method::kPost && (pattern == "/api/v1/auth/register" || pattern == "/api/v1/users/invitations");
}

Result<void> Containment::read() {
  DHII_TRY_ASSIGN(const auto taken, store::ContainmentStore(installation_.control()).taken());
  const auto has = [&](store::Measure measure) {
    return std::ranges::find(taken, measure, &store::MeasureTaken::measure) != taken.end();
  };
  const bool read_only = has(store::Measure::kReadOnly);
  const bool sign_ups = has(store::Measure::kSignUpsClosed);
  if (read_only_.exchange(read_only) != read_only)
    spdlog::warn("read-only mode because of an incident {}", read_only ? "begins" : "is over");
  if (sign_ups_closed_.exchange(sign_ups) != sign_ups)
    spdlog::warn("sign-ups are {} because of an incident", sign_ups ? "closed" : "no longer closed");
  return {};
}

void Containment::guard(http::Router& router) {
  router.each([this](http::Route& route) {
    const bool closes = !open_when_read_only(route.method, route.pattern);
    const bool sign_up = is_sign_up(route.method, route.pattern);
    if (!closes && !sign_up) return;
    route.handler = [this, sign_up, inner = std::move(route.handler)](http::Request& request) {
      return ask_first(*this, sign_up, inner, request);
    };
  });
}

}  // namespace dhii::app
