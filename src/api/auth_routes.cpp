#include "api/auth_routes.hpp"

#include <array>
#include <cmath>

#include "api/cookies.hpp"
#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "api/json_out.hpp"
#include "api/sign_in_json.hpp"
#include "auth/password_rules.hpp"
#include "auth/password_strength.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::size_t kMaxDisplayName = 200;

Response done(const Request& request, const Result<void>& result) {
  return result ? http::no_content() : error_response(request, result.error());
}

auth::NewUser new_user(JsonInput& in) {
  auth::NewUser user;
  user.login = in.text("login", 128);
  user.display_name = in.optional_text("display_name", kMaxDisplayName).value_or("");
  return user;
}

}  // namespace

void AuthRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  // Public: these are how one gets a token. Guarded by the auth rate, the attempt guard and the one-time tokens.
  router.add({Method::kGet, "/api/v1/setup", Permission::kPublic, RateClass::kApi, none,
              [this](Request& r) { return get_setup(r); }});
  router.add({Method::kPost, "/api/v1/setup", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return setup(r); }});
  router.add({Method::kPost, "/api/v1/auth/login", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return login(r); }});
  router.add({Method::kPost, "/api/v1/auth/register", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return register_user(r); }});
  router.add({Method::kPost, "/api/v1/auth/refresh", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return refresh(r); }});
  // Public: must work with an expired access token; ends nothing but the session whose token is shown.
  router.add({Method::kPost, "/api/v1/auth/logout", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return logout(r); }});
  router.add({Method::kGet, "/api/v1/auth/me", http::Access(Permission::kUser, http::kAnyCredential).while_enrolling(),
              RateClass::kApi, none, [this](Request& r) { return me(r); }});
  router.add({Method::kGet, "/api/v1/auth/sessions", Permission::kUser, RateClass::kApi, none,
              [this](Request& r) { return sessions(r); }});
  router.add({Method::kDelete, "/api/v1/auth/sessions", Permission::kUser, RateClass::kApi, none,
              [this](Request& r) { return end_other_sessions(r); }});
  router.add({Method::kDelete, "/api/v1/auth/sessions/{id}", Permission::kUser, RateClass::kApi, none,
              [this](Request& r) { return end_session(r); }});
  router.add({Method::kPost, "/api/v1/auth/password", Permission::kUser, RateClass::kAuth, small,
              [this](Request& r) { return change_password(r); }});
  // Public: forms ask while one types a first password. Says nothing of anybody; the work is bounded.
  router.add({Method::kPost, "/api/v1/auth/password/check", Permission::kPublic, RateClass::kApi, small,
              [this](Request& r) { return check_password(r); }});
}

AuthRoutes::Answer AuthRoutes::get_setup(Request& request) {
  const auto needed = co_await auth_.setup_needed();
  if (!needed) co_return error_response(request, needed.error());
  co_return http::json_response(200, json::serialize(json::object{{"needed", *needed}}));
}

AuthRoutes::Answer AuthRoutes::setup(Request& request) {
  JsonInput in(request.body);
  std::string token = in.text("token");
  auth::NewUser user = new_user(in);
  Secret password = in.secret("password");
  const bool web = takes_cookie(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return sign_in_answer(
      request, co_await auth_.setup(std::move(token), std::move(user), std::move(password), client_of(request, web)));
}

AuthRoutes::Answer AuthRoutes::login(Request& request) {
  JsonInput in(request.body);
  std::string login = in.text("login", 320);
  Secret password = in.secret("password");
  const bool web = takes_cookie(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto outcome = co_await auth_.login(std::move(login), std::move(password), client_of(request, web));
  if (!outcome) co_return error_response(request, outcome.error());
  co_return outcome->signed_in ? signed_in(request, *outcome->signed_in) : challenge_answer(*outcome->second_factor);
}

AuthRoutes::Answer AuthRoutes::register_user(Request& request) {
  JsonInput in(request.body);
  std::string invitation = in.optional_text("invitation").value_or("");
  auth::NewUser user = new_user(in);
  Secret password = in.secret("password");
  const bool web = takes_cookie(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return sign_in_answer(request, co_await auth_.register_user(std::move(invitation), std::move(user),
                                                                 std::move(password), client_of(request, web)));
}

AuthRoutes::Answer AuthRoutes::refresh(Request& request) {
  JsonInput in(request.body);
  auto token = in.optional_secret("refresh_token");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  auto cookie = refresh_cookie(request);
  const bool from_cookie = !token && cookie.has_value();
  if (from_cookie) token = Secret::take(std::move(*cookie));
  if (!token) co_return error_response(request, Error(auth::AuthError::kRefreshInvalid));
  const auto result = co_await auth_.refresh(std::move(*token), client_of(request, from_cookie));
  Response response = sign_in_answer(request, result);
  if (!result && from_cookie && result.error().is(auth::AuthError::kRefreshInvalid))
    clear_refresh_cookie(request, response);
  co_return response;
}

AuthRoutes::Answer AuthRoutes::logout(Request& request) {
  JsonInput in(request.body);
  auto token = in.optional_secret("refresh_token");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  if (const auto header = request.headers.find("Authorization")) {
    if (const auto who = co_await auth_.authenticate(request, *header)) {
      if (const auto ended = co_await auth_.logout(*who); !ended) co_return error_response(request, ended.error());
    }
  }
  if (auto cookie = refresh_cookie(request); cookie && !token) token = Secret::take(std::move(*cookie));
  if (token) {
    if (const auto ended = co_await auth_.logout_by_refresh(std::move(*token)); !ended)
      co_return error_response(request, ended.error());
  }
  Response response = http::no_content();
  clear_refresh_cookie(request, response);
  co_return response;
}

AuthRoutes::Answer AuthRoutes::me(Request& request) {
  const auto user = co_await auth_.me(*request.principal);
  if (!user) co_return error_response(request, user.error());
  json::object out = to_json(*user);
  out["second_factor_missing"] = request.principal->lacks_factor;
  co_return http::json_response(200, json::serialize(out));
}

AuthRoutes::Answer AuthRoutes::sessions(Request& request) {
  const auto all = co_await auth_.sessions(*request.principal);
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& s : *all) list.push_back(to_json(s, request.principal->session));
  co_return http::json_response(200, json::serialize(json::object{{"sessions", std::move(list)}}));
}

AuthRoutes::Answer AuthRoutes::end_session(Request& request) {
  const auto id = parse_session_id(request.parameter("id"));
  if (!id) co_return error_response(request, Error(auth::AuthError::kSessionNotFound));
  co_return done(request, co_await auth_.revoke(*request.principal, *id));
}

AuthRoutes::Answer AuthRoutes::end_other_sessions(Request& request) {
  co_return done(request, co_await auth_.revoke_others(*request.principal));
}

AuthRoutes::Answer AuthRoutes::change_password(Request& request) {
  JsonInput in(request.body);
  Secret current = in.secret("current_password");
  Secret fresh = in.secret("new_password");
  const bool end_keys = in.optional_flag("end_keys").value_or(false);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto changed =
      co_await auth_.change_password(*request.principal, std::move(current), std::move(fresh), request.client_address);
  if (changed) {
    auth::EndedKeys ended;
    if (end_keys) {
      const auto all = co_await keys_.end_all_of(request.user(), request.client_address);
      if (!all) co_return error_response(request, all.error());
      ended = *all;
    }
    co_return renewed_answer(request, *changed, 200, {{"ended", to_json(ended)}});
  }
  const Error& e = changed.error();
  // Not 401: the access token is fine, and a client would refresh it and try the wrong password again.
  if (e.is(auth::AuthError::kInvalidCredentials)) {
    co_return http::to_response(
        {422, "auth.wrong_password", "The current password is not right.", {{"/current_password", "is not right"}}, {}},
        request.request_id);
  }
  if (e.is(auth::AuthError::kWeakPassword)) {
    co_return http::to_response({422, e.id(), e.message(), {{"/new_password", e.message()}}, {}}, request.request_id);
  }
  co_return error_response(request, e);
}

AuthRoutes::Answer AuthRoutes::check_password(Request& request) {
  JsonInput in(request.body);
  const Secret password = in.secret("password");
  const std::string login = in.optional_text("login", 320).value_or("");
  const std::string name = in.optional_text("display_name", kMaxDisplayName).value_or("");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const std::array<std::string, 3> about_user{login, name, "dhii-mail"};
  const auto strength = auth::estimate_strength(password.reveal(), about_user);
  const auto allowed = auth::check_password(password, login);
  json::array advice;
  for (const std::string_view line : strength.advice) advice.emplace_back(line);
  json::object out{{"score", strength.score},
                   {"log10_guesses", std::round(strength.log10_guesses * 10) / 10},
                   {"acceptable", allowed.has_value()},
                   {"advice", std::move(advice)}};
  if (!allowed)
    out["warning"] = allowed.error().detail();
  else if (!strength.warning.empty())
    out["warning"] = strength.warning;
  co_return http::json_response(200, json::serialize(out));
}

}  // namespace dhii::api
