// UserAdmin: what administrators do with users, and what users do with their own account: role, name, disabling,
// deletion with a grace period, invitations. Deleting is crypto-shredding: first the wrapped mail key is destroyed,
// then the files go (a copy that somebody kept stays noise), then the rows. Coroutines on the io thread; the database
// is asked on the pool. There is always an administrator left who can sign in.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/api_keys.hpp"
#include "auth/auth_service.hpp"
#include "event/event.hpp"
#include "http/message.hpp"
#include "net/blocking_pool.hpp"
#include "store/control_users.hpp"

namespace dhii::auth {

inline constexpr std::chrono::days kDefaultDeletionGrace{7};

enum class UserError {
  kNotFound,
  kLastAdministrator,
  kAlreadyPlanned,
  kNotPlanned,  // or too late: the mail is gone
  kNoSuchInvitation,
  kBadResetLink,
  kNoResetLink,  // the user is disabled or about to be deleted
};
ErrorText describe(UserError e);

struct UserView {
  store::User user;
  std::optional<Timestamp> deletion_at;
};

class UserAdmin {
 public:
  struct Parts {
    store::ControlStore& control;
    AuthService& auth;
    ApiKeys& keys;
    net::BlockingPool& db_pool;
    const Clock& clock;
    event::Sink& events;
    std::chrono::days grace = kDefaultDeletionGrace;
    // Ends the user's accounts, closes the mail and removes its files; must be safe to call again. From app/.
    std::function<net::Task<>(UserId)> erase_files;
    // The user was disabled, or enabled again: their mail accounts stop, or go on. From app/.
    std::function<net::Task<>(UserId)> settle_accounts;
  };
  explicit UserAdmin(Parts parts) : p_(std::move(parts)), records_(p_.control) {}

  net::Task<std::vector<UserView>> list();
  net::Task<UserView> get(UserId id);
  // Disabling ends sessions, keys and streams at once, and mail is neither fetched nor sent any more.
  net::Task<UserView> change(http::Principal who, UserId id, store::UserChange change, std::string address);
  // By an administrator: the user can't sign in meanwhile. By oneself: signing in stays possible, to change one's mind.
  net::Task<UserView> plan_deletion(http::Principal who, UserId id, std::string address);
  net::Task<UserView> restore(http::Principal who, UserId id, std::string address);
  net::Task<> end_sessions(http::Principal who, UserId id, std::string address);

  // Without tokens; the id is made from the token's hash and says nothing about it.
  net::Task<std::vector<store::Invitation>> invitations();
  net::Task<> revoke_invitation(http::Principal who, std::string id, std::string address);

  // Erases whose time has come. Called by app/ every minute; one that fails is tried again.
  net::Task<> erase_due();

  // Called on the io thread when all of a user's credentials have ended, to close event streams.
  void on_user_end(std::function<void(UserId)> listener) { user_end_ = std::move(listener); }

 private:
  net::Task<> end_everything(UserId id);
  net::Task<> settle_accounts(UserId id);
  net::Task<> erase(UserId id);
  void report(event::Kind kind, const http::Principal& who, std::string address, std::string object,
              std::string detail = {});

  Parts p_;
  store::UserRecords records_;
  std::function<void(UserId)> user_end_;
};

// "i" and 16 hex digits.
std::string invitation_id_text(const store::Invitation& invitation);

}  // namespace dhii::auth
