#include "store/control_webhooks.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

Webhook webhook_of(Row row) {
  return {.id = row.integer(0),
          .user = row.get<UserId>(1),
          .url = row.get<std::string>(2),
          .events = row.get<std::string>(3),
          .sealed_secret = row.get<std::string>(4),
          .active = row.get<bool>(5),
          .failures = row.get<std::int32_t>(6),
          .created_at = row.get<Timestamp>(7),
          .updated_at = row.get<Timestamp>(8)};
}

Delivery delivery_of(Row row) {
  return {.id = row.integer(0),
          .webhook = row.integer(1),
          .event = row.get<std::string>(2),
          .body = row.get<std::string>(3),
          .state = row.get<DeliveryState>(4),
          .attempts = row.get<std::int32_t>(5),
          .next_attempt_at = row.get<Timestamp>(6),
          .last_status = row.get<std::int32_t>(7),
          .last_error = row.get<std::string>(8),
          .created_at = row.get<Timestamp>(9)};
}

Result<void> enqueue_one(Database& db, const Delivery& d, Timestamp now) {
  DHII_TRY_ASSIGN(const auto waiting,
                  db.find<std::int64_t>("SELECT count(*) FROM webhook_delivery WHERE webhook=? AND state=?", d.webhook,
                                        DeliveryState::kWaiting));
  const bool full = waiting.value_or(0) >= kMaxWaitingDeliveries;
  DHII_TRY(db.run(
      "INSERT INTO webhook_delivery(webhook, event, body, state, attempts, next_attempt_at, last_status, last_error, "
      "created_at) VALUES(?,?,?,?,0,?,0,?,?)",
      d.webhook, d.event, d.body, full ? DeliveryState::kFailed : DeliveryState::kWaiting, now,
      full ? "too many deliveries were waiting for this receiver" : "", now));
  return db.run(
      "DELETE FROM webhook_delivery WHERE webhook=?1 AND state<>?2 AND id IN (SELECT id FROM webhook_delivery WHERE "
      "webhook=?1 AND state<>?2 ORDER BY id DESC LIMIT -1 OFFSET ?3)",
      d.webhook, DeliveryState::kWaiting, kKeptDeliveries);
}

}  // namespace

Result<std::vector<Webhook>> Webhooks::list(UserId user) {
  return db_.read([&](Database& db) {
    return find_rows<Webhook>(
        db,
        "SELECT id, user, url, events, sealed_secret, active, failures, created_at, updated_at FROM webhook WHERE "
        "user=? ORDER BY id",
        webhook_of, user);
  });
}

Result<Webhook> Webhooks::get(std::int64_t id) {
  DHII_TRY_ASSIGN(auto found, db_.read([&](Database& db) {
    return find_row<Webhook>(
        db,
        "SELECT id, user, url, events, sealed_secret, active, failures, created_at, updated_at FROM webhook WHERE id=?",
        webhook_of, id);
  }));
  if (!found) return fail(StoreError::kNotFound, "webhook");
  return std::move(*found);
}

Result<std::int64_t> Webhooks::create(const Webhook& w) {
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY_ASSIGN(const auto count, db.find<std::int64_t>("SELECT count(*) FROM webhook WHERE user=?", w.user));
    if (count.value_or(0) >= kMaxWebhooks) return fail(StoreError::kConflict, "too many webhooks; delete some");
    DHII_TRY(
        db.run("INSERT INTO webhook(user, url, events, sealed_secret, active, failures, created_at, updated_at) "
               "VALUES(?,?,?,?,?,0,?,?)",
               w.user, w.url, w.events, Blob{w.sealed_secret}, w.active, db_.now(), db_.now()));
    return db.last_insert_id();
  });
}

Result<void> Webhooks::update(const Webhook& w) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(
        db.run("UPDATE webhook SET url=?, events=?, sealed_secret=?, active=?, failures=?, updated_at=? WHERE id=?",
               w.url, w.events, Blob{w.sealed_secret}, w.active, w.failures, db_.now(), w.id));
    if (db.changed_rows() == 0) return fail(StoreError::kNotFound, "webhook");
    return {};
  });
}

Result<void> Webhooks::count(std::int64_t id, std::int32_t failures, bool switch_off) {
  return db_.write([&](Database& db) {
    return db.run("UPDATE webhook SET failures=?, active=CASE WHEN ? THEN 0 ELSE active END, updated_at=? WHERE id=?",
                  failures, switch_off, db_.now(), id);
  });
}

Result<std::vector<UserId>> Webhooks::users() {
  return db_.read([&](Database& db) {
    return find_rows<UserId>(
        db, "SELECT DISTINCT w.user FROM webhook w JOIN user u ON u.id=w.user WHERE w.active<>0 AND u.disabled=0",
        [](Row row) { return row.get<UserId>(0); });
  });
}

Result<void> Webhooks::remove(std::int64_t id) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("DELETE FROM webhook_delivery WHERE webhook=?", id));
    DHII_TRY(db.run("DELETE FROM webhook WHERE id=?", id));
    if (db.changed_rows() == 0) return fail(StoreError::kNotFound, "webhook");
    return {};
  });
}

Result<std::optional<ChangeNumber>> Webhooks::cursor(UserId user, AccountId account, DataType type) {
  return db_.read([&](Database& db) {
    return db.find<ChangeNumber>("SELECT state FROM webhook_cursor WHERE user=? AND account=? AND type=?", user,
                                 account, type);
  });
}

Result<void> Webhooks::enqueue(UserId user, const std::vector<Delivery>& deliveries,
                               const std::optional<WebhookCursor>& cursor) {
  return db_.write([&](Database& db) -> Result<void> {
    for (const Delivery& d : deliveries) DHII_TRY(enqueue_one(db, d, db_.now()));
    if (!cursor) return {};
    return db.run(
        "INSERT INTO webhook_cursor(user, account, type, state) VALUES(?,?,?,?) ON CONFLICT(user, account, type) DO "
        "UPDATE SET state=excluded.state",
        user, cursor->account, cursor->type, cursor->state);
  });
}

Result<std::vector<Delivery>> Webhooks::due(std::size_t limit) {
  return db_.read([&](Database& db) {
    return find_rows<Delivery>(
        db,
        "SELECT id, webhook, event, body, state, attempts, next_attempt_at, last_status, last_error, created_at FROM ("
        "SELECT d.*, row_number() OVER (PARTITION BY d.webhook ORDER BY d.next_attempt_at, d.id) AS place FROM "
        "webhook_delivery d JOIN webhook w ON w.id=d.webhook JOIN user u ON u.id=w.user WHERE d.state=? AND "
        "d.next_attempt_at<=? AND w.active<>0 AND u.disabled=0) WHERE place=1 ORDER BY next_attempt_at, id LIMIT ?",
        delivery_of, DeliveryState::kWaiting, db_.now(), limit);
  });
}

Result<std::optional<Timestamp>> Webhooks::next_due() {
  return db_.read([&](Database& db) {
    return db.find<Timestamp>(
        "SELECT d.next_attempt_at FROM webhook_delivery d JOIN webhook w ON w.id=d.webhook JOIN user u ON u.id=w.user "
        "WHERE d.state=? AND w.active<>0 AND u.disabled=0 ORDER BY d.next_attempt_at LIMIT 1",
        DeliveryState::kWaiting);
  });
}

Result<void> Webhooks::record(const Delivery& d, std::optional<Timestamp> others) {
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run(
        "UPDATE webhook_delivery SET state=?, attempts=?, next_attempt_at=?, last_status=?, last_error=? WHERE id=?",
        d.state, d.attempts, d.next_attempt_at, d.last_status, d.last_error, d.id));
    if (!others) return {};
    return db.run("UPDATE webhook_delivery SET next_attempt_at=?1 WHERE webhook=?2 AND state=?3 AND next_attempt_at<?1",
                  *others, d.webhook, DeliveryState::kWaiting);
  });
}

Result<std::vector<Delivery>> Webhooks::deliveries(std::int64_t webhook, std::int64_t below, std::size_t limit) {
  return db_.read([&](Database& db) {
    return find_rows<Delivery>(
        db,
        "SELECT id, webhook, event, body, state, attempts, next_attempt_at, last_status, last_error, created_at FROM "
        "webhook_delivery WHERE webhook=? AND id<? ORDER BY id DESC LIMIT ?",
        delivery_of, webhook, below == 0 ? INT64_MAX : below, limit);
  });
}

}  // namespace dhii::store
