#include "store/control_tasks.hpp"

#include <algorithm>

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

TaskDone done_of(Row row) {
  return {.id = row.integer(0),
          .task = row.get<std::string>(1),
          .at = row.get<Timestamp>(2),
          .by = row.get<std::string>(3),
          .note = row.get<std::string>(4)};
}

Incident incident_of(Row row) {
  return {.id = row.integer(0),
          .title = row.get<std::string>(1),
          .phase = row.get<std::string>(2),
          .opened_at = row.get<Timestamp>(3),
          .closed_at = row.get<Timestamp>(4),
          .opened_by = row.get<std::string>(5),
          .lessons = row.get<std::string>(6)};
}

std::size_t rank_of(std::string_view phase) {
  const auto phases = incident_phases();
  return static_cast<std::size_t>(std::ranges::find(phases, phase) - phases.begin());
}

Result<Incident> find_open(Database& db, std::int64_t id) {
  DHII_TRY_ASSIGN(auto found, find_row<Incident>(db,
                                                 "SELECT id, title, phase, opened_at, closed_at, opened_by, lessons "
                                                 "FROM incident WHERE id=?",
                                                 incident_of, id));
  if (!found) return fail(StoreError::kNotFound, "incident " + std::to_string(id));
  if (found->phase == "closed") return fail(StoreError::kInvalid, "incident " + std::to_string(id) + " is closed");
  return std::move(*found);
}

}  // namespace

std::vector<std::string_view> incident_phases() {
  return {"detection", "containment", "investigation", "recovery", "lessons", "closed"};
}

Result<std::int64_t> Tasks::add(const TaskDone& done) {
  if (done.task.empty() || done.note.size() > kMaxNoteBytes)
    return fail(StoreError::kInvalid, "a note has at most " + std::to_string(kMaxNoteBytes) + " bytes");
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY(db.run("INSERT INTO task_done(task, at, by, note) VALUES(?,?,?,?)", done.task,
                    done.at == Timestamp{} ? db_.now() : done.at, done.by, done.note));
    const std::int64_t id = db.last_insert_id();
    DHII_TRY(
        db.run("DELETE FROM task_done WHERE id IN (SELECT id FROM task_done WHERE task=? ORDER BY at DESC, id DESC "
               "LIMIT -1 OFFSET ?)",
               done.task, kMaxDoneOfTask));
    return id;
  });
}

Result<std::vector<TaskDone>> Tasks::latest() {
  return db_.read([](Database& db) {
    return find_rows<TaskDone>(db, "SELECT id, task, max(at), by, note FROM task_done GROUP BY task ORDER BY task",
                               done_of);
  });
}

Result<std::vector<TaskDone>> Tasks::history(std::string_view task, std::size_t limit) {
  return db_.read([&](Database& db) {
    return find_rows<TaskDone>(
        db, "SELECT id, task, at, by, note FROM task_done WHERE task=? ORDER BY at DESC, id DESC LIMIT ?", done_of,
        task, limit);
  });
}

Result<Timestamp> Tasks::begin() {
  return db_.write([&](Database& db) -> Result<Timestamp> {
    DHII_TRY(db.run("INSERT OR IGNORE INTO task_done(id, task, at, by, note) VALUES(0, 'begin', ?, 'system', '')",
                    db_.now()));
    DHII_TRY_ASSIGN(const auto at, db.find<std::int64_t>("SELECT at FROM task_done WHERE id=0"));
    return from_unix_ms(at.value_or(0));
  });
}

Result<std::int64_t> Incidents::open(std::string_view title, std::string_view by) {
  if (title.empty() || title.size() > 300) return fail(StoreError::kInvalid, "a title has 1 to 300 bytes");
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY(
        db.run("INSERT INTO incident(title, phase, opened_at, closed_at, opened_by, lessons) "
               "VALUES(?,'detection',?,0,?,'')",
               title, db_.now(), by));
    return db.last_insert_id();
  });
}

Result<Incident> Incidents::get(std::int64_t id) {
  DHII_TRY_ASSIGN(auto found, db_.read([&](Database& db) {
    return find_row<Incident>(
        db, "SELECT id, title, phase, opened_at, closed_at, opened_by, lessons FROM incident WHERE id=?", incident_of,
        id);
  }));
  if (!found) return fail(StoreError::kNotFound, "incident " + std::to_string(id));
  return std::move(*found);
}

Result<std::vector<Incident>> Incidents::list(std::size_t limit) {
  return db_.read([&](Database& db) {
    return find_rows<Incident>(
        db, "SELECT id, title, phase, opened_at, closed_at, opened_by, lessons FROM incident ORDER BY id DESC LIMIT ?",
        incident_of, limit);
  });
}

Result<void> Incidents::note(std::int64_t id, const IncidentNote& note) {
  if (note.text.empty() || note.text.size() > kMaxNoteBytes || rank_of(note.phase) >= rank_of("closed"))
    return fail(StoreError::kInvalid,
                "a note has 1 to " + std::to_string(kMaxNoteBytes) + " bytes and one of the five phases");
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY_ASSIGN(const auto incident, find_open(db, id));
    DHII_TRY_ASSIGN(const auto count, db.find<std::int64_t>("SELECT count(*) FROM incident_note WHERE incident=?", id));
    if (count.value_or(0) >= static_cast<std::int64_t>(kMaxIncidentNotes))
      return fail(StoreError::kInvalid, "this incident has its last note; open another one that goes on");
    DHII_TRY(db.run("INSERT INTO incident_note(incident, at, by, phase, text) VALUES(?,?,?,?,?)", id,
                    note.at == Timestamp{} ? db_.now() : note.at, note.by, note.phase, note.text));
    if (rank_of(note.phase) <= rank_of(incident.phase)) return {};
    return db.run("UPDATE incident SET phase=? WHERE id=?", note.phase, id);
  });
}

Result<std::vector<IncidentNote>> Incidents::notes(std::int64_t id) {
  return db_.read([&](Database& db) {
    return find_rows<IncidentNote>(
        db, "SELECT at, by, phase, text FROM incident_note WHERE incident=? ORDER BY id",
        [](Row row) {
          return IncidentNote{row.get<Timestamp>(0), row.get<std::string>(1), row.get<std::string>(2),
                              row.get<std::string>(3)};
        },
        id);
  });
}

Result<void> Incidents::close(std::int64_t id, std::string_view lessons, std::string_view by) {
  if (lessons.empty() || lessons.size() > kMaxNoteBytes)
    return fail(StoreError::kInvalid, "an incident is closed with what was learnt from it");
  return db_.write([&](Database& db) -> Result<void> {
    DHII_TRY(find_open(db, id));
    DHII_TRY(db.run("INSERT INTO incident_note(incident, at, by, phase, text) VALUES(?,?,?,'lessons',?)", id, db_.now(),
                    by, lessons));
    return db.run("UPDATE incident SET phase='closed', closed_at=?, lessons=? WHERE id=?", db_.now(), lessons, id);
  });
}

}  // namespace dhii::store
