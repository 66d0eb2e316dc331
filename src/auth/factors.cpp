#include "auth/factors.hpp"

#include <algorithm>

#include "auth/recovery_codes.hpp"
#include "auth/totp.hpp"
#include "base/bytes.hpp"
#include "store/errors.hpp"

namespace dhii::auth {
namespace {

constexpr std::string_view kIssuer = "dhii-mail";
constexpr std::size_t kOpenTimeBytes = 8, kOpenNonceBytes = 8;  // of a challenge of 32; the rest is its MAC

std::string totp_identity(UserId user) { return "user:" + std::to_string(user.value) + ":totp"; }
std::string guard_name(UserId user) { return "u" + std::to_string(user.value); }

}  // namespace

std::string_view factor_method_name(FactorMethod method) {
  switch (method) {
    case FactorMethod::kPassword:
      return "password";
    case FactorMethod::kTotp:
      return "totp";
    case FactorMethod::kPasskey:
      return "passkey";
    case FactorMethod::kRecoveryCode:
      return "recovery_code";
  }
  return "password";
}

std::optional<FactorMethod> parse_factor_method(std::string_view name) {
  for (const auto method :
       {FactorMethod::kPassword, FactorMethod::kTotp, FactorMethod::kPasskey, FactorMethod::kRecoveryCode}) {
    if (factor_method_name(method) == name) return method;
  }
  return std::nullopt;
}

Factors::Factors(Parts parts)
    : p_(parts),
      recovery_key_(parts.recovery_key),
      guard_(parts.clock, parts.attempts_limited ? kFactorAttempts : AttemptLimits{.off = true}),
      questions_(parts.clock, parts.random),
      open_key_(Secret::take(parts.random.raw(32))) {}

void Factors::report(event::Kind kind, const Actor& who, std::string detail) {
  p_.events.record({.kind = kind,
                    .at = p_.clock.now(),
                    .user = who.user,
                    .session = who.session,
                    .actor = who.login,
                    .address = who.address,
                    .detail = std::move(detail)});
}

Result<void> Factors::may_try(const Actor& who) {
  const auto wait = guard_.wait_for(guard_name(who.user), "", Familiarity::kFamiliar);
  if (wait.count() == 0) {
    guard_.began(guard_name(who.user), "");
    return {};
  }
  return fail(AuthError::kTooManyAttempts, std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

Error Factors::refused(const Actor& who, std::string_view what) {
  report(event::Kind::kSecondFactorFailed, who, std::string(what));
  return AuthError::kBadFactor;
}

// A passkey's answer: nothing that could be guessed, so the guard is not told.
Error Factors::refused(const Actor& who, Error error) {
  if (error.id().starts_with("webauthn.")) report(event::Kind::kSecondFactorFailed, who, std::string(error.id()));
  return error;
}

net::Task<store::FactorCounts> Factors::counts(UserId user) {
  co_return co_await p_.db_pool.run([this, user] { return p_.store.counts(user); });
}

net::Task<std::vector<FactorMethod>> Factors::methods(UserId user) {
  DHII_CO_TRY_ASSIGN(const auto counts, co_await this->counts(user));
  std::vector<FactorMethod> out;
  if (counts.passkeys > 0) out.push_back(FactorMethod::kPasskey);
  if (counts.totp) out.push_back(FactorMethod::kTotp);
  if (!out.empty() && counts.recovery_codes > 0) out.push_back(FactorMethod::kRecoveryCode);
  co_return out;
}

// ---- TOTP

net::Task<TotpEnrolment> Factors::start_totp(Actor who) {
  const Secret seed = Secret::take(p_.random.raw(totp::kSecretBytes));
  const std::string sealed = p_.seal.seal(seed, totp_identity(who.user), p_.random);
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return p_.store.set_pending_totp(who.user, sealed, p_.clock.now()); }));
  co_return TotpEnrolment{Secret::take(totp::base32(seed.reveal())), totp::otpauth_uri(seed, kIssuer, who.login)};
}

net::Task<> Factors::confirm_totp(Actor who, Secret code) {
  DHII_CO_TRY_ASSIGN(const auto row, co_await p_.db_pool.run([&] { return p_.store.totp(who.user); }));
  const Timestamp now = p_.clock.now();
  if (!row || row->sealed_pending.empty() || now - row->pending_at >= kTotpEnrolmentLifetime)
    co_return fail(AuthError::kNothingToConfirm);
  DHII_CO_TRY(may_try(who));
  DHII_CO_TRY_ASSIGN(const Secret seed, p_.seal.open_secret(row->sealed_pending, totp_identity(who.user)));
  const auto step = totp::matching_step(seed, code.reveal(), now);
  if (!step) co_return std::unexpected(refused(who, "totp at enrolment"));
  DHII_CO_TRY(
      co_await p_.db_pool.run([&] { return p_.store.confirm_totp(who.user, row->sealed_pending, *step, now); }));
  guard_.succeeded(guard_name(who.user), "");
  report(event::Kind::kSecondFactorAdded, who, "totp");
  co_return Result<void>{};
}

net::Task<> Factors::remove_totp(Actor who) {
  DHII_CO_TRY_ASSIGN(const bool removed, co_await p_.db_pool.run([&] { return p_.store.remove_totp(who.user); }));
  if (!removed) co_return fail(AuthError::kFactorNotFound);
  report(event::Kind::kSecondFactorRemoved, who, "totp");
  co_return Result<void>{};
}

net::Task<> Factors::check_totp(Actor who, Secret code) {
  DHII_CO_TRY(may_try(who));
  DHII_CO_TRY_ASSIGN(const auto row, co_await p_.db_pool.run([&] { return p_.store.totp(who.user); }));
  if (!row || row->sealed_secret.empty()) co_return std::unexpected(refused(who, "totp is not set up"));
  DHII_CO_TRY_ASSIGN(const Secret seed, p_.seal.open_secret(row->sealed_secret, totp_identity(who.user)));
  const auto step = totp::matching_step(seed, code.reveal(), p_.clock.now());
  if (!step) co_return std::unexpected(refused(who, "totp"));
  // RFC 6238 §5.2: a code works once. Somebody who looked over the shoulder comes too late.
  DHII_CO_TRY_ASSIGN(const bool fresh,
                     co_await p_.db_pool.run([&] { return p_.store.spend_totp_step(who.user, *step); }));
  if (!fresh) co_return std::unexpected(refused(who, "totp used already"));
  guard_.succeeded(guard_name(who.user), "");
  co_return Result<void>{};
}

// ---- recovery codes

net::Task<std::vector<Secret>> Factors::make_recovery_codes(Actor who) {
  std::vector<Secret> codes;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < recovery::kCodes; ++i) {
    codes.push_back(Secret::take(recovery::make_code(p_.random)));
    hashes.push_back(recovery::hash(recovery_key_, who.user, codes.back().reveal()));
  }
  DHII_CO_TRY(
      co_await p_.db_pool.run([&] { return p_.store.replace_recovery_codes(who.user, hashes, p_.clock.now()); }));
  report(event::Kind::kRecoveryCodesMade, who);
  co_return codes;
}

net::Task<> Factors::check_recovery_code(Actor who, Secret code) {
  DHII_CO_TRY(may_try(who));
  const bool formed = !recovery::normalised(code.reveal()).empty();
  const std::string hash = recovery::hash(recovery_key_, who.user, code.reveal());
  DHII_CO_TRY_ASSIGN(const bool taken, co_await p_.db_pool.run([&]() -> Result<bool> {
    if (!formed) return false;
    return p_.store.take_recovery_code(who.user, hash);
  }));
  if (!taken) co_return std::unexpected(refused(who, "recovery code"));
  guard_.succeeded(guard_name(who.user), "");
  DHII_CO_TRY_ASSIGN(const auto left, co_await counts(who.user));
  report(event::Kind::kRecoveryCodeUsed, who, std::to_string(left.recovery_codes));
  co_return Result<void>{};
}

// ---- passkeys

std::string Factors::ask(Purpose purpose, UserId user, const webauthn::RelyingParty& rp) {
  return questions_.add({purpose, user, rp.id}, webauthn::kChallengeBytes);
}

// The challenge that the answer names, if it is open, and was asked for this purpose, of this user, by this site. Spent
// either way.
Result<std::string> Factors::answered(std::string_view client_data_json, Purpose purpose, UserId user,
                                      const webauthn::RelyingParty& rp) {
  DHII_TRY_ASSIGN(const auto data, webauthn::parse_client_data(client_data_json));
  const auto question = questions_.take(data.challenge);
  if (!question || question->purpose != purpose || question->user != user || question->rp_id != rp.id)
    return fail(webauthn::WebAuthnError::kWrongChallenge);
  return data.challenge;
}

std::string Factors::open_challenge(const std::string& rp_id, Timestamp at, std::string_view nonce) const {
  std::string out(kOpenTimeBytes, '\0');
  for (std::size_t i = 0; i < kOpenTimeBytes; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(to_unix_ms(at)) >> (8 * (kOpenTimeBytes - 1 - i)) & 0xFFU);
  out += nonce;
  const crypto::Sha256 mac = open_key_.of({out, rp_id});
  return out.append(crypto::as_view(mac).substr(0, webauthn::kChallengeBytes - out.size()));
}

Result<std::string> Factors::open_answered(std::string_view client_data_json, const webauthn::RelyingParty& rp) const {
  DHII_TRY_ASSIGN(auto data, webauthn::parse_client_data(client_data_json));
  const auto wrong = fail(webauthn::WebAuthnError::kWrongChallenge);
  if (data.challenge.size() != webauthn::kChallengeBytes) return wrong;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < kOpenTimeBytes; ++i) at = at << 8U | static_cast<unsigned char>(data.challenge[i]);
  if (at > static_cast<std::uint64_t>(to_unix_ms(p_.clock.now()))) return wrong;
  const Timestamp made = from_unix_ms(static_cast<std::int64_t>(at));
  const std::string nonce = data.challenge.substr(kOpenTimeBytes, kOpenNonceBytes);
  if (!constant_time_equal(open_challenge(rp.id, made, nonce), data.challenge)) return wrong;
  if (p_.clock.now() - made >= kChallengeLifetime || spent_.contains(data.challenge)) return wrong;
  return std::move(data.challenge);
}

bool Factors::spend(const std::string& challenge) {
  const Timestamp now = p_.clock.now();
  std::erase_if(spent_, [&](const auto& e) { return now - e.second >= kChallengeLifetime; });
  return spent_.emplace(challenge, now).second;
}

net::Task<std::vector<store::Passkey>> Factors::passkeys(UserId user) {
  co_return co_await p_.db_pool.run([this, user] { return p_.store.passkeys(user); });
}

net::Task<PasskeyQuestion> Factors::registration_question(Actor who, webauthn::RelyingParty rp) {
  const std::string fresh = p_.random.raw(32);
  PasskeyQuestion out;
  DHII_CO_TRY_ASSIGN(out.user_handle, co_await p_.db_pool.run([&] { return p_.store.user_handle(who.user, fresh); }));
  DHII_CO_TRY_ASSIGN(out.known, co_await passkeys(who.user));
  out.challenge = ask(Purpose::kRegister, who.user, rp);
  out.rp = std::move(rp);
  co_return out;
}

net::Task<store::Passkey> Factors::add_passkey(Actor who, webauthn::RelyingParty rp, NewPasskeyForm form) {
  DHII_CO_TRY_ASSIGN(const std::string challenge,
                     answered(form.answer.client_data_json, Purpose::kRegister, who.user, rp));
  DHII_CO_TRY_ASSIGN(const auto made,
                     webauthn::verify_registration(form.answer, rp, challenge, webauthn::UserVerification::kPreferred));
  store::Passkey row;
  row.user = who.user;
  row.credential_id = made.credential_id;
  row.public_key = made.public_key;
  row.sign_count = made.sign_count;
  row.backed_up = made.backed_up;
  row.verifies_user = made.user_verified;
  row.name = form.name.empty() ? "Passkey" : std::string(truncate_utf8(to_valid_utf8(form.name), kMaxPasskeyNameBytes));
  for (const std::string& transport : form.transports)
    row.transports += (row.transports.empty() ? "" : ",") + transport;
  row.created_at = row.last_used_at = p_.clock.now();
  DHII_CO_TRY_ASSIGN(row.id, co_await p_.db_pool.run([&] { return p_.store.add_passkey(row); }));
  report(event::Kind::kSecondFactorAdded, who, "passkey " + row.name);
  co_return row;
}

net::Task<> Factors::rename_passkey(UserId user, store::PasskeyId id, std::string name) {
  const std::string text(truncate_utf8(to_valid_utf8(name), kMaxPasskeyNameBytes));
  DHII_CO_TRY_ASSIGN(const bool done, co_await p_.db_pool.run([&] { return p_.store.rename_passkey(user, id, text); }));
  if (!done) co_return fail(AuthError::kFactorNotFound);
  co_return Result<void>{};
}

net::Task<> Factors::remove_passkey(Actor who, store::PasskeyId id) {
  DHII_CO_TRY_ASSIGN(const bool done, co_await p_.db_pool.run([&] { return p_.store.remove_passkey(who.user, id); }));
  if (!done) co_return fail(AuthError::kFactorNotFound);
  report(event::Kind::kSecondFactorRemoved, who, "passkey");
  co_return Result<void>{};
}

net::Task<> Factors::remove_all(Actor whose, std::string by) {
  DHII_CO_TRY_ASSIGN(const auto before, co_await counts(whose.user));
  if (!before.totp && before.passkeys == 0 && before.recovery_codes == 0) co_return fail(AuthError::kFactorNotFound);
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return p_.store.remove_all_of(whose.user); }));
  report(event::Kind::kSecondFactorRemoved, whose, "all, by " + by);
  co_return Result<void>{};
}

net::Task<PasskeyQuestion> Factors::assertion_question(UserId user, webauthn::RelyingParty rp) {
  PasskeyQuestion out;
  DHII_CO_TRY_ASSIGN(out.known, co_await passkeys(user));
  if (out.known.empty()) co_return fail(AuthError::kFactorNotFound);
  out.challenge = ask(Purpose::kAssert, user, rp);
  out.rp = std::move(rp);
  co_return out;
}

PasskeyQuestion Factors::open_question(webauthn::RelyingParty rp) {
  PasskeyQuestion out;
  out.challenge = open_challenge(rp.id, p_.clock.now(), p_.random.raw(kOpenNonceBytes));
  out.rp = std::move(rp);
  return out;
}

// `who.user` 0: whoever the passkey belongs to.
net::Task<store::Passkey> Factors::verified(webauthn::RelyingParty rp, webauthn::Assertion answer,
                                            std::string challenge, webauthn::UserVerification verification, Actor who) {
  using webauthn::WebAuthnError;
  DHII_CO_TRY_ASSIGN(const auto found,
                     co_await p_.db_pool.run([&] { return p_.store.find_passkey(answer.credential_id); }));
  if (!found || (who.user && found->user != who.user)) co_return fail(WebAuthnError::kUnknownKey);
  if (!answer.user_handle.empty()) {  // §7.2 step 6
    DHII_CO_TRY_ASSIGN(const auto owner,
                       co_await p_.db_pool.run([&] { return p_.store.user_of_handle(answer.user_handle); }));
    if (owner != found->user) co_return fail(WebAuthnError::kUnknownKey);
  }
  const auto good =
      webauthn::verify_assertion(answer, rp, challenge, verification, found->public_key, found->sign_count);
  if (!good) {
    if (good.error().is(WebAuthnError::kCounterWentBack)) {
      who.user = found->user;
      report(event::Kind::kPasskeyCounterWentBack, who, found->name);
    }
    co_return std::unexpected(good.error());
  }
  const bool verified_user = found->verifies_user || good->user_verified;
  DHII_CO_TRY_ASSIGN(const bool counted, co_await p_.db_pool.run([&] {
    return p_.store.passkey_used(found->id, found->sign_count, good->sign_count, good->backed_up, verified_user,
                                 p_.clock.now());
  }));
  if (!counted) co_return fail(WebAuthnError::kCounterWentBack);
  co_return *found;
}

net::Task<> Factors::check_passkey(Actor who, webauthn::RelyingParty rp, webauthn::Assertion answer) {
  auto challenge = answered(answer.client_data_json, Purpose::kAssert, who.user, rp);
  if (!challenge) co_return std::unexpected(refused(who, challenge.error()));
  const auto passkey = co_await verified(std::move(rp), std::move(answer), std::move(*challenge),
                                         webauthn::UserVerification::kPreferred, who);
  if (!passkey) co_return std::unexpected(refused(who, passkey.error()));
  co_return Result<void>{};
}

net::Task<UserId> Factors::user_of_passkey(webauthn::RelyingParty rp, webauthn::Assertion answer, std::string address) {
  const Actor nobody{{}, {}, {}, std::move(address)};
  if (answer.user_handle.empty()) co_return std::unexpected(refused(nobody, webauthn::WebAuthnError::kUnknownKey));
  const auto challenge = open_answered(answer.client_data_json, rp);
  if (!challenge) co_return std::unexpected(refused(nobody, challenge.error()));
  // The only sign-in: what one has is not enough, the authenticator must have seen its owner.
  const auto passkey =
      co_await verified(std::move(rp), std::move(answer), *challenge, webauthn::UserVerification::kRequired, nobody);
  if (!passkey) co_return std::unexpected(refused(nobody, passkey.error()));
  // Two of the same at once: the first one wins.
  if (!spend(*challenge)) co_return std::unexpected(refused(nobody, webauthn::WebAuthnError::kWrongChallenge));
  co_return passkey->user;
}

}  // namespace dhii::auth
