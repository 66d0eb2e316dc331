#include "store/event_journal.hpp"

#include <array>
#include <limits>
#include <map>

namespace dhii::store {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kDaysKept = 400;    // of the daily counts: a year and a month to compare with
constexpr std::int64_t kIdSlack = 20'000;  // ids follow time but for repeats, which are written up to a minute later

#define DHII_EVENT_COLUMNS \
  "SELECT id,at,first_at,name,severity,user,session,actor,address,object,detail,request,count,hash FROM event "
// A name is a half-open range, so that a family ("auth.") is one too.
#define DHII_EVENT_CONDITIONS                                                                                        \
  "at>=?1 AND at<?2 AND severity>=?3 AND id<?4 AND id>?5 AND (?6='' OR address=?6) AND (?7=0 OR user=?7) AND "       \
  "(?8='' OR actor=?8) AND (?9='' OR (name>=?9 AND name<?10) OR (name>=?11 AND name<?12) OR (name>=?13 AND "         \
  "name<?14) OR (name>=?15 AND name<?16) OR (name>=?17 AND name<?18) OR (name>=?19 AND name<?20) OR (name>=?21 AND " \
  "name<?22) OR (name>=?23 AND name<?24)) "

EventRow row_of(Row row) {
  EventRow out;
  out.entry.id = row.integer(0);
  auto& event = out.entry.event;
  event.at = row.get<Timestamp>(1);
  out.entry.first_at = row.get<Timestamp>(2);
  out.name = row.get<std::string>(3);
  const auto kind = event::kind_of(out.name);
  out.known = kind.has_value();
  event.kind = kind.value_or(event::Kind{});
  out.severity = row.get<event::Severity>(4);
  event.user = row.get<UserId>(5);
  event.session = row.get<SessionId>(6);
  event.actor = row.get<std::string>(7);
  event.address = row.get<std::string>(8);
  event.object = row.get<std::string>(9);
  event.detail = row.get<std::string>(10);
  event.request_id = row.get<std::string>(11);
  out.entry.count = row.get<std::uint32_t>(12);
  out.hash = row.get<std::string>(13);
  return out;
}

Result<ChainPoint> newest(Database& db) {
  ChainPoint out;
  DHII_TRY(db.each("SELECT id,hash FROM event ORDER BY id DESC LIMIT 1",
                   [&](Row row) { out = {row.integer(0), row.get<std::string>(1), {}}; }));
  if (out.id != 0) return out;
  DHII_TRY(db.each("SELECT id,hash,mac FROM checkpoint ORDER BY id DESC LIMIT 1",
                   [&](Row row) { out = {row.integer(0), row.get<std::string>(1), row.get<std::string>(2)}; }));
  return out;
}

// [low, high) of a name or a family; '!' sorts before every character that a name may go on with.
std::pair<std::string, std::string> range_of(const std::string& name) {
  if (!name.ends_with('.')) return {name, name + '!'};
  return {name, name.substr(0, name.size() - 1) + '/'};
}

Statement prepare(Database& db, const EventFilter& filter) {
  if (filter.after != 0) return db.prepare(DHII_EVENT_COLUMNS "WHERE " DHII_EVENT_CONDITIONS "ORDER BY id LIMIT ?25");
  if (!filter.address.empty())
    return db.prepare(DHII_EVENT_COLUMNS
                      "INDEXED BY event_address WHERE address<>'' AND address=?6 AND " DHII_EVENT_CONDITIONS
                      "ORDER BY id DESC LIMIT ?25");
  if (filter.user)
    return db.prepare(DHII_EVENT_COLUMNS "INDEXED BY event_user WHERE user<>0 AND user=?7 AND " DHII_EVENT_CONDITIONS
                                         "ORDER BY id DESC LIMIT ?25");
  if (filter.names.size() == 1 && !filter.names.front().ends_with('.'))
    return db.prepare(DHII_EVENT_COLUMNS "INDEXED BY event_name WHERE name=?9 AND " DHII_EVENT_CONDITIONS
                                         "ORDER BY id DESC LIMIT ?25");
  return db.prepare(DHII_EVENT_COLUMNS "WHERE " DHII_EVENT_CONDITIONS "ORDER BY id DESC LIMIT ?25");
}

Result<std::int64_t> lowest_id(Database& db, const EventFilter& filter) {
  if (!filter.since || filter.after != 0) return filter.after;
  DHII_TRY_ASSIGN(const auto first,
                  db.find<std::int64_t>("SELECT id FROM event WHERE at>=?1 ORDER BY at LIMIT 1", *filter.since));
  return first ? std::max<std::int64_t>(0, *first - kIdSlack) : std::numeric_limits<std::int64_t>::max();
}

Result<std::vector<EventRow>> rows(Statement& statement) {
  std::vector<EventRow> out;
  for (;;) {
    DHII_TRY_ASSIGN(const bool more, statement.step());
    if (!more) return out;
    out.push_back(row_of(statement.row()));
  }
}

// The rows of a filter, to be stepped through; at most `limit`.
Result<Statement> find(Database& db, const EventFilter& filter, std::size_t limit) {
  DHII_TRY_ASSIGN(const std::int64_t above, lowest_id(db, filter));
  std::array<std::pair<std::string, std::string>, EventJournal::kMaxNames> names;
  for (std::size_t i = 0; i < filter.names.size(); ++i) names[i] = range_of(filter.names[i]);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  auto statement = prepare(db, filter);
  statement.bind(filter.since ? to_unix_ms(*filter.since) : std::numeric_limits<std::int64_t>::min(),
                 filter.until ? to_unix_ms(*filter.until) : kMost, filter.least,
                 filter.before == 0 ? kMost : filter.before, above, filter.address, filter.user, filter.actor,
                 names[0].first, names[0].second, names[1].first, names[1].second, names[2].first, names[2].second,
                 names[3].first, names[3].second, names[4].first, names[4].second, names[5].first, names[5].second,
                 names[6].first, names[6].second, names[7].first, names[7].second, limit);
  return statement;
}

class Appender {
 public:
  explicit Appender(Database& db)
      : db_(db), insert_(db.prepare("INSERT INTO event VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")) {}

  Result<void> add(const event::Entry& entry, std::string_view name, std::string_view hash) {
    const auto& e = entry.event;
    insert_.bind(entry.id, e.at, entry.first_at, name, event::describe(e.kind).severity, e.user, e.session, e.actor,
                 e.address, e.object, e.detail, e.request_id, entry.count, Blob{hash});
    DHII_TRY(insert_.run());
    counts_[{to_unix_ms(e.at) / kDayMs, name}] += entry.count;
    return {};
  }
  Result<void> count_days() {
    for (const auto& [key, count] : counts_) {
      DHII_TRY(db_.run("INSERT INTO event_day VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET count=count+?3", key.first,
                       key.second, count));
    }
    return {};
  }

 private:
  Database& db_;
  Statement insert_;
  std::map<std::pair<std::int64_t, std::string_view>, std::int64_t> counts_;
};

}  // namespace

Result<void> EventJournal::append(std::span<event::Entry> entries, const Link& link) {
  return database_.write([&](Database& db) -> Result<void> {
    // Another process may have written since: the head is what the file says, not what we remember.
    DHII_TRY_ASSIGN(ChainPoint last, newest(db));
    Appender out(db);
    for (auto& entry : entries) {
      entry.id = ++last.id;
      const std::string_view name = event::name_of(entry.event.kind);
      last.hash = link(last.hash, entry, name);
      DHII_TRY(out.add(entry, name, last.hash));
    }
    return out.count_days();
  });
}

Result<ChainPoint> EventJournal::head() {
  return database_.read([](Database& db) { return newest(db); });
}

Result<ChainPoint> EventJournal::start() {
  return database_.read([](Database& db) -> Result<ChainPoint> {
    ChainPoint out;
    DHII_TRY(db.each("SELECT id,hash,mac FROM checkpoint ORDER BY id DESC LIMIT 1",
                     [&](Row row) { out = {row.integer(0), row.get<std::string>(1), row.get<std::string>(2)}; }));
    return out;
  });
}

Result<std::optional<EventRow>> EventJournal::get(std::int64_t id) {
  return database_.read([&](Database& db) -> Result<std::optional<EventRow>> {
    std::optional<EventRow> out;
    DHII_TRY(db.each(DHII_EVENT_COLUMNS "WHERE id=?1", [&](Row row) { out = row_of(row); }, id));
    return out;
  });
}

Result<std::vector<EventRow>> EventJournal::list(const EventFilter& filter) {
  if (filter.names.size() > kMaxNames) return fail(StoreError::kInvalid, "at most 8 kinds of events at once");
  return database_.read([&](Database& db) -> Result<std::vector<EventRow>> {
    DHII_TRY_ASSIGN(auto statement, find(db, filter, filter.limit));
    return rows(statement);
  });
}

Result<EventJournal::Found> EventJournal::search(const EventFilter& filter,
                                                 const std::function<bool(const EventRow&)>& wanted, std::size_t most) {
  if (filter.names.size() > kMaxNames) return fail(StoreError::kInvalid, "at most 8 kinds of events at once");
  return database_.read([&](Database& db) -> Result<Found> {
    DHII_TRY_ASSIGN(auto statement, find(db, filter, most));
    Found out;
    for (std::size_t looked = 1;; ++looked) {
      DHII_TRY_ASSIGN(const bool more, statement.step());
      if (!more) return out;
      auto row = row_of(statement.row());
      const std::int64_t id = row.entry.id;
      if (wanted(row)) out.rows.push_back(std::move(row));
      if (out.rows.size() < filter.limit && looked < most) continue;
      out.next = id;  // there may be none below; then the next page is empty and the last
      return out;
    }
  });
}

Result<std::vector<EventRow>> EventJournal::from(std::int64_t from, std::size_t limit) {
  return database_.read([&](Database& db) -> Result<std::vector<EventRow>> {
    auto statement = db.prepare(DHII_EVENT_COLUMNS "WHERE id>=?1 ORDER BY id LIMIT ?2");
    statement.bind(from, limit);
    return rows(statement);
  });
}

Result<std::vector<EventDay>> EventJournal::days(std::int64_t first_day) {
  return database_.read([&](Database& db) -> Result<std::vector<EventDay>> {
    std::vector<EventDay> out;
    DHII_TRY(db.each(
        "SELECT day,name,count FROM event_day WHERE day>=?1 ORDER BY day,name",
        [&](Row row) { out.push_back({row.integer(0), row.get<std::string>(1), row.integer(2)}); }, first_day));
    return out;
  });
}

Result<std::int64_t> EventJournal::count() {
  return database_.read([](Database& db) -> Result<std::int64_t> {
    // Without holes, so that the ends tell it.
    DHII_TRY_ASSIGN(const auto last, db.find<std::int64_t>("SELECT max(id) FROM event"));
    DHII_TRY_ASSIGN(const auto first, db.find<std::int64_t>("SELECT min(id) FROM event"));
    return last ? *last - *first + 1 : 0;
  });
}

Result<std::int64_t> EventJournal::bytes() {
  return database_.read([](Database& db) -> Result<std::int64_t> {
    DHII_TRY_ASSIGN(const auto pages, db.find<std::int64_t>("PRAGMA page_count"));
    DHII_TRY_ASSIGN(const auto free, db.find<std::int64_t>("PRAGMA freelist_count"));
    DHII_TRY_ASSIGN(const auto size, db.find<std::int64_t>("PRAGMA page_size"));
    return (pages.value_or(0) - free.value_or(0)) * size.value_or(0);
  });
}

Result<std::size_t> EventJournal::prune(Timestamp before, std::size_t limit, const Mark& mark) {
  return database_.write([&](Database& db) -> Result<std::size_t> {
    DHII_TRY_ASSIGN(const auto first, db.find<std::int64_t>("SELECT min(id) FROM event"));
    if (!first) return 0;
    // The first record that stays; the newest always does, or the chain would begin with nothing.
    DHII_TRY_ASSIGN(const auto young,
                    db.find<std::int64_t>("SELECT min(id) FROM (SELECT id FROM event WHERE id<=?2 AND at>=?1)", before,
                                          *first + static_cast<std::int64_t>(limit)));
    DHII_TRY_ASSIGN(const auto newest_id, db.find<std::int64_t>("SELECT max(id) FROM event"));
    const std::int64_t keep =
        std::min(young.value_or(*first + static_cast<std::int64_t>(limit)), newest_id.value_or(*first));
    if (keep <= *first) return 0;
    DHII_TRY_ASSIGN(const auto hash, db.find<std::string>("SELECT hash FROM event WHERE id=?1", keep - 1));
    const std::string mac = mark(keep - 1, hash.value_or(""));
    DHII_TRY(db.run("DELETE FROM checkpoint"));
    DHII_TRY(db.run("INSERT INTO checkpoint SELECT id,at,hash,?2 FROM event WHERE id=?1", keep - 1, Blob{mac}));
    DHII_TRY(db.run("DELETE FROM event WHERE id<?1", keep));
    const auto removed = static_cast<std::size_t>(db.changed_rows());
    DHII_TRY(db.run("DELETE FROM event_day WHERE day<(SELECT max(day) FROM event_day)-?1", kDaysKept));
    return removed;
  });
}

}  // namespace dhii::store
