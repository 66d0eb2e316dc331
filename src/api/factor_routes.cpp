#include "api/factor_routes.hpp"

#include "api/errors.hpp"
#include "api/factor_json.hpp"
#include "api/json_in.hpp"
#include "api/json_out.hpp"
#include "api/sign_in_json.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using auth::AuthError;
using auth::FactorMethod;
using auth::webauthn::UserVerification;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

constexpr std::size_t kMaxChallengeText = 100;

// "method" and what belongs to it: "password", "code" or "passkey".
auth::Proof take_proof(JsonInput& in, bool with_password) {
  auth::Proof proof;
  const std::string name = in.text("method", 20);
  const auto method = auth::parse_factor_method(name);
  auto code = in.optional_secret("code");
  auto password = with_password ? in.optional_secret("password") : std::nullopt;
  proof.passkey = take_assertion(in, "passkey");
  if (!method || (*method == FactorMethod::kPassword && !with_password)) {
    if (!name.empty())
      in.reject("method", with_password ? "must be password, totp, recovery_code or passkey"
                                        : "must be totp, recovery_code or passkey");
    return proof;
  }
  proof.method = *method;
  const auto need = [&](std::string_view field, std::optional<Secret>& value) {
    if (!value) in.reject(field, "is missing");
    proof.text = std::move(value).value_or(Secret());
  };
  if (*method == FactorMethod::kPassword)
    need("password", password);
  else if (*method != FactorMethod::kPasskey)
    need("code", code);
  else if (!proof.passkey)
    in.reject("passkey", "is missing");
  return proof;
}

Response done(const Request& request, const Result<void>& result) {
  return result ? http::no_content() : error_response(request, result.error());
}

// To a person who is not signed in, a factor that is refused is a sign-in that is refused.
Response refused_sign_in(const Request& request, const Error& error) {
  const bool about_factor = error.is(AuthError::kBadFactor) || error.id().starts_with("webauthn.");
  if (!about_factor || error.is(auth::webauthn::WebAuthnError::kNoDomain)) return error_response(request, error);
  return http::to_response({401, error.id(), std::string(error.sentence()), {}, {}}, request.request_id);
}

}  // namespace

void FactorRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const auto add = [&](Method method, const char* path, http::Access access, RateClass rate, http::BodyRule body,
                       auto handler) {
    router.add({method, path, access, rate, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  using enum Permission;
  const auto confirmed = http::Access(kUser).needs_step_up();  // THREATS.md: second factors and recovery codes
  // What leads to a first factor is open to who lacks a required one.
  const auto enrolling = http::Access(kUser).while_enrolling();
  const auto adding = confirmed.while_enrolling();
  // Public: the steps of signing in. Guarded by the auth rate, single-use challenges and the attempt guards.
  add(Method::kPost, "/api/v1/auth/second-factor", kPublic, RateClass::kAuth, small, &FactorRoutes::second_factor);
  add(Method::kPost, "/api/v1/auth/passkey/options", kPublic, RateClass::kAuth, small, &FactorRoutes::passkey_options);
  add(Method::kPost, "/api/v1/auth/passkey", kPublic, RateClass::kAuth, small, &FactorRoutes::sign_in_with_passkey);
  add(Method::kPost, "/api/v1/auth/step-up/options", enrolling, RateClass::kApi, none, &FactorRoutes::step_up_options);
  add(Method::kPost, "/api/v1/auth/step-up", enrolling, RateClass::kAuth, small, &FactorRoutes::step_up);
  add(Method::kGet, "/api/v1/auth/factors", enrolling, RateClass::kApi, none, &FactorRoutes::summary);
  add(Method::kPost, "/api/v1/auth/totp", adding, RateClass::kApi, none, &FactorRoutes::start_totp);
  add(Method::kPost, "/api/v1/auth/totp/confirm", adding, RateClass::kAuth, small, &FactorRoutes::confirm_totp);
  add(Method::kDelete, "/api/v1/auth/totp", confirmed, RateClass::kApi, none, &FactorRoutes::remove_totp);
  add(Method::kGet, "/api/v1/auth/passkeys", enrolling, RateClass::kApi, none, &FactorRoutes::passkeys);
  add(Method::kPost, "/api/v1/auth/passkeys/options", adding, RateClass::kApi, none,
      &FactorRoutes::new_passkey_options);
  add(Method::kPost, "/api/v1/auth/passkeys", adding, RateClass::kApi, small, &FactorRoutes::add_passkey);
  add(Method::kPatch, "/api/v1/auth/passkeys/{id}", kUser, RateClass::kApi, small, &FactorRoutes::rename_passkey);
  add(Method::kDelete, "/api/v1/auth/passkeys/{id}", confirmed, RateClass::kApi, none, &FactorRoutes::remove_passkey);
  add(Method::kGet, "/api/v1/auth/recovery-codes", enrolling, RateClass::kApi, none, &FactorRoutes::recovery_codes);
  add(Method::kPost, "/api/v1/auth/recovery-codes", confirmed, RateClass::kApi, none,
      &FactorRoutes::new_recovery_codes);
  // Only a person: whoever can take somebody's second factor away is half way into the mail.
  add(Method::kDelete, "/api/v1/users/{id}/factors", http::Access(kAdministrator).needs_step_up(), RateClass::kApi,
      none, &FactorRoutes::remove_factors_of_user);
}

Result<auth::webauthn::RelyingParty> FactorRoutes::relying_party(const Request& request) const {
  return auth::webauthn::relying_party(public_url_, request.origin);
}

net::Task<auth::Actor> FactorRoutes::actor(const Request& request) {
  co_return co_await auth_.actor(*request.principal, request.client_address);
}

// ---- signing in

FactorRoutes::Answer FactorRoutes::second_factor(Request& request) {
  JsonInput in(request.body);
  std::string challenge = in.text("challenge", kMaxChallengeText);
  auth::Proof proof = take_proof(in, false);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  if (auto rp = relying_party(request)) proof.rp = std::move(*rp);
  const auto result = co_await auth_.second_factor(std::move(challenge), std::move(proof), client_of(request, false));
  co_return result ? signed_in(request, *result) : refused_sign_in(request, result.error());
}

FactorRoutes::Answer FactorRoutes::passkey_options(Request& request) {
  JsonInput in(request.body);
  auto challenge = in.optional_text("challenge", kMaxChallengeText);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  auto rp = relying_party(request);
  if (!rp) co_return error_response(request, rp.error());
  if (!challenge) {
    const auto question = factors_.open_question(std::move(*rp));
    co_return http::json_response(
        200, json::serialize(json::object{{"public_key", request_options(question, UserVerification::kRequired)}}));
  }
  const auto question =
      co_await auth_.second_factor_question(std::move(*challenge), std::move(*rp), client_of(request, false));
  if (!question) co_return error_response(request, question.error());
  co_return http::json_response(
      200, json::serialize(json::object{{"public_key", request_options(*question, UserVerification::kPreferred)}}));
}

FactorRoutes::Answer FactorRoutes::sign_in_with_passkey(Request& request) {
  JsonInput in(request.body);
  auto assertion = take_assertion(in, "passkey");
  if (!assertion) in.reject("passkey", "is missing");
  const bool web = takes_cookie(in);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  auto rp = relying_party(request);
  if (!rp) co_return error_response(request, rp.error());
  const auto result =
      co_await auth_.sign_in_with_passkey(std::move(*rp), std::move(*assertion), client_of(request, web));
  co_return result ? signed_in(request, *result) : refused_sign_in(request, result.error());
}

// ---- step-up

FactorRoutes::Answer FactorRoutes::step_up_options(Request& request) {
  std::optional<auth::webauthn::RelyingParty> rp;
  if (auto found = relying_party(request)) rp = std::move(*found);
  const auto options = co_await auth_.step_up_options(*request.principal, std::move(rp));
  if (!options) co_return error_response(request, options.error());
  json::object out{{"methods", methods_json(options->methods)}};
  if (options->passkey) out["public_key"] = request_options(*options->passkey, UserVerification::kPreferred);
  co_return http::json_response(200, json::serialize(out));
}

FactorRoutes::Answer FactorRoutes::step_up(Request& request) {
  JsonInput in(request.body);
  auth::Proof proof = take_proof(in, true);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  if (auto rp = relying_party(request)) proof.rp = std::move(*rp);
  const auto until = co_await auth_.step_up(*request.principal, std::move(proof), request.client_address);
  if (until) co_return http::json_response(200, json::serialize(json::object{{"valid_until", iso_time(*until)}}));
  // Not 401: the access token is fine, and a client would refresh it and try the wrong password again.
  if (until.error().is(AuthError::kInvalidCredentials)) {
    co_return http::to_response(
        {422, "auth.wrong_password", "The password is not right.", {{"/password", "is not right"}}, {}},
        request.request_id);
  }
  co_return error_response(request, until.error());
}

// ---- factors

FactorRoutes::Answer FactorRoutes::summary(Request& request) {
  const auto counts = co_await factors_.counts(request.user());
  if (!counts) co_return error_response(request, counts.error());
  json::object out{{"totp", counts->totp},
                   {"passkeys", counts->passkeys},
                   {"recovery_codes", counts->recovery_codes},
                   {"passkeys_possible", relying_party(request).has_value()}};
  if (auth_.has_stepped_up(*request.principal))
    out["stepped_up_until"] = iso_time(request.principal->stepped_up_at + auth::kStepUpLifetime);
  co_return http::json_response(200, json::serialize(out));
}

FactorRoutes::Answer FactorRoutes::factor_added(Request& request, auth::Actor who, int status, json::object answer) {
  const auto renewed = co_await auth_.credentials_changed(*request.principal);
  if (!renewed) co_return error_response(request, renewed.error());
  const auto counts = co_await factors_.counts(who.user);
  if (!counts) co_return error_response(request, counts.error());
  if (counts->recovery_codes == 0) {
    const auto codes = co_await factors_.make_recovery_codes(std::move(who));
    if (!codes) co_return error_response(request, codes.error());
    answer["recovery_codes"] = texts_json(*codes);
  } else {
    answer["recovery_codes"] = json::array();
  }
  co_return renewed_answer(request, *renewed, status, std::move(answer));
}

FactorRoutes::Answer FactorRoutes::factor_removed(Request& request) {
  const auto renewed = co_await auth_.credentials_changed(*request.principal);
  if (!renewed) co_return error_response(request, renewed.error());
  co_return renewed_answer(request, *renewed, 200, {});
}

FactorRoutes::Answer FactorRoutes::start_totp(Request& request) {
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  const auto started = co_await factors_.start_totp(std::move(*who));
  if (!started) co_return error_response(request, started.error());
  co_return http::json_response(
      200, json::serialize(json::object{{"secret", started->secret.reveal()},
                                        {"uri", started->uri.reveal()},
                                        {"expires_in", std::chrono::seconds(auth::kTotpEnrolmentLifetime).count()}}));
}

FactorRoutes::Answer FactorRoutes::confirm_totp(Request& request) {
  JsonInput in(request.body);
  Secret code = in.secret("code");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  if (const auto confirmed = co_await factors_.confirm_totp(*who, std::move(code)); !confirmed)
    co_return error_response(request, confirmed.error());
  co_return co_await factor_added(request, std::move(*who), 200, {});
}

FactorRoutes::Answer FactorRoutes::remove_totp(Request& request) {
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  if (const auto removed = co_await factors_.remove_totp(std::move(*who)); !removed)
    co_return error_response(request, removed.error());
  co_return co_await factor_removed(request);
}

// ---- passkeys

FactorRoutes::Answer FactorRoutes::passkeys(Request& request) {
  const auto all = co_await factors_.passkeys(request.user());
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& passkey : *all) list.push_back(to_json(passkey));
  co_return http::json_response(200, json::serialize(json::object{{"passkeys", std::move(list)}}));
}

FactorRoutes::Answer FactorRoutes::new_passkey_options(Request& request) {
  auto rp = relying_party(request);
  if (!rp) co_return error_response(request, rp.error());
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  const std::string login = who->login;
  const auto question = co_await factors_.registration_question(std::move(*who), std::move(*rp));
  if (!question) co_return error_response(request, question.error());
  co_return http::json_response(200, json::serialize(json::object{{"public_key", creation_options(*question, login)}}));
}

FactorRoutes::Answer FactorRoutes::add_passkey(Request& request) {
  JsonInput in(request.body);
  auth::NewPasskeyForm form;
  form.name = in.optional_text("name", auth::kMaxPasskeyNameBytes).value_or("");
  auto registration = take_registration(in, "passkey");
  if (!registration) in.reject("passkey", "is missing");
  form.transports = take_transports(in, "transports");
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  form.answer = std::move(*registration);
  auto rp = relying_party(request);
  if (!rp) co_return error_response(request, rp.error());
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  const auto made = co_await factors_.add_passkey(*who, std::move(*rp), std::move(form));
  if (!made) co_return error_response(request, made.error());
  co_return co_await factor_added(request, std::move(*who), 201, {{"passkey", to_json(*made)}});
}

FactorRoutes::Answer FactorRoutes::rename_passkey(Request& request) {
  JsonInput in(request.body);
  std::string name = in.text("name", auth::kMaxPasskeyNameBytes);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto id = parse_passkey_id(request.parameter("id"));
  if (!id) co_return error_response(request, Error(AuthError::kFactorNotFound));
  co_return done(request, co_await factors_.rename_passkey(request.user(), *id, std::move(name)));
}

FactorRoutes::Answer FactorRoutes::remove_passkey(Request& request) {
  const auto id = parse_passkey_id(request.parameter("id"));
  if (!id) co_return error_response(request, Error(AuthError::kFactorNotFound));
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  if (const auto removed = co_await factors_.remove_passkey(std::move(*who), *id); !removed)
    co_return error_response(request, removed.error());
  co_return co_await factor_removed(request);
}

// ---- recovery codes

FactorRoutes::Answer FactorRoutes::recovery_codes(Request& request) {
  const auto counts = co_await factors_.counts(request.user());
  if (!counts) co_return error_response(request, counts.error());
  co_return http::json_response(200, json::serialize(json::object{{"left", counts->recovery_codes}}));
}

FactorRoutes::Answer FactorRoutes::new_recovery_codes(Request& request) {
  auto who = co_await actor(request);
  if (!who) co_return error_response(request, who.error());
  const auto codes = co_await factors_.make_recovery_codes(std::move(*who));
  if (!codes) co_return error_response(request, codes.error());
  co_return http::json_response(200, json::serialize(json::object{{"recovery_codes", texts_json(*codes)}}));
}

// ---- for administrators

FactorRoutes::Answer FactorRoutes::remove_factors_of_user(Request& request) {
  const auto id = parse_user_id(request.parameter("id"));
  if (!id) co_return error_response(request, Error(AuthError::kFactorNotFound));
  co_return done(request, co_await auth_.remove_factors_of(*request.principal, *id, request.client_address));
}

}  // namespace dhii::api
