// AuthService: set-up, sign-in, sessions, tokens. Coroutines on the io thread; the database is asked on `db_pool`,
// passwords are hashed on `hash_pool`, which is small and bounded so that strangers can't spend the cores
// (net::NetError::kBusy -> 503). Also the http::Authenticator: token, then server-side session, from memory in the
// usual case.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/attempt_guard.hpp"
#include "auth/challenges.hpp"
#include "auth/errors.hpp"
#include "auth/factors.hpp"
#include "auth/refresh_tokens.hpp"
#include "auth/session_cache.hpp"
#include "auth/step_up.hpp"
#include "auth/users.hpp"
#include "crypto/jwt.hpp"
#include "event/event.hpp"
#include "http/dispatcher.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::auth {

inline constexpr std::chrono::minutes kWebTokenLifetime{15};
inline constexpr std::chrono::hours kApiTokenLifetime{24};  // the guide's ceiling
inline constexpr std::chrono::days kSessionLifetime{30};    // without a refresh
inline constexpr std::chrono::days kSessionCeiling{90};     // however much it is used: then one signs in again
inline constexpr std::chrono::seconds kRefreshGrace{30};    // two tabs, or an answer lost on the way
inline constexpr std::chrono::days kInvitationLifetime{7};
inline constexpr std::chrono::minutes kTouchInterval{10};  // how fresh "last used" is kept

enum class RegistrationMode : std::uint8_t { kInvitation, kOpen, kClosed };
// Of whom a second factor is required. Who lacks it is signed in as far as setting one up
// (http::Access::while_enrolling) and no farther. Keys and app passwords go on: only a session that was all the way in
// can have made them.
enum class FactorRule : std::uint8_t { kOff, kAdministrators, kEveryone };

// From where and with what a person signs in.
struct Client {
  std::string address;
  std::string device;  // the User-Agent, cut and shown to the user only
  bool web = false;    // refresh token in a cookie, short access token
};

struct SignIn {
  std::string access_token;
  std::chrono::seconds expires_in{0};
  Secret refresh_token;
  std::chrono::seconds refresh_expires_in{0};
  UserId user;
  SessionId session;
  std::string login, display_name;
  store::UserRole role = store::UserRole::kUser;
  bool web = false;
  bool lacks_factor = false;  // see FactorRule
};

// The password was right; one of these has to follow.
struct SecondFactorChallenge {
  std::string challenge;  // base64url; names this sign-in, works for kChallengeLifetime and from this client only
  std::vector<FactorMethod> methods;
};
struct LoginOutcome {  // one of the two
  std::optional<SignIn> signed_in;
  std::optional<SecondFactorChallenge> second_factor;
};

// What a person shows to be themselves, a second time.
struct Proof {
  FactorMethod method = FactorMethod::kPassword;
  Secret text;                                 // password, one-time code, recovery code
  std::optional<webauthn::RelyingParty> rp;    // with a passkey
  std::optional<webauthn::Assertion> passkey;  // with a passkey
};
// Of the hashing pool's queue: what is beyond waits for those who signed in from their network before.
inline constexpr std::size_t kHashQueueOfStrangers = 8;
inline constexpr unsigned kMaxWrongProofs = 5;  // of one sign-in; then it starts again with the password

// The session goes on with this refresh token.
struct Renewed {
  Secret refresh_token;
  std::chrono::seconds lifetime{0};
  bool web = false;
};

struct StepUpOptions {
  std::vector<FactorMethod> methods;
  std::optional<PasskeyQuestion> passkey;
};

struct NewInvitation {
  std::string token;
  Timestamp expires_at;
};

class AuthService final : public http::Authenticator {
 public:
  struct Parts {
    store::ControlStore& control;
    Users& users;
    const crypto::PasswordHasher& hasher;
    const crypto::Jwt& jwt;
    const Secret& refresh_key;  // 32 bytes, its own purpose
    net::BlockingPool& db_pool;
    net::BlockingPool& hash_pool;  // one thread, a short queue
    const Clock& clock;
    Random& random;
    event::Sink& events;
    Factors& factors;
    RegistrationMode registration = RegistrationMode::kInvitation;
    bool attempts_limited = true;  // false: see AttemptLimits::off
    FactorRule factor_rule = FactorRule::kOff;
  };
  explicit AuthService(Parts parts);

  // --- set-up. The token is made here, lives in memory only and works once; app/ prints the link.
  const std::string& setup_token() const { return setup_token_; }
  net::Task<bool> setup_needed();
  net::Task<SignIn> setup(std::string token, NewUser user, Secret password, Client client);

  // --- signing in and out
  net::Task<LoginOutcome> login(std::string login, Secret password, Client client);
  // The second step (sign_in.cpp). kChallengeGone, kBadFactor, kTooManyAttempts, webauthn.*.
  net::Task<PasskeyQuestion> second_factor_question(std::string challenge, webauthn::RelyingParty rp, Client client);
  net::Task<SignIn> second_factor(std::string challenge, Proof proof, Client client);
  // A passkey alone. It isn't slowed by anybody's wrong passwords: whoever has one always gets in.
  net::Task<SignIn> sign_in_with_passkey(webauthn::RelyingParty rp, webauthn::Assertion answer, Client client);
  net::Task<SignIn> refresh(Secret token, Client client);
  net::Task<> logout(http::Principal who);
  // Ends the session of a refresh token, for a client whose access token has expired. Says nothing about whether there
  // was one.
  net::Task<> logout_by_refresh(Secret token);
  net::Task<SignIn> register_user(std::string invitation, NewUser user, Secret password, Client client);
  net::Task<NewInvitation> invite(http::Principal who, store::UserRole role);

  // --- the signed-in user
  net::Task<store::User> me(http::Principal who);
  net::Task<std::vector<store::User>> list_users();
  net::Task<std::vector<store::Session>> sessions(http::Principal who);
  net::Task<> revoke(http::Principal who, SessionId session);
  net::Task<> revoke_others(http::Principal who);
  // Ends all other sessions.
  net::Task<Renewed> change_password(http::Principal who, Secret current, Secret fresh, std::string address);
  // After a password or a factor has changed: all other sessions end, and this one gets a new refresh token; the old
  // one counts as stolen from now on.
  net::Task<Renewed> credentials_changed(http::Principal who);
  // An administrator lets somebody in again who has lost every second factor: all of them go, and all sessions end.
  // store.not_found: no such user.
  net::Task<> remove_factors_of(http::Principal who, UserId user, std::string address);
  // Login and address for events.
  net::Task<Actor> actor(http::Principal who, std::string address);

  // --- step-up (step_up.hpp). `rp`: none where passkeys can't be used.
  net::Task<StepUpOptions> step_up_options(http::Principal who, std::optional<webauthn::RelyingParty> rp);
  net::Task<Timestamp> step_up(http::Principal who, Proof proof, std::string address);  // when it ends
  // The session has to confirm again before the next sensitive action.
  void forget_step_up(SessionId session) { step_ups_.forget(session); }
  bool has_stepped_up(const http::Principal& who) const { return is_stepped_up(who.stepped_up_at, p_.clock.now()); }

  // All sessions of a user, at once: disabled, deleted, reset.
  net::Task<> end_all_of(UserId user);
  // Role or state changed: ask the database again.
  void forget(UserId user) { cache_.forget_all_of(user); }

  // http::Authenticator: "Bearer <token>".
  boost::asio::awaitable<Result<http::Principal>> authenticate(const http::Request& request,
                                                               std::string_view authorization) override;
  // The same for a bare token (POST /frame).
  net::Task<http::Principal> check_token(std::string_view token);

  // Called on the io thread when a session has ended, to close its event streams.
  void on_session_end(std::function<void(SessionId)> listener) { session_end_ = std::move(listener); }

 private:
  struct PendingSignIn {
    UserId user;
    std::string login, password_hash;
    Client client;
    unsigned wrong = 0;
  };
  PendingSignIn* pending(const std::string& challenge, const Client& client);
  net::Task<SignIn> finish_sign_in(store::User user, Client client);
  net::Task<> check_proof(Actor who, Proof proof);
  net::Task<> check_password_of(const Actor& who, const Secret& password);
  net::Task<> may_try(const std::string& login, const std::string& network);
  net::Task<bool> is_familiar(const std::string& login, const std::string& network);
  net::Task<store::User> verified_user(std::string login, const Secret& password, const Client& client);
  net::Task<SignIn> open_session(store::User user, Client client);
  net::Task<SignIn> issue(store::User user, store::Session session, Secret refresh_token);
  net::Task<bool> lacks_factor(store::User user);
  net::Task<SessionCache::Entry> load_session(UserId user, SessionId session);
  net::Task<std::optional<store::Invitation>> take_invitation(std::string hash, std::string login);
  net::Task<> end_session(SessionId session);
  void ended(SessionId session);
  void report(event::Kind kind, UserId user, SessionId session, std::string login, std::string address,
              std::string_view detail = {});

  Parts p_;
  RefreshTokens refresh_tokens_;
  AttemptGuard guard_;
  SessionCache cache_;
  StepUps step_ups_;
  Challenges<PendingSignIn> pending_;
  std::string setup_token_;
  bool has_users_ = false;
  std::function<void(SessionId)> session_end_;
};

http::Role to_http_role(store::UserRole role);

}  // namespace dhii::auth
