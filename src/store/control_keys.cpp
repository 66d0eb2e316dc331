#include "store/control_keys.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

// "10.0.0.0/8 ::1": networks have no spaces.
std::string joined(const std::vector<std::string>& networks) {
  std::string out;
  for (const std::string& n : networks) out += (out.empty() ? "" : " ") + n;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

AccessKey key_of(Row row) {
  return AccessKey{.id = row.get<std::int64_t>(0),
                   .user = row.get<UserId>(1),
                   .kind = row.get<KeyKind>(2),
                   .name = row.get<std::string>(3),
                   .hash = row.get<std::string>(4),
                   .hint = row.get<std::string>(5),
                   .scopes = row.get<std::uint32_t>(6),
                   .networks = split(row.text(7)),
                   .created_at = row.get<Timestamp>(8),
                   .expires_at = row.get<Timestamp>(9),
                   .revoked_at = row.get<Timestamp>(10),
                   .last_used_at = row.get<Timestamp>(11),
                   .last_address = row.get<std::string>(12)};
}

}  // namespace

Result<std::int64_t> Keys::create(const AccessKey& key) {
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    const Timestamp now = db_.now();
    DHII_TRY(db.run("DELETE FROM key_use WHERE key IN (SELECT id FROM access_key WHERE revoked_at>0 AND revoked_at<?)",
                    now - kKeepRevoked));
    DHII_TRY(db.run("DELETE FROM access_key WHERE revoked_at>0 AND revoked_at<?", now - kKeepRevoked));
    DHII_TRY_ASSIGN(const auto living,
                    db.find<std::int64_t>("SELECT count(*) FROM access_key WHERE user=? AND kind=? AND revoked_at=0",
                                          key.user, key.kind));
    if (living.value_or(0) >= kMaxKeysPerUser) return fail(StoreError::kInvalid, "too many keys; revoke one first");
    DHII_TRY(db.run(
        "INSERT INTO access_key(user, kind, name, hash, hint, scopes, networks, created_at, expires_at, "
        "revoked_at, last_used_at, last_address) VALUES(?,?,?,?,?,?,?,?,?,0,0,'')",
        key.user, key.kind, key.name, Blob{key.hash}, key.hint, key.scopes, joined(key.networks), now, key.expires_at));
    return db.last_insert_id();
  });
}

Result<std::optional<AccessKey>> Keys::find(std::string_view hash) {
  return db_.read([&](Database& db) {
    return find_row<AccessKey>(db,
                               "SELECT id, user, kind, name, hash, hint, scopes, networks, created_at, expires_at, "
                               "revoked_at, last_used_at, last_address FROM access_key WHERE hash=?",
                               key_of, Blob{hash});
  });
}

Result<std::optional<AccessKey>> Keys::get(UserId user, KeyKind kind, std::int64_t id) {
  return db_.read([&](Database& db) {
    return find_row<AccessKey>(
        db,
        "SELECT id, user, kind, name, hash, hint, scopes, networks, created_at, expires_at, "
        "revoked_at, last_used_at, last_address FROM access_key WHERE id=? AND user=? AND kind=?",
        key_of, id, user, kind);
  });
}

Result<std::optional<UserId>> Keys::owner(KeyKind kind, std::int64_t id) {
  return db_.read(
      [&](Database& db) { return db.find<UserId>("SELECT user FROM access_key WHERE id=? AND kind=?", id, kind); });
}

Result<std::vector<AccessKey>> Keys::list(std::optional<UserId> user, KeyKind kind) {
  return db_.read([&](Database& db) {
    return find_rows<AccessKey>(db,
                                "SELECT id, user, kind, name, hash, hint, scopes, networks, created_at, expires_at, "
                                "revoked_at, last_used_at, last_address FROM access_key WHERE (?1=0 OR user=?1) AND "
                                "kind=?2 AND revoked_at=0 ORDER BY id DESC",
                                key_of, user.value_or(UserId()), kind);
  });
}

Result<void> Keys::update(const AccessKey& key) {
  return db_.change_one("UPDATE access_key SET name=?, scopes=?, networks=?, expires_at=? WHERE id=? AND revoked_at=0",
                        key.name, key.scopes, joined(key.networks), key.expires_at, key.id);
}

Result<void> Keys::revoke(std::int64_t id) {
  return db_.change_one("UPDATE access_key SET revoked_at=? WHERE id=? AND revoked_at=0", db_.now(), id);
}

Result<void> Keys::revoke_all_of(UserId user) {
  return db_.write([&](Database& db) {
    return db.run("UPDATE access_key SET revoked_at=? WHERE user=? AND revoked_at=0", db_.now(), user);
  });
}

Result<void> Keys::add_uses(std::int64_t key, const std::vector<KeyUse>& uses) {
  return db_.write([&](Database& db) -> Result<void> {
    for (const KeyUse& use : uses) {
      DHII_TRY(
          db.run("INSERT INTO key_use(key, address, route, status, count, first_at, last_at) VALUES(?,?,?,?,?,?,?) ON "
                 "CONFLICT(key, address, route, status) DO UPDATE SET count=count+excluded.count, "
                 "last_at=max(last_at, excluded.last_at)",
                 key, use.address, use.route, use.status, use.count, use.first_at, use.last_at));
      DHII_TRY(db.run("UPDATE access_key SET last_used_at=?1, last_address=?2 WHERE id=?3 AND last_used_at<=?1",
                      use.last_at, use.address, key));
    }
    return db.run(
        "DELETE FROM key_use WHERE key=?1 AND (address, route, status) IN (SELECT address, route, status FROM key_use "
        "WHERE key=?1 ORDER BY last_at DESC LIMIT -1 OFFSET ?2)",
        key, kMaxUsesPerKey);
  });
}

Result<std::vector<KeyUse>> Keys::uses(std::int64_t key) {
  return db_.read([&](Database& db) {
    return find_rows<KeyUse>(
        db, "SELECT address, route, status, count, first_at, last_at FROM key_use WHERE key=? ORDER BY last_at DESC",
        [](Row row) {
          return KeyUse{.address = row.get<std::string>(0),
                        .route = row.get<std::string>(1),
                        .status = row.get<int>(2),
                        .count = row.get<std::int64_t>(3),
                        .first_at = row.get<Timestamp>(4),
                        .last_at = row.get<Timestamp>(5)};
        },
        key);
  });
}

}  // namespace dhii::store
