#include "store/event_database.hpp"

#include "store/migrations.hpp"

namespace dhii::store {
namespace {

constexpr int kWriterCacheKib = 8192;  // the newest pages of five trees, so that a flood doesn't read back
constexpr int kReaderCacheKib = 2048;

// `event_day` counts what the summary shows: counting millions of rows for a picture would take seconds.
// `checkpoint`: the last record that retention removed, from which the chain goes on.
constexpr Migration kEvents[] = {{R"sql(
CREATE TABLE event(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, first_at INTEGER NOT NULL, name TEXT NOT NULL, severity INTEGER NOT NULL,
  user INTEGER NOT NULL, session INTEGER NOT NULL, actor TEXT NOT NULL, address TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL,
  request TEXT NOT NULL, count INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE INDEX event_at ON event(at);
CREATE INDEX event_name ON event(name);
CREATE INDEX event_user ON event(user) WHERE user <> 0;
CREATE INDEX event_address ON event(address) WHERE address <> '';
CREATE TABLE event_day(day INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(day, name)) WITHOUT ROWID;
CREATE TABLE checkpoint(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL);
)sql"},
                                 {R"sql(
CREATE TABLE alert(id INTEGER PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, severity INTEGER NOT NULL,
  title TEXT NOT NULL, observed TEXT NOT NULL, expected TEXT NOT NULL, address TEXT NOT NULL, user INTEGER NOT NULL, first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL, count INTEGER NOT NULL, fired_at INTEGER NOT NULL, resolved_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
  silenced_until INTEGER NOT NULL, handled_by TEXT NOT NULL);
CREATE INDEX alert_state ON alert(state);
CREATE TABLE block(id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL, until INTEGER NOT NULL, strikes INTEGER NOT NULL);
)sql"},
                                 {R"sql(
CREATE TABLE mail_certificate(place TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, issuer TEXT NOT NULL, not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
)sql"}};

}  // namespace

Result<std::unique_ptr<EventDatabase>> EventDatabase::open(const std::filesystem::path& file, const Secret& key) {
  DHII_TRY_ASSIGN(auto writer, Database::open(file, key, {.cache_kib = kWriterCacheKib}));
  DHII_TRY(migrate(*writer, kEvents));
  DHII_TRY_ASSIGN(auto reader, Database::open(file, key, {.cache_kib = kReaderCacheKib}));
  return std::unique_ptr<EventDatabase>(new EventDatabase(std::move(writer), std::move(reader)));
}

}  // namespace dhii::store
