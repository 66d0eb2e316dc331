#include "store/control_users.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

// Checked inside the transaction that could break it: two requests at once can't each remove the other's last one.
Result<void> keep_an_administrator(Database& db) {
  DHII_TRY_ASSIGN(const auto left, db.find<std::int64_t>(
                                       "SELECT count(*) FROM user WHERE role=? AND disabled=0 AND sealed_mail_key<>x'' "
                                       "AND id NOT IN (SELECT user FROM user_deletion)",
                                       UserRole::kAdministrator));
  if (left.value_or(0) == 0) return fail(StoreError::kConflict, "no administrator would be left");
  return {};
}

Result<void> must_exist(Database& db, UserId user) {
  DHII_TRY_ASSIGN(const auto there, db.find<std::int64_t>("SELECT 1 FROM user WHERE id=?", user));
  if (!there) return fail(StoreError::kNotFound, "user");
  return {};
}

UserDeletion deletion_of(Row row) {
  return UserDeletion{.user = row.get<UserId>(0),
                      .asked_by = row.get<UserId>(1),
                      .asked_at = row.get<Timestamp>(2),
                      .due_at = row.get<Timestamp>(3),
                      .was_disabled = row.get<bool>(4)};
}

DataExport export_of(Row row) {
  return DataExport{.id = row.get<std::int64_t>(0),
                    .user = row.get<UserId>(1),
                    .state = row.get<ExportState>(2),
                    .asked_at = row.get<Timestamp>(3),
                    .expires_at = row.get<Timestamp>(4),
                    .parts = row.get<std::int64_t>(5),
                    .bytes = row.get<std::int64_t>(6),
                    .messages = row.get<std::int64_t>(7),
                    .sealed_key = row.get<std::string>(8)};
}

// An administrator who loses the right: only then the guard matters; a change of name never fails for it.
bool can_lose_administrator(const UserChange& change) {
  return (change.role && *change.role != UserRole::kAdministrator) || change.disabled.value_or(false);
}

}  // namespace

Result<void> UserRecords::change(UserId user, const UserChange& change) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(must_exist(db, user));
    if (change.display_name) DHII_TRY(db.run("UPDATE user SET display_name=? WHERE id=?", *change.display_name, user));
    if (change.role) DHII_TRY(db.run("UPDATE user SET role=? WHERE id=?", *change.role, user));
    if (change.disabled) {
      DHII_TRY(db.run("UPDATE user SET disabled=? WHERE id=?", *change.disabled, user));
      if (*change.disabled) DHII_TRY(db.run("UPDATE session SET revoked=1 WHERE user=?", user));
    }
    if (can_lose_administrator(change)) return keep_an_administrator(db);
    return {};
  });
}

// ---- password reset links

Result<void> UserRecords::add_reset(std::string_view token_hash, UserId user, Timestamp expires_at) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("DELETE FROM password_reset WHERE expires_at<=?", db_.now()));
    DHII_TRY(db.run("INSERT INTO password_reset(token_hash, user, created_at, expires_at) VALUES(?,?,?,?)",
                    Blob{token_hash}, user, db_.now(), expires_at));
    return db.run(
        "DELETE FROM password_reset WHERE user=?1 AND token_hash IN (SELECT token_hash FROM password_reset WHERE "
        "user=?1 ORDER BY created_at DESC LIMIT -1 OFFSET ?2)",
        user, kMaxResetLinksPerUser);
  });
}

Result<std::optional<UserId>> UserRecords::find_reset(std::string_view token_hash) {
  return db_.read([&](Database& db) {
    return db.find<UserId>("SELECT user FROM password_reset WHERE token_hash=? AND expires_at>?", Blob{token_hash},
                           db_.now());
  });
}

Result<std::optional<UserId>> UserRecords::take_reset(std::string_view token_hash) {
  return db_.write([&](Database& db) -> Result<std::optional<UserId>> {
    DHII_TRY_ASSIGN(auto user, db.find<UserId>("SELECT user FROM password_reset WHERE token_hash=? AND expires_at>?",
                                               Blob{token_hash}, db_.now()));
    if (user) DHII_TRY(db.run("DELETE FROM password_reset WHERE user=?", *user));
    return user;
  });
}

// ---- deletion

Result<void> UserRecords::plan_deletion(const UserDeletion& deletion, bool disable) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(must_exist(db, deletion.user));
    DHII_TRY(
        db.run("INSERT INTO user_deletion(user, asked_by, asked_at, due_at, was_disabled) SELECT ?1, ?2, ?3, ?4, "
               "disabled FROM user WHERE id=?1",
               deletion.user, deletion.asked_by, deletion.asked_at, deletion.due_at));
    if (disable) DHII_TRY(db.run("UPDATE user SET disabled=1 WHERE id=?", deletion.user));
    DHII_TRY(db.run("UPDATE session SET revoked=1 WHERE user=?", deletion.user));
    return keep_an_administrator(db);
  });
}

Result<std::optional<UserDeletion>> UserRecords::planned_deletion(UserId user) {
  return db_.read([&](Database& db) {
    return find_row<UserDeletion>(
        db, "SELECT user, asked_by, asked_at, due_at, was_disabled FROM user_deletion WHERE user=?", deletion_of, user);
  });
}

Result<std::vector<UserDeletion>> UserRecords::planned_deletions() {
  return db_.read([&](Database& db) {
    return find_rows<UserDeletion>(
        db, "SELECT user, asked_by, asked_at, due_at, was_disabled FROM user_deletion ORDER BY due_at", deletion_of);
  });
}

Result<void> UserRecords::cancel_deletion(UserId user) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY_ASSIGN(const auto before,
                    db.find<std::int64_t>("SELECT d.was_disabled FROM user_deletion d JOIN user u ON u.id=d.user WHERE "
                                          "d.user=? AND u.sealed_mail_key<>x''",
                                          user));
    if (!before) return fail(StoreError::kNotFound, "planned deletion");  // none, or its mail is gone already
    DHII_TRY(db.run("UPDATE user SET disabled=? WHERE id=?", *before, user));
    return db.run("DELETE FROM user_deletion WHERE user=?", user);
  });
}

Result<void> UserRecords::destroy_mail_key(UserId user) {
  DHII_TRY(db_.read([](Database& db) { return db.run("PRAGMA secure_delete=ON"); }));  // what is freed is zeroed
  DHII_TRY(db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("UPDATE user SET sealed_mail_key=zeroblob(length(sealed_mail_key)), disabled=1 WHERE id=?", user));
    return db.run("UPDATE user SET sealed_mail_key=x'' WHERE id=?", user);
  }));
  // The write-ahead log still holds the page as it was.
  return db_.read([](Database& db) { return db.each("PRAGMA wal_checkpoint(TRUNCATE)", [](Row) {}); });
}

Result<void> UserRecords::erase(UserId user) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("DELETE FROM key_use WHERE key IN (SELECT id FROM access_key WHERE user=?)", user));
    DHII_TRY(db.run("DELETE FROM access_key WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM password_reset WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM data_export WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM invitation WHERE created_by=?", user));
    DHII_TRY(db.run("DELETE FROM webhook_delivery WHERE webhook IN (SELECT id FROM webhook WHERE user=?)", user));
    DHII_TRY(db.run("DELETE FROM webhook WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM webhook_cursor WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM session WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM account WHERE user=?", user));
    DHII_TRY(db.run("DELETE FROM login_attempt WHERE login=(SELECT login_folded FROM user WHERE id=?)", user));
    DHII_TRY(db.run("DELETE FROM user WHERE id=?", user));
    return db.run("DELETE FROM user_deletion WHERE user=?", user);
  });
}

// ---- invitations

Result<std::vector<Invitation>> UserRecords::invitations() {
  return db_.read([&](Database& db) {
    return find_rows<Invitation>(
        db,
        "SELECT token_hash, role, created_by, expires_at FROM invitation WHERE expires_at>? ORDER BY expires_at DESC",
        [](Row row) {
          return Invitation{.token_hash = row.get<std::string>(0),
                            .role = row.get<UserRole>(1),
                            .created_by = row.get<UserId>(2),
                            .expires_at = row.get<Timestamp>(3)};
        },
        db_.now());
  });
}

Result<void> UserRecords::revoke_invitation(std::string_view token_hash) {
  return db_.change_one("DELETE FROM invitation WHERE token_hash=?", Blob{token_hash});
}

// ---- exports

Result<std::int64_t> UserRecords::add_export(const DataExport& row) {
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY(db.run(
        "INSERT INTO data_export(user, state, asked_at, expires_at, parts, bytes, messages, sealed_key) "
        "VALUES(?,?,?,?,?,?,?,?)",
        row.user, row.state, row.asked_at, row.expires_at, row.parts, row.bytes, row.messages, Blob{row.sealed_key}));
    return db.last_insert_id();
  });
}

Result<void> UserRecords::update_export(const DataExport& row) {
  return db_.change_one("UPDATE data_export SET state=?, expires_at=?, parts=?, bytes=?, messages=? WHERE id=?",
                        row.state, row.expires_at, row.parts, row.bytes, row.messages, row.id);
}

Result<std::vector<DataExport>> UserRecords::exports(std::optional<UserId> user) {
  return db_.read([&](Database& db) {
    return find_rows<DataExport>(db,
                                 "SELECT id, user, state, asked_at, expires_at, parts, bytes, messages, sealed_key "
                                 "FROM data_export WHERE ?1=0 OR user=?1 ORDER BY id DESC",
                                 export_of, user.value_or(UserId()));
  });
}

Result<void> UserRecords::remove_export(std::int64_t id) {
  return db_.write([&](Database& db) { return db.run("DELETE FROM data_export WHERE id=?", id); });
}

}  // namespace dhii::store
