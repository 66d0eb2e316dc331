#include "store/event_alerts.hpp"

#include <array>

namespace dhii::store {
namespace {

#define DHII_ALERT_COLUMNS                                                                                       \
  "SELECT "                                                                                                      \
  "id,rule,key,state,severity,title,observed,expected,address,user,first_at,last_at,count,fired_at,resolved_at," \
  "ends_at,silenced_until,handled_by FROM alert "

Alert alert_of(Row row) {
  return Alert{.id = row.integer(0),
               .rule = row.get<std::string>(1),
               .key = row.get<std::string>(2),
               .state = row.get<AlertState>(3),
               .severity = row.get<event::Severity>(4),
               .title = row.get<std::string>(5),
               .observed = row.get<std::string>(6),
               .expected = row.get<std::string>(7),
               .address = row.get<std::string>(8),
               .user = row.get<UserId>(9),
               .first_at = row.get<Timestamp>(10),
               .last_at = row.get<Timestamp>(11),
               .count = row.integer(12),
               .fired_at = row.get<Timestamp>(13),
               .resolved_at = row.get<Timestamp>(14),
               .ends_at = row.get<Timestamp>(15),
               .silenced_until = row.get<Timestamp>(16),
               .handled_by = row.get<std::string>(17)};
}

}  // namespace

std::string_view alert_state_name(AlertState state) {
  constexpr std::array<std::string_view, 5> kNames{"pending", "firing", "acknowledged", "silenced", "resolved"};
  return kNames[static_cast<std::size_t>(state)];
}

Result<void> EventAlerts::save(const Alert& a) {
  return database_.write([&](Database& db) {
    return db.run("INSERT OR REPLACE INTO alert VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)",
                  a.id, a.rule, a.key, a.state, a.severity, a.title, a.observed, a.expected, a.address, a.user,
                  a.first_at, a.last_at, a.count, a.fired_at, a.resolved_at, a.ends_at, a.silenced_until, a.handled_by);
  });
}

Result<std::optional<Alert>> EventAlerts::get(std::int64_t id) {
  return database_.read([&](Database& db) -> Result<std::optional<Alert>> {
    std::optional<Alert> out;
    DHII_TRY(db.each(DHII_ALERT_COLUMNS "WHERE id=?1", [&](Row row) { out = alert_of(row); }, id));
    return out;
  });
}

Result<std::vector<Alert>> EventAlerts::open() {
  return database_.read([&](Database& db) -> Result<std::vector<Alert>> {
    std::vector<Alert> out;
    DHII_TRY(db.each(
        DHII_ALERT_COLUMNS "WHERE state<>?1 ORDER BY id", [&](Row row) { out.push_back(alert_of(row)); },
        AlertState::kResolved));
    return out;
  });
}

Result<std::vector<Alert>> EventAlerts::list(std::optional<AlertState> state, std::int64_t before, std::size_t limit) {
  return database_.read([&](Database& db) -> Result<std::vector<Alert>> {
    std::vector<Alert> out;
    const std::int64_t wanted = state ? static_cast<std::int64_t>(*state) : -1;
    DHII_TRY(db.each(
        DHII_ALERT_COLUMNS "WHERE (?1<0 OR state=?1) AND (?2=0 OR id<?2) ORDER BY id DESC LIMIT ?3",
        [&](Row row) { out.push_back(alert_of(row)); }, wanted, before, limit));
    return out;
  });
}

Result<std::int64_t> EventAlerts::last_id() {
  return database_.read([](Database& db) -> Result<std::int64_t> {
    DHII_TRY_ASSIGN(const auto id, db.find<std::int64_t>("SELECT max(id) FROM alert"));
    return id.value_or(0);
  });
}

Result<void> EventAlerts::prune(Timestamp resolved_before) {
  return database_.write([&](Database& db) {
    return db.run("DELETE FROM alert WHERE state=?1 AND resolved_at<?2", AlertState::kResolved, resolved_before);
  });
}

Result<std::int64_t> EventAlerts::save(const Block& b) {
  return database_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY(
        db.run("INSERT INTO block(address,reason,made_by,made_at,until,strikes) VALUES(?1,?2,?3,?4,?5,?6) "
               "ON CONFLICT(address) DO UPDATE SET reason=?2,made_by=?3,made_at=?4,until=?5,strikes=?6",
               b.address, b.reason, b.made_by, b.made_at, b.until, b.strikes));
    DHII_TRY_ASSIGN(const auto id, db.find<std::int64_t>("SELECT id FROM block WHERE address=?1", b.address));
    return id.value_or(0);
  });
}

Result<std::vector<Block>> EventAlerts::blocks() {
  return database_.read([](Database& db) -> Result<std::vector<Block>> {
    std::vector<Block> out;
    DHII_TRY(db.each("SELECT id,address,reason,made_by,made_at,until,strikes FROM block ORDER BY id", [&](Row row) {
      out.push_back({row.integer(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::string>(3),
                     row.get<Timestamp>(4), row.get<Timestamp>(5), row.integer(6)});
    }));
    return out;
  });
}

Result<void> EventAlerts::remove_block(std::int64_t id) {
  return database_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("DELETE FROM block WHERE id=?1", id));
    if (db.changed_rows() == 0) return fail(StoreError::kNotFound, "block " + std::to_string(id));
    return {};
  });
}

Result<void> EventAlerts::prune_blocks(Timestamp over_before) {
  return database_.write([&](Database& db) { return db.run("DELETE FROM block WHERE until<?1", over_before); });
}

}  // namespace dhii::store
