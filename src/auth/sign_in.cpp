// AuthService's second half: what comes after the password, and the proofs that are asked for again (step-up).
#include "auth/auth_service.hpp"
#include "base/bytes.hpp"
#include "http/client_address.hpp"
#include "store/errors.hpp"

namespace dhii::auth {
namespace {

// A sign-in goes on where it began. The address may change between IPv4 and IPv6 (browsers race the two), not within
// one of them.
bool is_same_client(const Client& a, const Client& b) {
  if (a.device != b.device) return false;
  const bool same_family = a.address.contains(':') == b.address.contains(':');
  return !same_family || http::rate_key(a.address) == http::rate_key(b.address);
}

Error wait_first(std::chrono::milliseconds wait) {
  return {AuthError::kTooManyAttempts, std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count())};
}

}  // namespace

net::Task<SignIn> AuthService::finish_sign_in(store::User user, Client client) {
  const std::string login = user.login;
  const std::string address = client.address;
  auto signed_in = co_await open_session(std::move(user), std::move(client));
  if (signed_in) report(event::Kind::kSignedIn, signed_in->user, signed_in->session, login, address);
  co_return signed_in;
}

// ---- the second factor

AuthService::PendingSignIn* AuthService::pending(const std::string& challenge, const Client& client) {
  const auto name = from_base64url(challenge);
  PendingSignIn* found = name ? pending_.find(*name) : nullptr;
  return found != nullptr && is_same_client(found->client, client) ? found : nullptr;
}

net::Task<PasskeyQuestion> AuthService::second_factor_question(std::string challenge, webauthn::RelyingParty rp,
                                                               Client client) {
  if (const auto* found = pending(challenge, client); found != nullptr)
    co_return co_await p_.factors.assertion_question(UserId(found->user), std::move(rp));
  co_return fail(AuthError::kChallengeGone);
}

net::Task<SignIn> AuthService::second_factor(std::string challenge, Proof proof, Client client) {
  const PendingSignIn* found = pending(challenge, client);
  if (found == nullptr || proof.method == FactorMethod::kPassword) co_return fail(AuthError::kChallengeGone);
  const PendingSignIn about = *found;
  const std::string name = from_base64url(challenge).value_or("");
  const auto proved = co_await check_proof({about.user, {}, about.login, client.address}, std::move(proof));
  // Of two answers at the same time one signs in: whoever finds the challenge still there.
  PendingSignIn* now = pending_.find(name);
  if (now == nullptr) co_return fail(AuthError::kChallengeGone);
  if (!proved) {
    const bool wrong = proved.error().is(AuthError::kBadFactor) || proved.error().id().starts_with("webauthn.");
    if (wrong && ++now->wrong >= kMaxWrongProofs) pending_.remove(name);
    co_return std::unexpected(proved.error());
  }
  pending_.remove(name);
  DHII_CO_TRY_ASSIGN(store::User user, co_await p_.db_pool.run([&] { return p_.control.get_user(about.user); }));
  // Disabled, or another password meanwhile: the first step no longer holds.
  if (user.disabled || user.password_hash != about.password_hash) co_return fail(AuthError::kChallengeGone);
  client.web = about.client.web;  // was said with the password
  co_return co_await finish_sign_in(std::move(user), std::move(client));
}

net::Task<SignIn> AuthService::sign_in_with_passkey(webauthn::RelyingParty rp, webauthn::Assertion answer,
                                                    Client client) {
  DHII_CO_TRY_ASSIGN(const UserId id,
                     co_await p_.factors.user_of_passkey(std::move(rp), std::move(answer), client.address));
  DHII_CO_TRY_ASSIGN(store::User user, co_await p_.db_pool.run([&] { return p_.control.get_user(id); }));
  if (user.disabled) co_return fail(webauthn::WebAuthnError::kUnknownKey);
  co_return co_await finish_sign_in(std::move(user), std::move(client));
}

net::Task<bool> AuthService::lacks_factor(store::User user) {
  const bool required = p_.factor_rule == FactorRule::kEveryone ||
                        (p_.factor_rule == FactorRule::kAdministrators && user.role == store::UserRole::kAdministrator);
  if (!required) co_return false;
  DHII_CO_TRY_ASSIGN(const auto methods, co_await p_.factors.methods(user.id));
  co_return methods.empty();
}

net::Task<> AuthService::remove_factors_of(http::Principal who, UserId user, std::string address) {
  DHII_CO_TRY_ASSIGN(const store::User whose, co_await p_.db_pool.run([&] { return p_.control.get_user(user); }));
  DHII_CO_TRY_ASSIGN(const Actor by, co_await actor(who, address));
  DHII_CO_TRY(co_await p_.factors.remove_all({user, {}, whose.login, std::move(address)}, by.login));
  co_return co_await end_all_of(user);
}

// ---- proofs

net::Task<Actor> AuthService::actor(http::Principal who, std::string address) {
  DHII_CO_TRY_ASSIGN(store::User user, co_await me(who));
  co_return Actor{who.user, who.session, std::move(user.login), std::move(address)};
}

// kInvalidCredentials, kTooManyAttempts. Counts with the sign-ins of this login from here.
net::Task<> AuthService::check_password_of(const Actor& who, const Secret& password) {
  const std::string network = http::rate_key(who.address);
  // Signed in already: held to his own failures only.
  if (const auto wait = guard_.wait_for(who.login, network, Familiarity::kFamiliar); wait.count() > 0)
    co_return std::unexpected(wait_first(wait));
  DHII_CO_TRY_ASSIGN(const store::User user, co_await p_.db_pool.run([&] { return p_.control.get_user(who.user); }));
  guard_.began(who.login, network);
  const auto right =
      co_await p_.hash_pool.run([&]() -> Result<bool> { return p_.hasher.verify(password, user.password_hash); });
  if (!right) guard_.abandoned(who.login, network);
  if (right && *right) guard_.succeeded(who.login, network);
  if (!right) co_return std::unexpected(right.error());
  if (!*right) co_return fail(AuthError::kInvalidCredentials);
  co_return Result<void>{};
}

net::Task<> AuthService::check_proof(Actor who, Proof proof) {
  switch (proof.method) {
    case FactorMethod::kPassword:
      co_return co_await check_password_of(who, proof.text);
    case FactorMethod::kTotp:
      co_return co_await p_.factors.check_totp(std::move(who), std::move(proof.text));
    case FactorMethod::kRecoveryCode:
      co_return co_await p_.factors.check_recovery_code(std::move(who), std::move(proof.text));
    case FactorMethod::kPasskey:
      break;
  }
  if (!proof.passkey || !proof.rp) co_return fail(webauthn::WebAuthnError::kMalformed);
  co_return co_await p_.factors.check_passkey(std::move(who), std::move(*proof.rp), std::move(*proof.passkey));
}

net::Task<StepUpOptions> AuthService::step_up_options(http::Principal who, std::optional<webauthn::RelyingParty> rp) {
  StepUpOptions out;
  DHII_CO_TRY_ASSIGN(out.methods, co_await p_.factors.methods(who.user));
  const bool has_passkey = std::erase(out.methods, FactorMethod::kPasskey) > 0;
  if (has_passkey && rp) {
    out.methods.insert(out.methods.begin(), FactorMethod::kPasskey);
    DHII_CO_TRY_ASSIGN(out.passkey, co_await p_.factors.assertion_question(who.user, std::move(*rp)));
  }
  out.methods.push_back(FactorMethod::kPassword);
  co_return out;
}

net::Task<Timestamp> AuthService::step_up(http::Principal who, Proof proof, std::string address) {
  DHII_CO_TRY_ASSIGN(const Actor actor, co_await this->actor(who, std::move(address)));
  const FactorMethod method = proof.method;
  const auto proved = co_await check_proof(actor, std::move(proof));
  if (!proved) {
    if (!proved.error().is(net::NetError::kBusy) && !proved.error().id().starts_with("store."))
      report(event::Kind::kStepUpFailed, who.user, who.session, actor.login, actor.address, factor_method_name(method));
    co_return std::unexpected(proved.error());
  }
  // Ended meanwhile? Then there is nothing to confirm; the next request will say so.
  step_ups_.confirm(who.session);
  report(event::Kind::kStepUpDone, who.user, who.session, actor.login, actor.address);
  co_return p_.clock.now() + kStepUpLifetime;
}

}  // namespace dhii::auth
