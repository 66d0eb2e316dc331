#include "api/key_routes.hpp"

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
using store::KeyKind;

constexpr std::size_t kMaxNetworkBytes = 64;
constexpr std::size_t kMaxScopeBytes = 32;

std::optional<std::int64_t> id_of(const Request& request, KeyKind kind) {
  std::string_view text = request.parameter("id");
  if (!text.starts_with(kind == KeyKind::kApiKey ? 'k' : 'p')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

Response not_found(const Request& request) { return error_response(request, Error(auth::KeyError::kNotFound)); }

json::value time_or_null(Timestamp when) {
  return when == Timestamp{} ? json::value(nullptr) : json::value(iso_time(when));
}

json::object to_json(const store::AccessKey& key) {
  json::array scopes;
  for (const http::Scope s : http::kAllScopes) {
    if (http::Scopes::of_bits(key.scopes).has(s)) scopes.emplace_back(http::scope_name(s));
  }
  json::object out{{"id", auth::key_id_text(key.kind, key.id)},
                   {"name", key.name},
                   {"hint", key.hint},
                   {"scopes", std::move(scopes)},
                   {"created_at", iso_time(key.created_at)},
                   {"expires_at", time_or_null(key.expires_at)},
                   {"revoked_at", time_or_null(key.revoked_at)},
                   {"last_used_at", time_or_null(key.last_used_at)},
                   {"last_address", key.last_address.empty() ? json::value(nullptr) : json::value(key.last_address)}};
  if (key.kind == KeyKind::kApiKey) {
    json::array networks;
    for (const std::string& n : key.networks) networks.emplace_back(n);
    out["allowed_networks"] = std::move(networks);
  }
  return out;
}

std::optional<http::Scopes> read_scopes(JsonInput& in) {
  const auto names = in.optional_texts("scopes", http::kAllScopes.size(), kMaxScopeBytes);
  if (!names) return std::nullopt;
  http::Scopes out;
  for (const std::string& name : *names) {
    const auto scope = http::parse_scope(name);
    if (!scope) {
      in.reject("scopes", "must hold names of scopes only");
      break;
    }
    out.add(*scope);
  }
  return out;
}

auth::NewKey read_new(JsonInput& in, KeyKind kind) {
  auth::NewKey out;
  out.name = in.text("name", auth::kMaxKeyNameBytes);
  const auto scopes = read_scopes(in);
  if (kind == KeyKind::kAppPassword)
    out.scopes = scopes.value_or(auth::kAppPasswordScopes);
  else if (scopes)
    out.scopes = *scopes;
  else
    in.require("scopes");
  out.expires_at = in.optional_time("expires_at").value_or(Timestamp{});
  if (kind == KeyKind::kApiKey)
    out.networks = in.optional_texts("allowed_networks", auth::kMaxNetworksPerKey, kMaxNetworkBytes)
                       .value_or(std::vector<std::string>());
  return out;
}

Response made(const Request& request, const Result<auth::MadeKey>& key) {
  if (!key) return error_response(request, key.error());
  json::object out = to_json(key->key);
  out[key->key.kind == KeyKind::kApiKey ? "key" : "password"] = key->secret.reveal();
  return http::json_response(201, json::serialize(out));
}

Response one(const Request& request, const Result<store::AccessKey>& key) {
  return key ? http::json_response(200, json::serialize(to_json(*key))) : error_response(request, key.error());
}

}  // namespace

void KeyRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const Access session(Permission::kUser);           // no key makes or sees keys
  const Access confirmed = session.needs_step_up();  // THREATS.md: app passwords, and what is as good as one
  const auto add = [&](Method method, const char* path, Access access, http::BodyRule body, http::Handler handler) {
    router.add({method, path, access, RateClass::kApi, body, std::move(handler)});
  };
  add(Method::kGet, "/api/v1/app-passwords", session, none,
      [this](Request& r) { return list(r, KeyKind::kAppPassword); });
  add(Method::kPost, "/api/v1/app-passwords", confirmed, small, [this](Request& r) { return create_app_password(r); });
  add(Method::kDelete, "/api/v1/app-passwords/{id}", session, none,
      [this](Request& r) { return revoke(r, KeyKind::kAppPassword); });
  add(Method::kGet, "/api/v1/api-keys", session, none, [this](Request& r) { return list(r, KeyKind::kApiKey); });
  add(Method::kPost, "/api/v1/api-keys", confirmed, small, [this](Request& r) { return create_api_key(r); });
  add(Method::kGet, "/api/v1/api-keys/{id}", session, none, [this](Request& r) { return get(r); });
  add(Method::kPatch, "/api/v1/api-keys/{id}", confirmed, small, [this](Request& r) { return update(r); });
  add(Method::kDelete, "/api/v1/api-keys/{id}", session, none,
      [this](Request& r) { return revoke(r, KeyKind::kApiKey); });
  add(Method::kGet, "/api/v1/api-keys/{id}/uses", session, none, [this](Request& r) { return uses(r); });
}

KeyRoutes::Answer KeyRoutes::list(Request& request, KeyKind kind) {
  const auto all = co_await keys_.list(request.user(), kind);
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& key : *all) list.push_back(to_json(key));
  const char* name = kind == KeyKind::kApiKey ? "api_keys" : "app_passwords";
  co_return http::json_response(200, json::serialize(json::object{{name, std::move(list)}}));
}

KeyRoutes::Answer KeyRoutes::create_api_key(Request& request) {
  JsonInput in(request.body);
  auth::NewKey wanted = read_new(in, KeyKind::kApiKey);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return made(
      request, co_await keys_.create(*request.principal, KeyKind::kApiKey, std::move(wanted), request.client_address));
}

KeyRoutes::Answer KeyRoutes::create_app_password(Request& request) {
  JsonInput in(request.body);
  auth::NewKey wanted = read_new(in, KeyKind::kAppPassword);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return made(request, co_await keys_.create(*request.principal, KeyKind::kAppPassword, std::move(wanted),
                                                request.client_address));
}

KeyRoutes::Answer KeyRoutes::get(Request& request) {
  const auto id = id_of(request, KeyKind::kApiKey);
  if (!id) co_return not_found(request);
  co_return one(request, co_await keys_.get(*request.principal, KeyKind::kApiKey, *id, request.client_address));
}

KeyRoutes::Answer KeyRoutes::update(Request& request) {
  const auto id = id_of(request, KeyKind::kApiKey);
  if (!id) co_return not_found(request);
  JsonInput in(request.body);
  auth::KeyPatch patch;
  patch.name = in.optional_text("name", auth::kMaxKeyNameBytes);
  if (patch.name && patch.name->empty()) in.reject("name", "must not be empty");
  patch.scopes = read_scopes(in);
  patch.networks = in.optional_texts("allowed_networks", auth::kMaxNetworksPerKey, kMaxNetworkBytes);
  patch.expires_at = in.optional_time("expires_at");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  co_return one(request, co_await keys_.update(*request.principal, *id, std::move(patch), request.client_address));
}

KeyRoutes::Answer KeyRoutes::revoke(Request& request, KeyKind kind) {
  const auto id = id_of(request, kind);
  if (!id) co_return not_found(request);
  const auto done = co_await keys_.revoke(*request.principal, kind, *id, request.client_address);
  co_return done ? http::no_content() : error_response(request, done.error());
}

KeyRoutes::Answer KeyRoutes::uses(Request& request) {
  const auto id = id_of(request, KeyKind::kApiKey);
  if (!id) co_return not_found(request);
  const auto all = co_await keys_.uses(*request.principal, *id, request.client_address);
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& use : *all) {
    list.push_back(json::object{{"address", use.address},
                                {"route", use.route},
                                {"status", use.status},
                                {"count", use.count},
                                {"first_at", iso_time(use.first_at)},
                                {"last_at", iso_time(use.last_at)}});
  }
  co_return http::json_response(200, json::serialize(json::object{{"uses", std::move(list)}}));
}

}  // namespace dhii::api
