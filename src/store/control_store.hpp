// CONTRACT. ControlStore: the control database (path of DATABASE_URL): users, sessions, invitations, mail account
// settings, wrapped keys. Blocking and thread-safe, like MailStore. Secrets come in and go out sealed (crypto::seal)
// except the wrapped mail keys' handling, which is done by the caller (auth / app) so that the store never sees a clear
// key.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/types.hpp"

namespace dhii::store {

enum class UserRole : std::uint8_t { kUser, kAdministrator, kAuditor };
std::string_view user_role_name(UserRole role);

struct User {
  UserId id;
  std::string login;  // unique, compared case-folded
  std::string display_name;
  UserRole role = UserRole::kUser;
  std::string password_hash;    // "$2b$12$..." over HMAC-SHA-384 with pepper
  std::string sealed_mail_key;  // wrapped 32-byte key; empty = shredded
  bool disabled = false;
  Timestamp created_at;
};

struct Session {  // one sign-in (a refresh family)
  SessionId id;
  UserId user;
  std::string refresh_hash;           // SHA-256 of the current refresh token
  std::string previous_refresh_hash;  // grace for concurrent refreshes
  Timestamp rotated_at, created_at, last_used_at, expires_at;
  std::string device, address;
  bool revoked = false;
  bool web = false;
};

struct Invitation {
  std::string token_hash;
  UserRole role = UserRole::kUser;
  UserId created_by;
  Timestamp expires_at;
};

// One mail account. Its messages live in the user's mail database under the same AccountId.
struct MailAccount {
  AccountId id;
  UserId user;
  AccountKind kind = AccountKind::kImap;
  std::string name, email;
  std::string settings_json;    // hosts, ports, security, logins; no secret inside
  std::string sealed_password;  // crypto::seal with the row identity as associated data
  Timestamp created_at;
};

class ControlDatabase;  // store/control_database.hpp

class ControlStore {
 public:
  // `key`: 32 bytes derived from ENCRYPTION_KEY. StoreError::kWrongKey names the variable in its sentence.
  static Result<std::unique_ptr<ControlStore>> open(const std::filesystem::path& file, const Secret& key,
                                                    const Clock& clock);
  ~ControlStore();

  // For the repositories of further tables, each in a file of its own (control_*.hpp).
  ControlDatabase& database();

  Result<std::int64_t> count_users();
  Result<UserId> create_user(const User& user);  // kConflict: login taken
  // Atomically: only when there is no user yet (first administrator), else kConflict.
  Result<UserId> create_first_user(const User& user);
  Result<std::optional<User>> find_user(std::string_view login);
  Result<User> get_user(UserId id);
  Result<std::vector<User>> list_users();
  Result<void> update_user(const User& user);

  Result<SessionId> create_session(const Session& session);
  Result<std::optional<Session>> get_session(SessionId id);
  Result<std::vector<Session>> list_sessions(UserId user);
  // Compare-and-set on refresh_hash, so that two concurrent refreshes can't both rotate: kConflict for the loser.
  Result<void> rotate_session(SessionId id, std::string_view expected_refresh_hash, std::string_view new_refresh_hash,
                              Timestamp expires_at);
  Result<void> revoke_session(SessionId id);
  Result<void> revoke_sessions_of(UserId user, std::optional<SessionId> except);
  Result<void> touch_session(SessionId id, Timestamp when);

  Result<void> create_invitation(const Invitation& invitation);
  Result<std::optional<Invitation>> take_invitation(
      std::string_view token_hash);  // single use; expired ones are not returned

  Result<AccountId> create_account(const MailAccount& account);
  Result<void> update_account(const MailAccount& account);
  Result<MailAccount> get_account(AccountId id);
  Result<std::vector<MailAccount>> list_accounts(std::optional<UserId> user);
  Result<void> delete_account(AccountId id);

  // Small named values: installation id, key-derivation salt check, audit head...
  Result<std::optional<std::string>> get_setting(std::string_view name);
  Result<void> set_setting(std::string_view name, std::string_view value);
  // Login attempts stored deduplicated and capped (THREATS.md: strangers can't grow the database).
  Result<void> record_login_attempt(std::string_view login, std::string_view address, bool success);

 private:
  struct Impl;
  explicit ControlStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dhii::store
