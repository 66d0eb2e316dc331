#include "api/audit_routes.hpp"

#include "api/errors.hpp"
#include "api/json_out.hpp"

namespace dhii::api {

namespace json = boost::json;

void AuditRoutes::add_to(http::Router& router) {
  router.add({http::Method::kGet, "/api/v1/security/audit",
              http::Access(http::Permission::kAuditor, http::Scope::kSecurityRead), http::RateClass::kApi,
              http::BodyRule::none(), [this](http::Request& r) { return latest(r); }});
}

boost::asio::awaitable<http::Response> AuditRoutes::latest(http::Request& request) {
  const auto report = co_await db_pool_.run([this] { return reports_.latest("audit"); });
  if (!report) co_return error_response(request, report.error());
  if (!*report) {
    co_return http::problem(request, 404, "audit.none",
                            "No audit was made of this installation yet; `dhii-mail audit` makes one.");
  }
  boost::system::error_code error;
  json::value result = json::parse((*report)->summary, error);  // our own words
  co_return http::json_response(200, json::serialize(json::object{{"at", iso_time((*report)->at)},
                                                                  {"score", (*report)->score},
                                                                  {"result", error ? json::value(nullptr) : result}}));
}

}  // namespace dhii::api
