#include "auth/user_admin.hpp"

#include <fmt/chrono.h>
#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {
namespace {

Error translated(const Error& e, UserError conflict) {
  if (e.is(store::StoreError::kNotFound)) return Error(UserError::kNotFound);
  if (e.is(store::StoreError::kConflict)) return Error(conflict);
  return e;
}

std::string object_of(UserId id) { return "user u" + std::to_string(id.value); }

std::string time_text(Timestamp when) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(when));
}

}  // namespace

ErrorText describe(UserError e) {
  switch (e) {
    case UserError::kNotFound:
      return {"user.not_found", "There is no such user."};
    case UserError::kLastAdministrator:
      return {"user.last_administrator",
              "This is the last administrator who can sign in; make somebody else an administrator first."};
    case UserError::kAlreadyPlanned:
      return {"user.deletion_planned", "The deletion of this user is planned already."};
    case UserError::kNotPlanned:
      return {"user.not_planned", "No deletion of this user is planned, or its mail is erased already."};
    case UserError::kNoSuchInvitation:
      return {"user.invitation_not_found", "There is no such invitation; it was used, has expired, or was taken back."};
    case UserError::kBadResetLink:
      return {"auth.bad_reset_link", "This link was used already or has expired; ask for a new one."};
    case UserError::kNoResetLink:
      return {"user.no_reset_link", "This user is disabled or about to be deleted; enable the user first."};
  }
  return {"user.unknown", "That did not work with the user."};
}

std::string invitation_id_text(const store::Invitation& invitation) {
  return "i" + to_hex(crypto::as_view(crypto::sha256(invitation.token_hash)).substr(0, 8));
}

void UserAdmin::report(event::Kind kind, const http::Principal& who, std::string address, std::string object,
                       std::string detail) {
  p_.events.record({.kind = kind,
                    .at = p_.clock.now(),
                    .user = who.user,
                    .session = who.session,
                    .actor = object_of(who.user),
                    .address = std::move(address),
                    .object = std::move(object),
                    .detail = std::move(detail)});
}

net::Task<std::vector<UserView>> UserAdmin::list() {
  co_return co_await p_.db_pool.run([this]() -> Result<std::vector<UserView>> {
    DHII_TRY_ASSIGN(auto users, p_.control.list_users());
    DHII_TRY_ASSIGN(const auto planned, records_.planned_deletions());
    std::vector<UserView> out;
    for (store::User& user : users) {
      UserView view{std::move(user), {}};
      for (const auto& d : planned) {
        if (d.user == view.user.id) view.deletion_at = d.due_at;
      }
      out.push_back(std::move(view));
    }
    return out;
  });
}

net::Task<UserView> UserAdmin::get(UserId id) {
  auto view = co_await p_.db_pool.run([&]() -> Result<UserView> {
    DHII_TRY_ASSIGN(store::User user, p_.control.get_user(id));
    DHII_TRY_ASSIGN(const auto planned, records_.planned_deletion(id));
    return UserView{std::move(user), planned ? std::optional(planned->due_at) : std::nullopt};
  });
  if (!view) co_return std::unexpected(translated(view.error(), UserError::kNotFound));
  co_return std::move(*view);
}

// ---- changing

net::Task<> UserAdmin::end_everything(UserId id) {
  p_.keys.forget_all();
  DHII_CO_TRY(co_await p_.auth.end_all_of(id));
  p_.keys.forget_all();  // and what was read meanwhile
  if (user_end_) user_end_(id);
  co_return Result<void>{};
}

// The state is in the database already: what goes wrong here is set right by the next look of app/.
net::Task<> UserAdmin::settle_accounts(UserId id) {
  if (!p_.settle_accounts) co_return Result<void>{};
  if (auto done = co_await p_.settle_accounts(id); !done)
    spdlog::warn("mail accounts of user {} not settled yet: {}", id.value, log_escape(done.error().message()));
  co_return Result<void>{};
}

net::Task<UserView> UserAdmin::change(http::Principal who, UserId id, store::UserChange change, std::string address) {
  DHII_CO_TRY_ASSIGN(const UserView before, co_await get(id));
  // Enabling somebody whose deletion is planned would only look like a rescue.
  if (change.disabled == false && before.deletion_at && before.user.disabled)
    co_return fail(UserError::kAlreadyPlanned);
  const auto done = co_await p_.db_pool.run([&] { return records_.change(id, change); });
  if (!done) co_return std::unexpected(translated(done.error(), UserError::kLastAdministrator));
  if (change.role && *change.role != before.user.role) {
    p_.auth.forget(id);
    p_.keys.forget_all();
    report(event::Kind::kRoleChanged, who, address, object_of(id), std::string(store::user_role_name(*change.role)));
  }
  if (change.disabled && *change.disabled != before.user.disabled) {
    if (*change.disabled) DHII_CO_TRY(co_await end_everything(id));
    report(*change.disabled ? event::Kind::kUserDisabled : event::Kind::kUserEnabled, who, address, object_of(id));
    p_.keys.forget_all();
    DHII_CO_TRY(co_await settle_accounts(id));
  }
  co_return co_await get(id);
}

net::Task<> UserAdmin::end_sessions(http::Principal who, UserId id, std::string address) {
  DHII_CO_TRY(co_await get(id));
  DHII_CO_TRY(co_await p_.auth.end_all_of(id));
  report(event::Kind::kSessionRevoked, who, std::move(address), object_of(id), "all sessions, by an administrator");
  co_return Result<void>{};
}

// ---- deletion

net::Task<UserView> UserAdmin::plan_deletion(http::Principal who, UserId id, std::string address) {
  DHII_CO_TRY_ASSIGN(const UserView before, co_await get(id));
  if (before.deletion_at) co_return fail(UserError::kAlreadyPlanned);
  const Timestamp now = p_.clock.now();
  const store::UserDeletion deletion{id, who.user, now, now + p_.grace, false};
  const bool by_other = who.user != id;
  const auto planned = co_await p_.db_pool.run([&] { return records_.plan_deletion(deletion, by_other); });
  if (!planned) co_return std::unexpected(translated(planned.error(), UserError::kLastAdministrator));
  DHII_CO_TRY(co_await end_everything(id));
  if (by_other) DHII_CO_TRY(co_await settle_accounts(id));
  report(event::Kind::kUserDeletionPlanned, who, std::move(address), object_of(id), time_text(deletion.due_at));
  co_return co_await get(id);
}

net::Task<UserView> UserAdmin::restore(http::Principal who, UserId id, std::string address) {
  DHII_CO_TRY(co_await get(id));
  const auto done = co_await p_.db_pool.run([&] { return records_.cancel_deletion(id); });
  if (!done && done.error().is(store::StoreError::kNotFound)) co_return fail(UserError::kNotPlanned);
  if (!done) co_return std::unexpected(done.error());
  p_.keys.forget_all();
  DHII_CO_TRY(co_await settle_accounts(id));
  report(event::Kind::kUserEnabled, who, std::move(address), object_of(id), "deletion cancelled");
  co_return co_await get(id);
}

net::Task<> UserAdmin::erase(UserId id) {
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return records_.destroy_mail_key(id); }));
  DHII_CO_TRY(co_await end_everything(id));
  if (p_.erase_files) DHII_CO_TRY(co_await p_.erase_files(id));
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return records_.erase(id); }));
  p_.events.record(
      {.kind = event::Kind::kUserErased, .at = p_.clock.now(), .user = id, .actor = "system", .object = object_of(id)});
  co_return Result<void>{};
}

net::Task<> UserAdmin::erase_due() {
  DHII_CO_TRY_ASSIGN(const auto planned, co_await p_.db_pool.run([this] { return records_.planned_deletions(); }));
  for (const store::UserDeletion& deletion : planned) {
    if (deletion.due_at > p_.clock.now()) continue;
    if (auto done = co_await erase(deletion.user); !done)
      spdlog::error("user {} is not erased yet: {}", deletion.user.value, log_escape(done.error().message()));
  }
  co_return Result<void>{};
}

// ---- invitations

net::Task<std::vector<store::Invitation>> UserAdmin::invitations() {
  co_return co_await p_.db_pool.run([this] { return records_.invitations(); });
}

net::Task<> UserAdmin::revoke_invitation(http::Principal who, std::string id, std::string address) {
  DHII_CO_TRY_ASSIGN(const auto all, co_await invitations());
  for (const store::Invitation& invitation : all) {
    if (invitation_id_text(invitation) != id) continue;
    const auto done = co_await p_.db_pool.run([&] { return records_.revoke_invitation(invitation.token_hash); });
    if (!done && done.error().is(store::StoreError::kNotFound)) break;
    if (!done) co_return std::unexpected(done.error());
    report(event::Kind::kInvitationCreated, who, std::move(address), "invitation " + id, "none: it was taken back");
    co_return Result<void>{};
  }
  co_return fail(UserError::kNoSuchInvitation);
}

}  // namespace dhii::auth
