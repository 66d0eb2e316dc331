#include "api/system_routes.hpp"

#include "http/problem.hpp"

namespace dhii::api {

using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

void SystemRoutes::add_to(http::Router& router) {
  const auto none = http::BodyRule::none();
  // Public: load balancers and service managers ask these; they tell nothing but up or not.
  router.add(
      {Method::kGet, "/healthz", Permission::kPublic, RateClass::kApi, none, [this](Request& r) { return health(r); }});
  router.add({Method::kGet, "/readyz", Permission::kPublic, RateClass::kApi, none,
              [this](Request& r) { return readiness(r); }});
  router.add({Method::kGet, "/api/v1/version", http::Access(Permission::kUser, http::kAnyCredential), RateClass::kApi,
              none, [this](Request& r) { return version(r); }});
}

SystemRoutes::Answer SystemRoutes::health(Request&) { co_return http::json_response(200, R"({"status":"ok"})"); }

SystemRoutes::Answer SystemRoutes::readiness(Request& request) {
  const auto ready = co_await ready_();
  if (ready) co_return http::json_response(200, R"({"status":"ready"})");
  co_return http::to_response({503,
                               "http.not_ready",
                               "dhii-mail is not ready to serve requests; the log says why.",
                               {},
                               std::chrono::seconds(5)},
                              request.request_id);
}

SystemRoutes::Answer SystemRoutes::version(Request&) {
  co_return http::json_response(200, R"({"name":"dhii-mail","version":")" DHII_VERSION R"("})");
}

}  // namespace dhii::api
