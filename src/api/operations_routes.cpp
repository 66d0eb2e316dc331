#include "api/operations_routes.hpp"

#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "http/problem.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using http::Scope;

constexpr std::size_t kMaxNote = 8 * 1024;  // what the store takes
constexpr std::size_t kMaxCode = 64;

Response refused(const Request& request, const Error& error) {
  if (error.is(OperationsError::kNoSuchTask)) return http::problem(request, 404, error);
  if (error.is(OperationsError::kBusy)) return http::problem(request, 409, error);
  return error_response(request, error);
}
Response answer(const Request& request, const Result<json::object>& result) {
  return result ? http::json_response(200, json::serialize(*result)) : refused(request, result.error());
}
Response answer(const Request& request, const Result<std::string>& text) {
  return text ? http::json_response(200, *text) : refused(request, text.error());
}

}  // namespace

ErrorText describe(OperationsError e) {
  switch (e) {
    case OperationsError::kNoSuchTask:
      return {"security.no_such_task", "There is no such task; GET /api/v1/security/tasks lists them."};
    case OperationsError::kBusy:
      return {"security.check_running", "The checks are running already; ask for their result in a moment."};
  }
  return {"security.operations", "That could not be done."};
}

void OperationsRoutes::add_to(http::Router& router) {
  const auto none = http::BodyRule::none();
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const http::Access read(Permission::kAuditor, Scope::kSecurityRead);
  router.add(
      {Method::kGet, "/api/v1/security/checks", read, RateClass::kApi, none, [this](Request& r) { return checks(r); }});
  router.add({Method::kPost, "/api/v1/security/checks", Permission::kAdministrator, RateClass::kApi, small,
              [this](Request& r) { return run_checks(r); }});
  router.add({Method::kPost, "/api/v1/security/checks/canary", Permission::kAdministrator, RateClass::kApi, small,
              [this](Request& r) { return canary(r); }});
  router.add({Method::kGet, "/api/v1/security/checks/canary", read, RateClass::kApi, none,
              [this](Request& r) { return canary_report(r); }});
  router.add(
      {Method::kGet, "/api/v1/security/tasks", read, RateClass::kApi, none, [this](Request& r) { return tasks(r); }});
  router.add({Method::kPost, "/api/v1/security/tasks/{id}/done", Permission::kAdministrator, RateClass::kApi, small,
              [this](Request& r) { return task_done(r); }});
  router.add({Method::kGet, "/api/v1/security/backups", read, RateClass::kApi, none,
              [this](Request& r) { return backups(r); }});
  // Public: whoever found a weakness must learn whom to tell (RFC 9116).
  router.add({Method::kGet, "/.well-known/security.txt", Permission::kPublic, RateClass::kApi, none,
              [this](Request& r) { return security_txt(r); }});
}

OperationsRoutes::Answer OperationsRoutes::checks(Request& request) {
  co_return answer(request, co_await service_.checks());
}

OperationsRoutes::Answer OperationsRoutes::run_checks(Request& request) {
  JsonInput in(request.body);
  if (in.optional_text("kind", 8).value_or("pre") != "pre")
    in.reject("kind", "must be \"pre\": the other list is looked at from outside");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, co_await service_.run_pre());
}

OperationsRoutes::Answer OperationsRoutes::canary(Request& request) {
  JsonInput in(request.body);
  std::string code = in.text("code", kMaxCode);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  service_.canary(std::move(code), request.user());
  co_return http::no_content();
}

OperationsRoutes::Answer OperationsRoutes::canary_report(Request& request) {
  co_return answer(request, Result<boost::json::object>(service_.canary_report()));
}

OperationsRoutes::Answer OperationsRoutes::tasks(Request& request) {
  co_return answer(request, co_await service_.tasks());
}

OperationsRoutes::Answer OperationsRoutes::task_done(Request& request) {
  JsonInput in(request.body);
  std::string note = in.optional_text("note", kMaxNote).value_or("");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  std::string id(request.parameter("id"));
  const UserId by = request.user();
  co_return answer(request, co_await service_.task_done(std::move(id), by, std::move(note)));
}

OperationsRoutes::Answer OperationsRoutes::backups(Request& request) {
  co_return answer(request, co_await service_.backups());
}

OperationsRoutes::Answer OperationsRoutes::security_txt(Request& request) {
  const std::string text = service_.security_txt();
  if (text.empty())
    co_return http::to_response({404, "http.not_found", "No contact is configured; set DHII_SECURITY_CONTACT.", {}, {}},
                                request.request_id);
  Response response;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Cache-Control", "max-age=86400");
  response.body = text;
  co_return response;
}

}  // namespace dhii::api
