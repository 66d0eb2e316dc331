#include "auth/auth_service.hpp"

#include <algorithm>

#include "auth/password_rules.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "http/client_address.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {
namespace {

constexpr std::size_t kMaxDeviceBytes = 200;
constexpr std::size_t kMaxTriedLoginBytes = 320;  // RFC 5321 §4.5.3.1: the longest address; nobody signs in with more

std::string hash_token(std::string_view token) { return RefreshTokens::hash(token); }

}  // namespace

http::Role to_http_role(store::UserRole role) {
  switch (role) {
    case store::UserRole::kAdministrator:
      return http::Role::kAdministrator;
    case store::UserRole::kAuditor:
      return http::Role::kAuditor;
    case store::UserRole::kUser:
      return http::Role::kUser;
  }
  return http::Role::kUser;
}

AuthService::AuthService(Parts parts)
    : p_(parts),
      refresh_tokens_(parts.refresh_key),
      guard_(parts.clock, AttemptLimits{.off = !parts.attempts_limited}),
      cache_(parts.clock),
      step_ups_(parts.clock),
      pending_(parts.clock, parts.random),
      setup_token_(parts.random.token(32)) {}

void AuthService::report(event::Kind kind, UserId user, SessionId session, std::string login, std::string address,
                         std::string_view detail) {
  p_.events.record({.kind = kind,
                    .at = p_.clock.now(),
                    .user = user,
                    .session = session,
                    .actor = std::move(login),
                    .address = std::move(address),
                    .detail = std::string(detail)});
}

// ---- set-up

net::Task<bool> AuthService::setup_needed() {
  if (has_users_) co_return false;
  DHII_CO_TRY_ASSIGN(const auto users, co_await p_.db_pool.run([this] { return p_.control.count_users(); }));
  has_users_ = users > 0;
  co_return !has_users_;
}

net::Task<SignIn> AuthService::setup(std::string token, NewUser user, Secret password, Client client) {
  DHII_CO_TRY_ASSIGN(const bool needed, co_await setup_needed());
  if (!needed) co_return fail(AuthError::kSetupDone);
  if (setup_token_.empty() || !constant_time_equal(token, setup_token_)) {
    report(event::Kind::kSetupRefused, {}, {}, user.login, client.address);
    co_return fail(AuthError::kBadSetupToken);
  }
  // create_first() is atomic in the database: of two that hold the token, one wins.
  DHII_CO_TRY_ASSIGN(const UserId id, co_await p_.hash_pool.run([&] { return p_.users.create_first(user, password); }));
  setup_token_.clear();
  has_users_ = true;
  report(event::Kind::kSetupDone, id, {}, user.login, client.address);
  DHII_CO_TRY_ASSIGN(store::User row, co_await p_.db_pool.run([this, id] { return p_.control.get_user(id); }));
  co_return co_await open_session(std::move(row), std::move(client));
}

// ---- signing in

// Zero wait, or kTooManyAttempts; kBusy for strangers while the hashing pool is half full. Who signed in from this
// network before is held to his own failures only, and finds the other half of the pool.
net::Task<> AuthService::may_try(const std::string& login, const std::string& network) {
  const bool crowded = p_.hash_pool.waiting() >= kHashQueueOfStrangers;
  auto wait = guard_.wait_for(login, network);
  if (wait.count() == 0 && !crowded) co_return Result<void>{};
  const auto own = guard_.wait_for(login, network, Familiarity::kFamiliar);
  if (own.count() == 0) {
    DHII_CO_TRY_ASSIGN(const bool known, co_await is_familiar(login, network));
    if (known) co_return Result<void>{};
    if (wait.count() == 0) co_return fail(net::NetError::kBusy, "hash");
  }
  co_return fail(AuthError::kTooManyAttempts, std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

// The same reads whether the login exists or not.
net::Task<bool> AuthService::is_familiar(const std::string& login, const std::string& network) {
  co_return co_await p_.db_pool.run([&]() -> Result<bool> {
    DHII_TRY_ASSIGN(const auto user, p_.control.find_user(login));
    DHII_TRY_ASSIGN(const auto sessions, p_.control.list_sessions(user ? user->id : UserId()));
    return std::ranges::any_of(sessions, [&](const auto& s) { return http::rate_key(s.address) == network; });
  });
}

// The same steps, words and time for an unknown login, a wrong password and a disabled user.
net::Task<store::User> AuthService::verified_user(std::string login, const Secret& password, const Client& client) {
  DHII_CO_TRY_ASSIGN(auto found, co_await p_.db_pool.run([&] { return p_.control.find_user(login); }));
  // Result<bool> so that the pool can say that it is full.
  DHII_CO_TRY_ASSIGN(const bool matches, co_await p_.hash_pool.run([&]() -> Result<bool> {
    if (planted(Fault::kUnknownUserFast) && !found) return false;
    return found ? p_.hasher.verify(password, found->password_hash) : p_.hasher.verify_nobody(password);
  }));
  const bool ok = matches && found && !found->disabled;
  co_await p_.db_pool.run([&] { return p_.control.record_login_attempt(login, client.address, ok); });
  if (planted(Fault::kUnknownUserTold) && !found) co_return fail(AuthError::kSessionNotFound);
  if (!ok) co_return fail(AuthError::kInvalidCredentials);
  if (p_.hasher.needs_rehash(found->password_hash)) {
    co_await p_.hash_pool.run([&]() -> Result<void> {
      DHII_TRY_ASSIGN(found->password_hash, p_.hasher.hash(password, p_.random));
      return p_.control.update_user(*found);
    });
  }
  co_return std::move(*found);
}

net::Task<LoginOutcome> AuthService::login(std::string login, Secret password, Client client) {
  if (login.size() > kMaxTriedLoginBytes || !is_valid_utf8(login)) co_return fail(AuthError::kInvalidCredentials);
  const std::string network = http::rate_key(client.address);
  if (const auto may = co_await may_try(login, network); !may) {
    if (may.error().is(AuthError::kTooManyAttempts))
      report(event::Kind::kSignInThrottled, {}, {}, login, client.address);
    co_return std::unexpected(may.error());
  }
  guard_.began(login, network);
  auto user = co_await verified_user(login, password, client);
  if (!user) {
    if (!user.error().is(AuthError::kInvalidCredentials))
      guard_.abandoned(login, network);
    else
      report(event::Kind::kSignInFailed, {}, {}, login, client.address, "wrong login or password");
    co_return std::unexpected(user.error());
  }
  guard_.succeeded(login, network);
  DHII_CO_TRY_ASSIGN(auto methods, co_await p_.factors.methods(user->id));
  LoginOutcome out;
  if (methods.empty()) {
    DHII_CO_TRY_ASSIGN(out.signed_in, co_await finish_sign_in(std::move(*user), std::move(client)));
  } else {
    std::string name = pending_.add({user->id, user->login, user->password_hash, std::move(client), 0});
    out.second_factor = SecondFactorChallenge{to_base64url(name), std::move(methods)};
  }
  co_return out;
}

net::Task<SignIn> AuthService::issue(store::User user, store::Session session, Secret refresh_token) {
  const std::chrono::seconds lifetime =
      session.web ? std::chrono::seconds(kWebTokenLifetime) : std::chrono::seconds(kApiTokenLifetime);
  SignIn out;
  out.access_token = p_.jwt.sign(user.id, session.id, lifetime);
  out.expires_in = lifetime;
  out.refresh_token = std::move(refresh_token);
  out.refresh_expires_in = std::chrono::ceil<std::chrono::seconds>(session.expires_at - p_.clock.now());
  out.user = user.id;
  out.session = session.id;
  out.login = user.login;
  out.display_name = user.display_name;
  out.role = user.role;
  out.web = session.web;
  DHII_CO_TRY_ASSIGN(out.lacks_factor, co_await lacks_factor(std::move(user)));
  co_return out;
}

net::Task<SignIn> AuthService::open_session(store::User user, Client client) {
  store::Session session;
  session.user = user.id;
  session.created_at = session.rotated_at = session.last_used_at = p_.clock.now();
  session.expires_at = session.created_at + kSessionLifetime;
  session.device = std::string(truncate_utf8(to_valid_utf8(client.device), kMaxDeviceBytes));
  session.address = client.address;
  session.web = client.web;
  // The token holds the session's number, which only the row has: begin with a hash that no token has.
  session.refresh_hash = p_.random.raw(32);
  std::optional<Secret> token;
  DHII_CO_TRY(co_await p_.db_pool.run([&]() -> Result<void> {
    DHII_TRY_ASSIGN(session.id, p_.control.create_session(session));
    token = refresh_tokens_.make(session.id, 0, session.created_at);
    return p_.control.rotate_session(session.id, session.refresh_hash, hash_token(token->reveal()), session.expires_at);
  }));
  step_ups_.confirm(session.id);  // nobody is surer than who has just signed in
  co_return co_await issue(std::move(user), std::move(session), std::move(*token));
}

net::Task<SignIn> AuthService::refresh(Secret token, Client client) {
  const auto claimed = RefreshTokens::parse(token.reveal());
  if (!claimed) co_return fail(AuthError::kRefreshInvalid);
  DHII_CO_TRY_ASSIGN(auto found, co_await p_.db_pool.run([&] { return p_.control.get_session(claimed->session); }));
  if (!found || found->revoked || found->expires_at <= p_.clock.now() ||
      !refresh_tokens_.is_genuine(token.reveal(), found->created_at)) {
    co_return fail(AuthError::kRefreshInvalid);
  }
  store::Session& session = *found;
  const std::string hash = hash_token(token.reveal());
  Secret successor = refresh_tokens_.make(session.id, claimed->generation + 1, session.created_at);
  const std::string successor_hash = hash_token(successor.reveal());
  const bool current = constant_time_equal(hash, session.refresh_hash);
  const bool just_replaced = constant_time_equal(hash, session.previous_refresh_hash) &&
                             constant_time_equal(successor_hash, session.refresh_hash) &&
                             p_.clock.now() - session.rotated_at <= kRefreshGrace;
  if (!current && !just_replaced) {  // an old one of ours: somebody has a copy
    report(event::Kind::kRefreshTokenReused, session.user, session.id, {}, client.address);
    co_await end_session(session.id);
    co_return fail(AuthError::kRefreshInvalid);
  }
  DHII_CO_TRY_ASSIGN(const store::User user,
                     co_await p_.db_pool.run([&] { return p_.control.get_user(session.user); }));
  if (user.disabled) co_return fail(AuthError::kRefreshInvalid);
  if (current) {
    session.expires_at = std::min(p_.clock.now() + kSessionLifetime, session.created_at + kSessionCeiling);
    const auto rotated = co_await p_.db_pool.run(
        [&] { return p_.control.rotate_session(session.id, hash, successor_hash, session.expires_at); });
    // kConflict: another tab was faster with the same token and got the same successor. Unless the session ended
    // meanwhile.
    if (!rotated && !rotated.error().is(store::StoreError::kConflict)) co_return std::unexpected(rotated.error());
    cache_.forget(session.id);  // its end has moved
    DHII_CO_TRY_ASSIGN(const auto now, co_await p_.db_pool.run([&] { return p_.control.get_session(session.id); }));
    if (!now || now->revoked || !constant_time_equal(now->refresh_hash, successor_hash))
      co_return fail(AuthError::kRefreshInvalid);
  }
  co_return co_await issue(user, std::move(session), std::move(successor));
}

void AuthService::ended(SessionId session) {
  cache_.forget(session);
  step_ups_.forget(session);
  if (session_end_) session_end_(session);
}

net::Task<> AuthService::end_session(SessionId session) {
  cache_.forget(session);  // at once, before the disk
  auto done = co_await p_.db_pool.run([this, session] { return p_.control.revoke_session(session); });
  ended(session);  // and whatever was read meanwhile
  co_return done;
}

net::Task<> AuthService::end_all_of(UserId user) {
  cache_.forget_all_of(user);
  DHII_CO_TRY_ASSIGN(const auto all, co_await p_.db_pool.run([this, user] { return p_.control.list_sessions(user); }));
  DHII_CO_TRY(co_await p_.db_pool.run([this, user] { return p_.control.revoke_sessions_of(user, std::nullopt); }));
  cache_.forget_all_of(user);  // and whatever was read meanwhile
  for (const store::Session& s : all) ended(s.id);
  co_return Result<void>{};
}

net::Task<> AuthService::logout(http::Principal who) {
  report(event::Kind::kSignedOut, who.user, who.session, {}, {});
  co_return co_await end_session(who.session);
}

net::Task<> AuthService::logout_by_refresh(Secret token) {
  const auto claimed = RefreshTokens::parse(token.reveal());
  if (!claimed) co_return Result<void>{};
  DHII_CO_TRY_ASSIGN(const auto session,
                     co_await p_.db_pool.run([&] { return p_.control.get_session(claimed->session); }));
  if (!session || session->revoked || !refresh_tokens_.is_genuine(token.reveal(), session->created_at))
    co_return Result<void>{};
  report(event::Kind::kSignedOut, session->user, session->id, {}, {});
  co_return co_await end_session(session->id);
}

// ---- registration

net::Task<SignIn> AuthService::register_user(std::string invitation, NewUser user, Secret password, Client client) {
  if (p_.registration == RegistrationMode::kClosed) co_return fail(AuthError::kRegistrationClosed);
  DHII_CO_TRY_ASSIGN(const bool setup_first, co_await setup_needed());
  if (setup_first) co_return fail(AuthError::kBadInvitation);  // the first user comes with the set-up link
  user.role = store::UserRole::kUser;
  // What the person can mend comes before the invitation is used up.
  DHII_CO_TRY(check_login(user.login));
  DHII_CO_TRY(check_password(password, user.login));
  if (!invitation.empty() || p_.registration == RegistrationMode::kInvitation) {
    DHII_CO_TRY_ASSIGN(const auto taken, co_await take_invitation(hash_token(invitation), user.login));
    if (!taken) {
      report(event::Kind::kInvitationRefused, {}, {}, user.login, client.address);
      co_return fail(AuthError::kBadInvitation);
    }
    user.role = taken->role;
  }
  DHII_CO_TRY_ASSIGN(const UserId id, co_await p_.hash_pool.run([&] { return p_.users.create(user, password); }));
  report(event::Kind::kUserRegistered, id, {}, user.login, client.address);
  DHII_CO_TRY_ASSIGN(store::User row, co_await p_.db_pool.run([this, id] { return p_.control.get_user(id); }));
  co_return co_await open_session(std::move(row), std::move(client));
}

// Only who holds a valid invitation learns that a login is taken, and keeps the invitation then.
net::Task<std::optional<store::Invitation>> AuthService::take_invitation(std::string hash, std::string login) {
  co_return co_await p_.db_pool.run([&]() -> Result<std::optional<store::Invitation>> {
    DHII_TRY_ASSIGN(auto invitation, p_.control.take_invitation(hash));
    DHII_TRY_ASSIGN(const auto owner, p_.control.find_user(login));
    if (!invitation || !owner) return invitation;
    DHII_TRY(p_.control.create_invitation(*invitation));
    return fail(AuthError::kLoginTaken);
  });
}

net::Task<NewInvitation> AuthService::invite(http::Principal who, store::UserRole role) {
  NewInvitation out{p_.random.token(32), p_.clock.now() + kInvitationLifetime};
  const store::Invitation row{hash_token(out.token), role, who.user, out.expires_at};
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return p_.control.create_invitation(row); }));
  report(event::Kind::kInvitationCreated, who.user, who.session, {}, {}, store::user_role_name(role));
  co_return out;
}

// ---- the signed-in user

net::Task<store::User> AuthService::me(http::Principal who) {
  co_return co_await p_.db_pool.run([this, who] { return p_.control.get_user(who.user); });
}

net::Task<std::vector<store::User>> AuthService::list_users() {
  co_return co_await p_.db_pool.run([this] { return p_.control.list_users(); });
}

net::Task<std::vector<store::Session>> AuthService::sessions(http::Principal who) {
  DHII_CO_TRY_ASSIGN(auto all, co_await p_.db_pool.run([this, who] { return p_.control.list_sessions(who.user); }));
  const Timestamp now = p_.clock.now();
  std::erase_if(all, [&](const store::Session& s) { return s.revoked || s.expires_at <= now; });
  co_return all;
}

net::Task<> AuthService::revoke(http::Principal who, SessionId session) {
  DHII_CO_TRY_ASSIGN(const auto found, co_await p_.db_pool.run([&] { return p_.control.get_session(session); }));
  if (found && found->user != who.user) {
    const std::string object = "session s" + std::to_string(session.value);
    p_.events.record({.kind = event::Kind::kForeignObject,
                      .at = p_.clock.now(),
                      .user = who.user,
                      .session = who.session,
                      .object = object});
  }
  if (!found || found->user != who.user || found->revoked) co_return fail(AuthError::kSessionNotFound);
  report(event::Kind::kSessionRevoked, who.user, session, {}, {});
  co_return co_await end_session(session);
}

net::Task<> AuthService::revoke_others(http::Principal who) {
  DHII_CO_TRY_ASSIGN(const auto others, co_await sessions(who));
  DHII_CO_TRY(co_await p_.db_pool.run([this, who] { return p_.control.revoke_sessions_of(who.user, who.session); }));
  cache_.forget_all_of(who.user);
  for (const store::Session& s : others) {
    if (s.id != who.session) ended(s.id);
  }
  co_return Result<void>{};
}

// Who stole the old refresh token of this very session must not come back with it either.
net::Task<Renewed> AuthService::credentials_changed(http::Principal who) {
  DHII_CO_TRY(co_await revoke_others(who));
  DHII_CO_TRY_ASSIGN(const auto session, co_await p_.db_pool.run([&] { return p_.control.get_session(who.session); }));
  if (!session || session->revoked) co_return fail(AuthError::kSessionEnded);
  // The generation jumps to the seconds of today: beyond every one that was given out, and none that is refreshed to by
  // counting.
  const auto generation = static_cast<std::uint32_t>(to_unix_seconds(p_.clock.now()));
  Renewed out{refresh_tokens_.make(session->id, generation, session->created_at), {}, session->web};
  const std::string hash = hash_token(out.refresh_token.reveal());
  if (hash != session->refresh_hash) {
    DHII_CO_TRY(co_await p_.db_pool.run(
        [&] { return p_.control.rotate_session(session->id, session->refresh_hash, hash, session->expires_at); }));
  }
  out.lifetime = std::chrono::ceil<std::chrono::seconds>(session->expires_at - p_.clock.now());
  co_return out;
}

net::Task<Renewed> AuthService::change_password(http::Principal who, Secret current, Secret fresh,
                                                std::string address) {
  DHII_CO_TRY_ASSIGN(const Actor actor, co_await this->actor(who, std::move(address)));
  DHII_CO_TRY(check_password(fresh, actor.login));
  if (auto right = co_await check_password_of(actor, current); !right) {
    if (right.error().is(AuthError::kInvalidCredentials))
      report(event::Kind::kPasswordChangeRefused, who.user, who.session, actor.login, actor.address);
    co_return std::unexpected(right.error());
  }
  DHII_CO_TRY(co_await p_.hash_pool.run([&] { return p_.users.set_password(who.user, fresh); }));
  report(event::Kind::kPasswordChanged, who.user, who.session, actor.login, actor.address);
  co_return co_await credentials_changed(who);
}

// ---- each request

net::Task<SessionCache::Entry> AuthService::load_session(UserId user, SessionId id) {
  const std::uint64_t epoch = cache_.epoch();
  const Timestamp now = p_.clock.now();
  struct Row {
    store::Session session;
    store::User user;
  };
  DHII_CO_TRY_ASSIGN(const auto row, co_await p_.db_pool.run([&]() -> Result<std::optional<Row>> {
    DHII_TRY_ASSIGN(auto session, p_.control.get_session(id));
    if (!session || session->revoked || session->user != user || session->expires_at <= now) return std::nullopt;
    DHII_TRY_ASSIGN(auto owner, p_.control.get_user(user));
    if (now - session->last_used_at >= kTouchInterval) DHII_TRY(p_.control.touch_session(id, now));
    return Row{std::move(*session), std::move(owner)};
  }));
  if (!row || row->user.disabled) co_return fail(AuthError::kSessionEnded);
  DHII_CO_TRY_ASSIGN(const bool lacks, co_await lacks_factor(row->user));
  const SessionCache::Entry entry{user, to_http_role(row->user.role), row->session.expires_at, lacks};
  if (epoch != cache_.epoch()) {  // something was revoked meanwhile: look again, what was read may be old
    DHII_CO_TRY_ASSIGN(const auto again, co_await p_.db_pool.run([&] { return p_.control.get_session(id); }));
    if (!again || again->revoked) co_return fail(AuthError::kSessionEnded);
    co_return entry;
  }
  cache_.keep(id, entry, epoch);
  co_return entry;
}

net::Task<http::Principal> AuthService::check_token(std::string_view token) {
  const auto claims = p_.jwt.verify(token);
  if (!claims) co_return std::unexpected(claims.error());
  if (planted(Fault::kRevokedAccepted)) co_return http::Principal{claims->user, claims->session, http::Role::kUser};
  auto entry = cache_.find(claims->session);
  if (!entry) {
    DHII_CO_TRY_ASSIGN(entry, co_await load_session(claims->user, claims->session));
  }
  if (entry->user != claims->user) co_return fail(AuthError::kSessionEnded);
  http::Principal who{claims->user, claims->session, entry->role};
  who.scopes = http::scopes_of(entry->role);
  who.lacks_factor = entry->lacks_factor;
  who.stepped_up_at = step_ups_.at(claims->session);
  co_return who;
}

boost::asio::awaitable<Result<http::Principal>> AuthService::authenticate(const http::Request& request,
                                                                          std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!ascii_istarts_with(authorization, kScheme)) co_return fail(AuthError::kNoToken);
  auto principal = co_await check_token(authorization.substr(kScheme.size()));
  if (!principal && !principal.error().is(net::NetError::kBusy) && !principal.error().is(crypto::JwtError::kExpired)) {
    report(event::Kind::kTokenRefused, {}, {}, {}, request.client_address, principal.error().id());
  }
  co_return principal;
}

}  // namespace dhii::auth
