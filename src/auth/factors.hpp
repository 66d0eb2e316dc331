// Factors: a user's second factors: enrolment and verification of TOTP, recovery codes and passkeys. Knows nothing of
// sessions and of passwords; AuthService decides what a verified factor is good for. Coroutines on the io thread; the
// database is asked on `db_pool`. Guessing is limited per user, whoever guesses: he has the password already. Passkeys
// can't be guessed and are not limited, so that nobody is locked out who has one.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/attempt_guard.hpp"
#include "auth/challenges.hpp"
#include "auth/errors.hpp"
#include "auth/webauthn.hpp"
#include "base/secret.hpp"
#include "crypto/mac.hpp"
#include "crypto/seal.hpp"
#include "event/event.hpp"
#include "net/blocking_pool.hpp"
#include "store/control_factors.hpp"

namespace dhii::auth {

inline constexpr std::chrono::minutes kTotpEnrolmentLifetime{15};
inline constexpr std::size_t kMaxPasskeyNameBytes = 100;

enum class FactorMethod : std::uint8_t { kPassword, kTotp, kPasskey, kRecoveryCode };
std::string_view factor_method_name(FactorMethod method);  // "password", "totp", "passkey", "recovery_code"
std::optional<FactorMethod> parse_factor_method(std::string_view name);

// Who does something, for events and limits.
struct Actor {
  UserId user;
  SessionId session;
  std::string login, address;
};

struct TotpEnrolment {
  Secret secret;  // base 32
  Secret uri;     // for the QR code
};

// What a passkey is asked to sign.
struct PasskeyQuestion {
  std::string challenge;
  webauthn::RelyingParty rp;
  std::vector<store::Passkey>
      known;                // to exclude at registration, to allow at sign-in; empty: any that the browser finds
  std::string user_handle;  // at registration
};

struct NewPasskeyForm {
  std::string name;
  std::vector<std::string> transports;
  webauthn::Registration answer;
};

class Factors {
 public:
  struct Parts {
    store::FactorStore& store;
    const crypto::SealKey& seal;
    const Secret& recovery_key;  // 32 bytes, its own purpose
    net::BlockingPool& db_pool;
    const Clock& clock;
    Random& random;
    event::Sink& events;
    bool attempts_limited = true;  // false: see AttemptLimits::off
  };
  explicit Factors(Parts parts);

  net::Task<store::FactorCounts> counts(UserId user);
  // The active ones, in the order in which they are offered: passkey, TOTP, recovery code. A recovery code alone is no
  // factor.
  net::Task<std::vector<FactorMethod>> methods(UserId user);

  // --- TOTP
  net::Task<TotpEnrolment> start_totp(Actor who);
  net::Task<> confirm_totp(Actor who, Secret code);
  net::Task<> remove_totp(Actor who);
  net::Task<> check_totp(Actor who, Secret code);

  // --- recovery codes
  net::Task<std::vector<Secret>> make_recovery_codes(Actor who);
  net::Task<> check_recovery_code(Actor who, Secret code);

  // --- passkeys
  net::Task<std::vector<store::Passkey>> passkeys(UserId user);
  net::Task<PasskeyQuestion> registration_question(Actor who, webauthn::RelyingParty rp);
  net::Task<store::Passkey> add_passkey(Actor who, webauthn::RelyingParty rp, NewPasskeyForm form);
  net::Task<> rename_passkey(UserId user, store::PasskeyId id, std::string name);
  net::Task<> remove_passkey(Actor who, store::PasskeyId id);
  // Of somebody who has lost them: by an administrator. kFactorNotFound: there was none.
  net::Task<> remove_all(Actor whose, std::string by);
  // For a user who is known already (second factor, step-up).
  net::Task<PasskeyQuestion> assertion_question(UserId user, webauthn::RelyingParty rp);
  // For anybody: the passkey says who it is.
  PasskeyQuestion open_question(webauthn::RelyingParty rp);
  net::Task<> check_passkey(Actor who, webauthn::RelyingParty rp, webauthn::Assertion answer);
  // The user whose passkey answered an open question, having verified the person itself.
  net::Task<UserId> user_of_passkey(webauthn::RelyingParty rp, webauthn::Assertion answer, std::string address);

 private:
  enum class Purpose : std::uint8_t { kRegister, kAssert };
  struct Question {
    Purpose purpose;
    UserId user;
    std::string rp_id;
  };
  // Anybody may ask an open question, so nothing is remembered of it: the challenge carries its time and our MAC, and
  // is spent when it has let somebody in. Strangers can't push out the questions of others.
  std::string open_challenge(const std::string& rp_id, Timestamp at, std::string_view nonce) const;
  Result<std::string> open_answered(std::string_view client_data_json, const webauthn::RelyingParty& rp) const;
  bool spend(const std::string& challenge);
  std::string ask(Purpose purpose, UserId user, const webauthn::RelyingParty& rp);
  Result<std::string> answered(std::string_view client_data_json, Purpose purpose, UserId user,
                               const webauthn::RelyingParty& rp);
  net::Task<store::Passkey> verified(webauthn::RelyingParty rp, webauthn::Assertion answer, std::string challenge,
                                     webauthn::UserVerification verification, Actor who);
  Result<void> may_try(const Actor& who);
  Error refused(const Actor& who, std::string_view what);
  Error refused(const Actor& who, Error error);
  void report(event::Kind kind, const Actor& who, std::string detail = {});

  Parts p_;
  crypto::HmacSha256 recovery_key_;
  AttemptGuard guard_;
  Challenges<Question> questions_;
  crypto::HmacSha256 open_key_;                       // of this run of the program
  std::unordered_map<std::string, Timestamp> spent_;  // open challenges that were answered rightly
};

}  // namespace dhii::auth
