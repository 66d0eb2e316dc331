#include "store/control_factors.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

Passkey passkey_of(Row row) {
  return Passkey{.id = row.get<PasskeyId>(0),
                 .user = row.get<UserId>(1),
                 .credential_id = row.get<std::string>(2),
                 .public_key = row.get<std::string>(3),
                 .sign_count = row.get<std::uint32_t>(4),
                 .name = row.get<std::string>(5),
                 .transports = row.get<std::string>(6),
                 .backed_up = row.get<bool>(7),
                 .verifies_user = row.get<bool>(8),
                 .created_at = row.get<Timestamp>(9),
                 .last_used_at = row.get<Timestamp>(10)};
}

// Whether the statement changed a row.
template <class... A>
Result<bool> changes(ControlDatabase& db, Sql sql, const A&... args) {
  return db.write([&](Database& d) -> Result<bool> {
    DHII_TRY(d.run(sql, args...));
    return d.changed_rows() > 0;
  });
}

}  // namespace

Result<FactorCounts> FactorStore::counts(UserId user) {
  return db_.read([&](Database& d) -> Result<FactorCounts> {
    FactorCounts out;
    DHII_TRY(d.each(
        "SELECT (SELECT count(*) FROM totp WHERE user=?1 AND length(sealed_secret)>0), "
        "(SELECT count(*) FROM passkey WHERE user=?1), (SELECT count(*) FROM recovery_code WHERE user=?1)",
        [&](Row row) { out = {row.get<bool>(0), row.integer(1), row.integer(2)}; }, user));
    return out;
  });
}

// ---- TOTP

Result<std::optional<Totp>> FactorStore::totp(UserId user) {
  return db_.read([&](Database& d) {
    return find_row<Totp>(
        d, "SELECT sealed_secret, sealed_pending, confirmed_at, pending_at, last_step FROM totp WHERE user=?",
        [](Row row) {
          return Totp{row.get<std::string>(0), row.get<std::string>(1), row.get<Timestamp>(2), row.get<Timestamp>(3),
                      row.integer(4)};
        },
        user);
  });
}

Result<void> FactorStore::set_pending_totp(UserId user, std::string_view sealed, Timestamp now) {
  return db_.write([&](Database& d) {
    return d.run(
        "INSERT INTO totp(user, sealed_secret, sealed_pending, confirmed_at, pending_at, last_step) "
        "VALUES(?1, x'', ?2, 0, ?3, 0) ON CONFLICT(user) DO UPDATE SET sealed_pending=excluded.sealed_pending, "
        "pending_at=excluded.pending_at",
        user, Blob{sealed}, now);
  });
}

Result<void> FactorStore::confirm_totp(UserId user, std::string_view sealed_pending, std::int64_t step, Timestamp now) {
  DHII_TRY_ASSIGN(
      const bool changed,
      changes(db_,
              "UPDATE totp SET sealed_secret=sealed_pending, sealed_pending=x'', confirmed_at=?, last_step=? "
              "WHERE user=? AND sealed_pending=?",
              now, step, user, Blob{sealed_pending}));
  if (!changed) return fail(StoreError::kConflict, "the authenticator was started anew meanwhile");
  return {};
}

Result<bool> FactorStore::spend_totp_step(UserId user, std::int64_t step) {
  return changes(db_, "UPDATE totp SET last_step=?1 WHERE user=?2 AND last_step<?1 AND length(sealed_secret)>0", step,
                 user);
}

Result<bool> FactorStore::remove_totp(UserId user) {
  return db_.write([&](Database& d) -> Result<bool> {
    DHII_TRY_ASSIGN(const auto active,
                    d.find<std::int64_t>("SELECT length(sealed_secret) FROM totp WHERE user=?", user));
    DHII_TRY(d.run("DELETE FROM totp WHERE user=?", user));
    return active.value_or(0) > 0;
  });
}

// ---- recovery codes

Result<void> FactorStore::replace_recovery_codes(UserId user, const std::vector<std::string>& hashes, Timestamp now) {
  return db_.write([&](Database& d) -> Result<void> {
    DHII_TRY(d.run("DELETE FROM recovery_code WHERE user=?", user));
    for (const std::string& hash : hashes)
      DHII_TRY(d.run("INSERT INTO recovery_code(user, hash, made_at) VALUES(?,?,?)", user, Blob{hash}, now));
    return {};
  });
}

Result<bool> FactorStore::take_recovery_code(UserId user, std::string_view hash) {
  return changes(db_, "DELETE FROM recovery_code WHERE user=? AND hash=?", user, Blob{hash});
}

// ---- passkeys

Result<std::string> FactorStore::user_handle(UserId user, std::string_view fresh) {
  return db_.write([&](Database& d) -> Result<std::string> {
    DHII_TRY(
        d.run("INSERT INTO webauthn_user(user, handle) VALUES(?,?) ON CONFLICT(user) DO NOTHING", user, Blob{fresh}));
    DHII_TRY_ASSIGN(auto handle, d.find<std::string>("SELECT handle FROM webauthn_user WHERE user=?", user));
    return handle.value_or("");
  });
}

Result<std::optional<UserId>> FactorStore::user_of_handle(std::string_view handle) {
  return db_.read(
      [&](Database& d) { return d.find<UserId>("SELECT user FROM webauthn_user WHERE handle=?", Blob{handle}); });
}

Result<PasskeyId> FactorStore::add_passkey(const Passkey& p) {
  return db_.write([&](Database& d) -> Result<PasskeyId> {
    DHII_TRY_ASSIGN(const auto count, d.find<std::int64_t>("SELECT count(*) FROM passkey WHERE user=?", p.user));
    if (count.value_or(0) >= kMaxPasskeysPerUser) return fail(StoreError::kConflict, "there are 20 passkeys already");
    DHII_TRY(
        d.run("INSERT INTO passkey(user, credential_id, public_key, sign_count, name, transports, backed_up, "
              "verifies_user, created_at, last_used_at) VALUES(?,?,?,?,?,?,?,?,?,?)",
              p.user, Blob{p.credential_id}, Blob{p.public_key}, p.sign_count, p.name, p.transports, p.backed_up,
              p.verifies_user, p.created_at, p.last_used_at));
    return PasskeyId(d.last_insert_id());
  });
}

Result<std::vector<Passkey>> FactorStore::passkeys(UserId user) {
  return db_.read([&](Database& d) {
    return find_rows<Passkey>(d,
                              "SELECT id, user, credential_id, public_key, sign_count, name, transports, backed_up, "
                              "verifies_user, created_at, last_used_at FROM passkey WHERE user=? ORDER BY id",
                              passkey_of, user);
  });
}

Result<std::optional<Passkey>> FactorStore::find_passkey(std::string_view credential_id) {
  return db_.read([&](Database& d) {
    return find_row<Passkey>(d,
                             "SELECT id, user, credential_id, public_key, sign_count, name, transports, backed_up, "
                             "verifies_user, created_at, last_used_at FROM passkey WHERE credential_id=?",
                             passkey_of, Blob{credential_id});
  });
}

Result<bool> FactorStore::passkey_used(PasskeyId id, std::uint32_t expected_count, std::uint32_t new_count,
                                       bool backed_up, bool verified_user, Timestamp now) {
  return changes(db_,
                 "UPDATE passkey SET sign_count=?, backed_up=?, verifies_user=max(verifies_user, ?), last_used_at=? "
                 "WHERE id=? AND sign_count=?",
                 new_count, backed_up, verified_user, now, id, expected_count);
}

Result<bool> FactorStore::rename_passkey(UserId user, PasskeyId id, std::string_view name) {
  return changes(db_, "UPDATE passkey SET name=? WHERE id=? AND user=?", name, id, user);
}

Result<bool> FactorStore::remove_passkey(UserId user, PasskeyId id) {
  return changes(db_, "DELETE FROM passkey WHERE id=? AND user=?", id, user);
}

Result<void> FactorStore::remove_all_of(UserId user) {
  return db_.write([&](Database& d) -> Result<void> {
    DHII_TRY(d.run("DELETE FROM totp WHERE user=?", user));
    DHII_TRY(d.run("DELETE FROM recovery_code WHERE user=?", user));
    return d.run("DELETE FROM passkey WHERE user=?", user);
  });
}

}  // namespace dhii::store
