#include "store/control_store.hpp"

#include "base/bytes.hpp"
#include "store/control_database.hpp"
#include "store/folding.hpp"
#include "store/migrations.hpp"

namespace dhii::store {
namespace {

constexpr std::int64_t kMaxLoginAttemptRows =
    10'000;                                  // (login, address) pairs: strangers can't grow the database beyond
constexpr std::size_t kMaxLoginBytes = 320;  // 64 @ 255: the longest address; logins tried by strangers are cut here

User user_of(Row row) {
  return User{.id = row.get<UserId>(0),
              .login = row.get<std::string>(1),
              .display_name = row.get<std::string>(2),
              .role = row.get<UserRole>(3),
              .password_hash = row.get<std::string>(4),
              .sealed_mail_key = row.get<std::string>(5),
              .disabled = row.get<bool>(6),
              .created_at = row.get<Timestamp>(7)};
}

Session session_of(Row row) {
  return Session{.id = row.get<SessionId>(0),
                 .user = row.get<UserId>(1),
                 .refresh_hash = row.get<std::string>(2),
                 .previous_refresh_hash = row.get<std::string>(3),
                 .rotated_at = row.get<Timestamp>(4),
                 .created_at = row.get<Timestamp>(5),
                 .last_used_at = row.get<Timestamp>(6),
                 .expires_at = row.get<Timestamp>(7),
                 .device = row.get<std::string>(8),
                 .address = row.get<std::string>(9),
                 .revoked = row.get<bool>(10),
                 .web = row.get<bool>(11)};
}

MailAccount account_of(Row row) {
  return MailAccount{.id = row.get<AccountId>(0),
                     .user = row.get<UserId>(1),
                     .kind = row.get<AccountKind>(2),
                     .name = row.get<std::string>(3),
                     .email = row.get<std::string>(4),
                     .settings_json = row.get<std::string>(5),
                     .sealed_password = row.get<std::string>(6),
                     .created_at = row.get<Timestamp>(7)};
}

}  // namespace

std::string_view user_role_name(UserRole role) {
  switch (role) {
    case UserRole::kUser:
      return "user";
    case UserRole::kAdministrator:
      return "administrator";
    case UserRole::kAuditor:
      return "auditor";
  }
  return "user";
}

struct ControlStore::Impl {
  ControlDatabase database;
};

ControlStore::ControlStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlStore::~ControlStore() = default;

Result<std::unique_ptr<ControlStore>> ControlStore::open(const std::filesystem::path& file, const Secret& key,
                                                         const Clock& clock) {
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  DHII_TRY_ASSIGN(auto db, Database::open(file, key, {.cache_kib = 1024}));
  DHII_TRY(migrate(*db, control_migrations()));
  return std::unique_ptr<ControlStore>(new ControlStore(std::unique_ptr<Impl>(new Impl{{std::move(db), clock}})));
}

ControlDatabase& ControlStore::database() { return impl_->database; }

// ---- users
// ---------------------------------------------------------------------------------------------------------------------

Result<std::int64_t> ControlStore::count_users() {
  return impl_->database.read([](Database& db) -> Result<std::int64_t> {
    DHII_TRY_ASSIGN(const auto count, db.find<std::int64_t>("SELECT count(*) FROM user"));
    return count.value_or(0);
  });
}

namespace {
Result<UserId> insert_user(Database& db, const User& user, Timestamp now) {
  if (user.login.empty()) return fail(StoreError::kInvalid, "a login can't be empty");
  DHII_TRY(db.run(
      "INSERT INTO user(login, login_folded, display_name, role, password_hash, sealed_mail_key, disabled, created_at) "
      "VALUES(?,?,?,?,?,?,?,?)",
      user.login, fold_text(user.login), user.display_name, user.role, user.password_hash, Blob{user.sealed_mail_key},
      user.disabled, user.created_at == Timestamp{} ? now : user.created_at));
  return UserId(db.last_insert_id());
}
}  // namespace

Result<UserId> ControlStore::create_user(const User& user) {
  return impl_->database.write([&](Database& db) { return insert_user(db, user, impl_->database.now()); });
}

Result<UserId> ControlStore::create_first_user(const User& user) {
  return impl_->database.write([&](Database& db) -> Result<UserId> {
    DHII_TRY_ASSIGN(const auto count, db.find<std::int64_t>("SELECT count(*) FROM user"));
    if (count.value_or(0) != 0) return fail(StoreError::kConflict, "there is a user already");
    return insert_user(db, user, impl_->database.now());
  });
}

Result<std::optional<User>> ControlStore::find_user(std::string_view login) {
  return impl_->database.read([&](Database& db) {
    return find_row<User>(
        db,
        "SELECT id, login, display_name, role, password_hash, sealed_mail_key, disabled, created_at FROM user "
        "WHERE login_folded=?",
        user_of, fold_text(login));
  });
}

Result<User> ControlStore::get_user(UserId id) {
  DHII_TRY_ASSIGN(auto user, impl_->database.read([&](Database& db) {
    return find_row<User>(
        db,
        "SELECT id, login, display_name, role, password_hash, sealed_mail_key, disabled, created_at FROM "
        "user WHERE id=?",
        user_of, id);
  }));
  if (!user) return fail(StoreError::kNotFound, "user");
  return std::move(*user);
}

Result<std::vector<User>> ControlStore::list_users() {
  return impl_->database.read([](Database& db) {
    return find_rows<User>(
        db,
        "SELECT id, login, display_name, role, password_hash, sealed_mail_key, disabled, created_at FROM "
        "user ORDER BY id",
        user_of);
  });
}

Result<void> ControlStore::update_user(const User& user) {
  return impl_->database.change_one(
      "UPDATE user SET login=?, login_folded=?, display_name=?, role=?, password_hash=?, sealed_mail_key=?, disabled=? "
      "WHERE id=?",
      user.login, fold_text(user.login), user.display_name, user.role, user.password_hash, Blob{user.sealed_mail_key},
      user.disabled, user.id);
}

// ---- sessions
// ------------------------------------------------------------------------------------------------------------------

Result<SessionId> ControlStore::create_session(const Session& s) {
  return impl_->database.write([&](Database& db) -> Result<SessionId> {
    DHII_TRY(
        db.run("INSERT INTO session(user, refresh_hash, previous_refresh_hash, rotated_at, created_at, last_used_at, "
               "expires_at, device, "
               "address, revoked, web) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
               s.user, Blob{s.refresh_hash}, Blob{s.previous_refresh_hash}, s.rotated_at, s.created_at, s.last_used_at,
               s.expires_at, s.device, s.address, s.revoked, s.web));
    const SessionId id(db.last_insert_id());
    // Long-expired sign-ins of this user go when a new one comes, so that the table stays bounded.
    DHII_TRY(db.run("DELETE FROM session WHERE user=? AND expires_at<?", s.user,
                    impl_->database.now() - std::chrono::days(30)));
    return id;
  });
}

Result<std::optional<Session>> ControlStore::get_session(SessionId id) {
  return impl_->database.read([&](Database& db) {
    return find_row<Session>(
        db,
        "SELECT id, user, refresh_hash, previous_refresh_hash, rotated_at, created_at, last_used_at, "
        "expires_at, device, "
        "address, revoked, web FROM session WHERE id=?",
        session_of, id);
  });
}

Result<std::vector<Session>> ControlStore::list_sessions(UserId user) {
  return impl_->database.read([&](Database& db) {
    return find_rows<Session>(
        db,
        "SELECT id, user, refresh_hash, previous_refresh_hash, rotated_at, created_at, last_used_at, "
        "expires_at, device, "
        "address, revoked, web FROM session WHERE user=? ORDER BY last_used_at DESC, id DESC",
        session_of, user);
  });
}

Result<void> ControlStore::rotate_session(SessionId id, std::string_view expected_refresh_hash,
                                          std::string_view new_refresh_hash, Timestamp expires_at) {
  return impl_->database.write([&](Database& db) -> Result<void> {
    const Timestamp now = impl_->database.now();
    DHII_TRY(
        db.run("UPDATE session SET previous_refresh_hash=refresh_hash, refresh_hash=?, rotated_at=?, last_used_at=?, "
               "expires_at=? "
               "WHERE id=? AND refresh_hash=? AND revoked=0",
               Blob{new_refresh_hash}, now, now, expires_at, id, Blob{expected_refresh_hash}));
    if (db.changed_rows() == 0) return fail(StoreError::kConflict, "the refresh token was used already");
    return {};
  });
}

Result<void> ControlStore::revoke_session(SessionId id) {
  return impl_->database.change_one("UPDATE session SET revoked=1 WHERE id=?", id);
}

Result<void> ControlStore::revoke_sessions_of(UserId user, std::optional<SessionId> except) {
  return impl_->database.write([&](Database& db) {
    return db.run("UPDATE session SET revoked=1 WHERE user=? AND id<>?", user, except.value_or(SessionId()));
  });
}

Result<void> ControlStore::touch_session(SessionId id, Timestamp when) {
  return impl_->database.change_one("UPDATE session SET last_used_at=max(last_used_at, ?) WHERE id=?", when, id);
}

// ---- invitations
// ---------------------------------------------------------------------------------------------------------------

Result<void> ControlStore::create_invitation(const Invitation& invitation) {
  return impl_->database.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("DELETE FROM invitation WHERE expires_at<=?", impl_->database.now()));
    return db.run("INSERT INTO invitation(token_hash, role, created_by, expires_at) VALUES(?,?,?,?)",
                  Blob{invitation.token_hash}, invitation.role, invitation.created_by, invitation.expires_at);
  });
}

Result<std::optional<Invitation>> ControlStore::take_invitation(std::string_view token_hash) {
  return impl_->database.write([&](Database& db) {
    return find_row<Invitation>(
        db,
        "DELETE FROM invitation WHERE token_hash=? AND expires_at>? RETURNING token_hash, role, created_by, expires_at",
        [](Row row) {
          return Invitation{.token_hash = row.get<std::string>(0),
                            .role = row.get<UserRole>(1),
                            .created_by = row.get<UserId>(2),
                            .expires_at = row.get<Timestamp>(3)};
        },
        Blob{token_hash}, impl_->database.now());
  });
}

// ---- mail accounts
// -------------------------------------------------------------------------------------------------------------

Result<AccountId> ControlStore::create_account(const MailAccount& a) {
  return impl_->database.write([&](Database& db) -> Result<AccountId> {
    DHII_TRY(db.run(
        "INSERT INTO account(user, kind, name, email, settings, sealed_password, created_at) VALUES(?,?,?,?,?,?,?)",
        a.user, a.kind, a.name, a.email, a.settings_json, Blob{a.sealed_password},
        a.created_at == Timestamp{} ? impl_->database.now() : a.created_at));
    return AccountId(db.last_insert_id());
  });
}

Result<void> ControlStore::update_account(const MailAccount& a) {
  return impl_->database.change_one("UPDATE account SET name=?, email=?, settings=?, sealed_password=? WHERE id=?",
                                    a.name, a.email, a.settings_json, Blob{a.sealed_password}, a.id);
}

Result<MailAccount> ControlStore::get_account(AccountId id) {
  DHII_TRY_ASSIGN(auto account, impl_->database.read([&](Database& db) {
    return find_row<MailAccount>(
        db, "SELECT id, user, kind, name, email, settings, sealed_password, created_at FROM account WHERE id=?",
        account_of, id);
  }));
  if (!account) return fail(StoreError::kNotFound, "account");
  return std::move(*account);
}

Result<std::vector<MailAccount>> ControlStore::list_accounts(std::optional<UserId> user) {
  return impl_->database.read([&](Database& db) {
    if (user)
      return find_rows<MailAccount>(
          db,
          "SELECT id, user, kind, name, email, settings, sealed_password, created_at FROM account "
          "WHERE user=? ORDER BY id",
          account_of, *user);
    return find_rows<MailAccount>(
        db, "SELECT id, user, kind, name, email, settings, sealed_password, created_at FROM account ORDER BY id",
        account_of);
  });
}

Result<void> ControlStore::delete_account(AccountId id) {
  return impl_->database.change_one("DELETE FROM account WHERE id=?", id);
}

// ---- settings and login attempts
// -----------------------------------------------------------------------------------------------

Result<std::optional<std::string>> ControlStore::get_setting(std::string_view name) {
  return impl_->database.read(
      [&](Database& db) { return db.find<std::string>("SELECT value FROM setting WHERE name=?", name); });
}

Result<void> ControlStore::set_setting(std::string_view name, std::string_view value) {
  return impl_->database.write([&](Database& db) {
    return db.run("INSERT INTO setting(name, value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
                  name, Blob{value});
  });
}

Result<void> ControlStore::record_login_attempt(std::string_view login, std::string_view address, bool success) {
  const std::string folded = fold_text(truncate_utf8(login, kMaxLoginBytes));
  return impl_->database.write([&](Database& db) -> Result<void> {
    const Timestamp now = impl_->database.now();
    DHII_TRY(
        db.run("INSERT INTO login_attempt(login, address, success, count, first_at, last_at) VALUES(?1,?2,?3,1,?4,?4) "
               "ON CONFLICT(login, address, success) DO UPDATE SET count=count+1, last_at=excluded.last_at",
               folded, truncate_utf8(address, 64), success, now));
    // The oldest go when the cap is passed; the count is cheap because the cap keeps the table small.
    return db.run(
        "DELETE FROM login_attempt WHERE (login, address, success) IN (SELECT login, address, success FROM "
        "login_attempt "
        "ORDER BY last_at DESC LIMIT -1 OFFSET ?)",
        kMaxLoginAttemptRows);
  });
}

}  // namespace dhii::store
