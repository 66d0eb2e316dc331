#include "api/account_routes.hpp"

#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "api/json_out.hpp"
#include "jmap/service.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::size_t kMaxNameBytes = 200;

Response answer(const Request& request, int status, const Result<AccountView>& account) {
  if (!account) return error_response(request, account.error());
  Response response = http::json_response(status, account_json(*account));
  if (status == 201) response.headers.add("Location", "/api/v1/accounts/" + jmap::account_id_text(account->id));
  return response;
}

AccountDraft draft_of(JsonInput& in) {
  AccountDraft draft;
  draft.name = in.optional_text("name", kMaxNameBytes).value_or("");
  draft.email = in.email("email");
  draft.password = in.secret("password");
  draft.imap = in.server("imap");
  draft.smtp = in.server("smtp");
  return draft;
}

Response no_such_account(const Request& request) { return error_response(request, Error(AccountError::kNotFound)); }

}  // namespace

void AccountRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const http::Access read(Permission::kUser, http::Scope::kMailRead);
  const http::Access manage(Permission::kUser, http::Scope::kAccountsManage);
  const http::Access credentials = manage.needs_step_up();  // THREATS.md: account credentials
  const auto add = [&](Method method, const char* path, http::Access access, http::BodyRule body, auto handler) {
    router.add(
        {method, path, access, RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/accounts", read, none, &AccountRoutes::list);
  add(Method::kPost, "/api/v1/accounts", credentials, small, &AccountRoutes::create);
  add(Method::kPost, "/api/v1/accounts/sample", manage, small, &AccountRoutes::create_sample);
  add(Method::kPost, "/api/v1/accounts/discover", manage, small, &AccountRoutes::discover);
  add(Method::kPost, "/api/v1/accounts/test", manage, small, &AccountRoutes::test);
  add(Method::kGet, "/api/v1/accounts/{id}", read, none, &AccountRoutes::get);
  add(Method::kPatch, "/api/v1/accounts/{id}", credentials, small, &AccountRoutes::update);
  add(Method::kDelete, "/api/v1/accounts/{id}", manage, none, &AccountRoutes::remove);
  add(Method::kPost, "/api/v1/accounts/{id}/sync", manage, small, &AccountRoutes::sync_now);
  add(Method::kPost, "/api/v1/accounts/{id}/pause", manage, small, &AccountRoutes::pause);
  add(Method::kPost, "/api/v1/accounts/{id}/resume", manage, small, &AccountRoutes::resume);
}

AccountRoutes::Answer AccountRoutes::list(Request& request) {
  const auto all = co_await accounts_.list(request.user());
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const AccountView& account : *all) list.push_back(to_json(account));
  co_return http::json_response(200, json::serialize(json::object{{"accounts", std::move(list)}}));
}

AccountRoutes::Answer AccountRoutes::create(Request& request) {
  JsonInput in(request.body);
  AccountDraft draft = draft_of(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 201, co_await accounts_.create(request.user(), std::move(draft)));
}

AccountRoutes::Answer AccountRoutes::create_sample(Request& request) {
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 201, co_await accounts_.create_sample(request.user()));
}

AccountRoutes::Answer AccountRoutes::discover(Request& request) {
  JsonInput in(request.body);
  std::string email = in.email("email");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto found = co_await accounts_.discover(std::move(email));
  if (!found) co_return error_response(request, found.error());
  json::array list;
  for (const Candidate& candidate : *found) list.push_back(to_json(candidate));
  co_return http::json_response(200, json::serialize(json::object{{"candidates", std::move(list)}}));
}

AccountRoutes::Answer AccountRoutes::test(Request& request) {
  JsonInput in(request.body);
  AccountDraft draft = draft_of(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto outcome = co_await accounts_.test(std::move(draft));
  if (!outcome) co_return error_response(request, outcome.error());
  co_return http::json_response(200, json::serialize(to_json(*outcome)));
}

AccountRoutes::Answer AccountRoutes::get(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  co_return answer(request, 200, co_await accounts_.get(request.user(), *id));
}

AccountRoutes::Answer AccountRoutes::update(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  JsonInput in(request.body);
  AccountPatch patch;
  patch.name = in.optional_text("name", kMaxNameBytes);
  patch.password = in.optional_secret("password");
  patch.imap = in.optional_server("imap");
  patch.smtp = in.optional_server("smtp");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 200, co_await accounts_.update(request.user(), *id, std::move(patch)));
}

AccountRoutes::Answer AccountRoutes::remove(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  const auto removed = co_await accounts_.remove(request.user(), *id);
  co_return removed ? http::no_content() : error_response(request, removed.error());
}

AccountRoutes::Answer AccountRoutes::sync_now(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto started = co_await accounts_.sync_now(request.user(), *id);
  if (!started) co_return error_response(request, started.error());
  co_return http::json_response(202, "{}");
}

AccountRoutes::Answer AccountRoutes::pause(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  co_return answer(request, 200, co_await accounts_.pause(request.user(), *id));
}

AccountRoutes::Answer AccountRoutes::resume(Request& request) {
  const auto id = jmap::parse_account_id(request.parameter("id"));
  if (!id) co_return no_such_account(request);
  co_return answer(request, 200, co_await accounts_.resume(request.user(), *id));
}

}  // namespace dhii::api
