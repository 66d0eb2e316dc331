#include "auth/password_reset.hpp"

#include "auth/password_rules.hpp"
#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {
namespace {

constexpr std::size_t kResetTokenBytes = 32;
constexpr std::size_t kMaxAskedLoginBytes = 320;

std::string hash_token(std::string_view token) { return std::string(crypto::as_view(crypto::sha256(token))); }

std::string mail_text(const std::string& login, const std::string& link, const std::string& address) {
  return "Somebody at " + address + " asked to reset the password of " + login +
         " in dhii-mail.\n\nIf that was you, choose a new password within 30 minutes here (the link works once):\n\n" +
         link +
         "\n\nThe new password signs out all your devices, and ends your app passwords and API keys unless you choose "
         "to "
         "keep them.\n\nIf it was not you, do nothing: the password stays as it is. If it happens again, tell your "
         "administrator.\n";
}

}  // namespace

void PasswordResets::report(event::Kind kind, UserId by, std::string actor, std::string address, std::string detail) {
  p_.events.record({.kind = kind,
                    .at = p_.clock.now(),
                    .user = by,
                    .actor = std::move(actor),
                    .address = std::move(address),
                    .detail = std::move(detail)});
}

bool PasswordResets::may_mail_now(const std::string& login) {
  const auto now = p_.clock.steady_now();
  if (under_way_ >= kMaxResetsUnderWay) return false;
  if (asked_.size() >= kMaxRememberedResets)
    std::erase_if(asked_, [&](const auto& e) { return now - e.second >= kResetPause; });
  if (asked_.size() >= kMaxRememberedResets) return false;
  const auto [found, fresh] = asked_.try_emplace(ascii_lower(login), now);
  if (!fresh && now - found->second < kResetPause) return false;
  found->second = now;
  return true;
}

void PasswordResets::ask(std::string login, std::string address) {
  if (login.size() > kMaxAskedLoginBytes || !is_valid_utf8(login)) return;
  report(event::Kind::kPasswordResetAsked, {}, login, address, {});
  if (!can_mail() || !may_mail_now(login)) return;
  p_.later(mail_link(std::move(login), std::move(address)));
}

net::Task<> PasswordResets::mail_link(std::string login, std::string address) {
  struct Count {
    explicit Count(std::size_t& n) : n_(n) { ++n_; }
    ~Count() { --n_; }
    std::size_t& n_;
  } const count(under_way_);
  DHII_CO_TRY_ASSIGN(const auto user, co_await p_.db_pool.run([&] { return p_.control.find_user(login); }));
  // Only an address that the user signs in with is known to be the user's.
  if (!user || user->disabled || user->sealed_mail_key.empty() || user->login.find('@') == std::string::npos)
    co_return Result<void>{};
  const std::string token = p_.random.token(kResetTokenBytes);
  DHII_CO_TRY(co_await p_.db_pool.run(
      [&] { return records_.add_reset(hash_token(token), user->id, p_.clock.now() + kMailedLinkLifetime); }));
  co_return co_await p_.send_mail(user->login, "Reset your dhii-mail password",
                                  mail_text(user->login, p_.public_url + "/#/reset?token=" + token, address));
}

Result<ResetLink> PasswordResets::make_link_now(const store::User& user, const std::string& base_url) {
  if (user.disabled || user.sealed_mail_key.empty()) return fail(UserError::kNoResetLink);
  const std::string token = p_.random.token(kResetTokenBytes);
  const Timestamp expires_at = p_.clock.now() + kHandedLinkLifetime;
  DHII_TRY(records_.add_reset(hash_token(token), user.id, expires_at));
  return ResetLink{base_url + "/#/reset?token=" + token, expires_at};
}

net::Task<ResetLink> PasswordResets::make_link(http::Principal who, UserId id, std::string base_url,
                                               std::string address) {
  auto made = co_await p_.db_pool.run([&]() -> Result<std::pair<ResetLink, std::string>> {
    DHII_TRY_ASSIGN(const store::User user, p_.control.get_user(id));
    DHII_TRY_ASSIGN(auto link, make_link_now(user, base_url));
    return std::pair(std::move(link), user.login);
  });
  if (!made && made.error().is(store::StoreError::kNotFound)) co_return fail(UserError::kNotFound);
  if (!made) co_return std::unexpected(made.error());
  report(event::Kind::kPasswordResetAsked, who.user, made->second, std::move(address), "by an administrator");
  co_return std::move(made->first);
}

net::Task<EndedKeys> PasswordResets::confirm(Secret token, Secret fresh, KeyFate keys, std::string address) {
  const std::string hash = hash_token(token.reveal());
  DHII_CO_TRY_ASSIGN(const auto owner, co_await p_.db_pool.run([&]() -> Result<std::optional<store::User>> {
    DHII_TRY_ASSIGN(const auto id, records_.find_reset(hash));
    if (!id) return std::nullopt;
    auto user = p_.control.get_user(*id);
    if (!user) return std::nullopt;
    return std::optional(std::move(*user));
  }));
  if (!owner || owner->disabled) co_return fail(UserError::kBadResetLink);
  DHII_CO_TRY(check_password(fresh, owner->login));  // what the person can mend comes before the link is used up
  DHII_CO_TRY_ASSIGN(const auto taken, co_await p_.db_pool.run([&] { return records_.take_reset(hash); }));
  if (!taken) co_return fail(UserError::kBadResetLink);
  if (auto set = co_await p_.hash_pool.run([&] { return p_.users.set_password(owner->id, fresh); }); !set) {
    co_await p_.db_pool.run([&] { return records_.add_reset(hash, owner->id, p_.clock.now() + kMailedLinkLifetime); });
    co_return std::unexpected(set.error());
  }
  DHII_CO_TRY(co_await p_.auth.end_all_of(owner->id));
  report(event::Kind::kPasswordResetDone, owner->id, owner->login, address, "with a link");
  if (keys == KeyFate::kKeep) co_return EndedKeys{};
  co_return co_await p_.keys.end_all_of(owner->id, std::move(address));
}

}  // namespace dhii::auth
