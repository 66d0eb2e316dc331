#include "api/user_routes.hpp"

#include <charconv>

#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "api/json_out.hpp"
#include "base/bytes.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Access;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using http::Scope;

constexpr std::size_t kMaxDisplayName = 200;

json::object view_json(const auth::UserView& view) {
  json::object out = to_json(view.user);
  out["deletion_at"] = view.deletion_at ? json::value(iso_time(*view.deletion_at)) : json::value(nullptr);
  return out;
}

Response answer(const Request& request, int status, const Result<auth::UserView>& user) {
  return user ? http::json_response(status, json::serialize(view_json(*user))) : error_response(request, user.error());
}

Response done(const Request& request, const Result<void>& result) {
  return result ? http::no_content() : error_response(request, result.error());
}

std::optional<UserId> id_of(const Request& request) {
  std::string_view text = request.parameter("id");
  if (!text.starts_with('u')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return UserId(id);
}

Response not_found(const Request& request) { return error_response(request, Error(auth::UserError::kNotFound)); }

std::optional<store::UserRole> read_role(JsonInput& in) {
  const auto name = in.optional_text("role");
  if (!name) return std::nullopt;
  for (const auto role : {store::UserRole::kUser, store::UserRole::kAdministrator, store::UserRole::kAuditor}) {
    if (store::user_role_name(role) == *name) return role;
  }
  in.reject("role", "must be user, auditor or administrator");
  return std::nullopt;
}

}  // namespace

void UserRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const Access any(Permission::kUser, http::kAnyCredential);
  const Access session(Permission::kUser);
  // Public: who resets a password has no session. The same answer whoever is asked for; the token of the link proves
  // the rest.
  router.add({Method::kPost, "/api/v1/auth/password-reset", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return ask_reset(r); }});
  router.add({Method::kPost, "/api/v1/auth/password-reset/confirm", Permission::kPublic, RateClass::kAuth, small,
              [this](Request& r) { return confirm_reset(r); }});
  router.add({Method::kGet, "/api/v1/me", any, RateClass::kApi, none, [this](Request& r) { return me(r); }});
  router.add(
      {Method::kPatch, "/api/v1/me", session, RateClass::kApi, small, [this](Request& r) { return update_me(r); }});
  router.add({Method::kDelete, "/api/v1/me", session.needs_step_up(), RateClass::kAuth, none,
              [this](Request& r) { return remove_me(r); }});
  router.add({Method::kPost, "/api/v1/me/restore", session, RateClass::kApi, small,
              [this](Request& r) { return restore_me(r); }});
  add_users_to(router);
}

void UserRoutes::add_users_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const Access admin(Permission::kAdministrator, Scope::kAdmin);
  // Who may come in and as what: a stolen session must not make itself a second administrator.
  const Access confirmed = admin.needs_step_up();
  const auto add = [&](Method method, const char* path, Access access, http::BodyRule body, http::Handler handler) {
    router.add({method, path, access, RateClass::kApi, body, std::move(handler)});
  };
  // A link to a new password is as good as the password: only a person may make one, not a key.
  const Access person = Access(Permission::kAdministrator).needs_step_up();
  add(Method::kGet, "/api/v1/users", admin, none, [this](Request& r) { return list(r); });
  add(Method::kGet, "/api/v1/users/invitations", admin, none, [this](Request& r) { return invitations(r); });
  add(Method::kPost, "/api/v1/users/invitations", confirmed, small, [this](Request& r) { return invite(r); });
  add(Method::kDelete, "/api/v1/users/invitations/{id}", admin, none,
      [this](Request& r) { return revoke_invitation(r); });
  add(Method::kGet, "/api/v1/users/{id}", admin, none, [this](Request& r) { return get(r); });
  add(Method::kPatch, "/api/v1/users/{id}", confirmed, small, [this](Request& r) { return update(r); });
  add(Method::kDelete, "/api/v1/users/{id}", person, none, [this](Request& r) { return remove(r); });
  add(Method::kPost, "/api/v1/users/{id}/restore", admin, small, [this](Request& r) { return restore(r); });
  add(Method::kDelete, "/api/v1/users/{id}/sessions", admin, none, [this](Request& r) { return end_sessions(r); });
  add(Method::kPost, "/api/v1/users/{id}/password-reset", person, small,
      [this](Request& r) { return make_reset_link(r); });
}

// ---- users, for administrators

UserRoutes::Answer UserRoutes::list(Request& request) {
  const auto all = co_await users_.list();
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& user : *all) list.push_back(view_json(user));
  co_return http::json_response(200, json::serialize(json::object{{"users", std::move(list)}}));
}

UserRoutes::Answer UserRoutes::get(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  co_return answer(request, 200, co_await users_.get(*id));
}

UserRoutes::Answer UserRoutes::update(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  JsonInput in(request.body);
  store::UserChange change;
  change.display_name = in.optional_text("display_name", kMaxDisplayName);
  change.role = read_role(in);
  change.disabled = in.optional_flag("disabled");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 200,
                   co_await users_.change(*request.principal, *id, std::move(change), request.client_address));
}

UserRoutes::Answer UserRoutes::remove(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  co_return answer(request, 202, co_await users_.plan_deletion(*request.principal, *id, request.client_address));
}

UserRoutes::Answer UserRoutes::restore(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 200, co_await users_.restore(*request.principal, *id, request.client_address));
}

UserRoutes::Answer UserRoutes::end_sessions(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  co_return done(request, co_await users_.end_sessions(*request.principal, *id, request.client_address));
}

UserRoutes::Answer UserRoutes::make_reset_link(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto link = co_await resets_.make_link(*request.principal, *id, base_of(request), request.client_address);
  if (!link) co_return error_response(request, link.error());
  co_return http::json_response(
      201, json::serialize(json::object{{"link", link->link}, {"expires_at", iso_time(link->expires_at)}}));
}

// ---- invitations

UserRoutes::Answer UserRoutes::invite(Request& request) {
  JsonInput in(request.body);
  const auto role = read_role(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto invitation = co_await auth_.invite(*request.principal, role.value_or(store::UserRole::kUser));
  if (!invitation) co_return error_response(request, invitation.error());
  co_return http::json_response(
      201, json::serialize(json::object{{"invitation", invitation->token},
                                        {"link", base_of(request) + "/#/register?invitation=" + invitation->token},
                                        {"expires_at", iso_time(invitation->expires_at)}}));
}

UserRoutes::Answer UserRoutes::invitations(Request& request) {
  const auto all = co_await users_.invitations();
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& i : *all) {
    list.push_back(json::object{{"id", auth::invitation_id_text(i)},
                                {"role", store::user_role_name(i.role)},
                                {"created_by", user_id_text(i.created_by)},
                                {"expires_at", iso_time(i.expires_at)}});
  }
  co_return http::json_response(200, json::serialize(json::object{{"invitations", std::move(list)}}));
}

UserRoutes::Answer UserRoutes::revoke_invitation(Request& request) {
  std::string id(request.parameter("id"));
  co_return done(request, co_await users_.revoke_invitation(*request.principal, std::move(id), request.client_address));
}

// ---- one's own account

UserRoutes::Answer UserRoutes::me(Request& request) {
  co_return answer(request, 200, co_await users_.get(request.user()));
}

UserRoutes::Answer UserRoutes::update_me(Request& request) {
  JsonInput in(request.body);
  store::UserChange change;
  change.display_name = in.optional_text("display_name", kMaxDisplayName);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(
      request, 200,
      co_await users_.change(*request.principal, request.user(), std::move(change), request.client_address));
}

UserRoutes::Answer UserRoutes::remove_me(Request& request) {
  co_return answer(request, 202,
                   co_await users_.plan_deletion(*request.principal, request.user(), request.client_address));
}

UserRoutes::Answer UserRoutes::restore_me(Request& request) {
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return answer(request, 200, co_await users_.restore(*request.principal, request.user(), request.client_address));
}

// ---- password reset

UserRoutes::Answer UserRoutes::ask_reset(Request& request) {
  JsonInput in(request.body);
  std::string login = in.text("login", 320);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  resets_.ask(std::move(login), request.client_address);
  co_return http::json_response(202, json::serialize(json::object{{"mail", resets_.can_mail()}}));
}

UserRoutes::Answer UserRoutes::confirm_reset(Request& request) {
  JsonInput in(request.body);
  Secret token = in.secret("token");
  Secret fresh = in.secret("new_password");
  const auto keys = in.optional_flag("keep_keys").value_or(false) ? auth::KeyFate::kKeep : auth::KeyFate::kEnd;
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto set = co_await resets_.confirm(std::move(token), std::move(fresh), keys, request.client_address);
  if (!set && set.error().is(auth::AuthError::kWeakPassword)) {
    const Error& e = set.error();
    co_return http::to_response({422, e.id(), e.message(), {{"/new_password", e.message()}}, {}}, request.request_id);
  }
  if (!set) co_return error_response(request, set.error());
  co_return http::json_response(200, json::serialize(json::object{{"ended", to_json(*set)}}));
}

}  // namespace dhii::api
