#include "store/control_containment.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

MeasureTaken taken_of(Row row) {
  return {.measure = static_cast<Measure>(row.integer(0)),
          .incident = row.integer(1),
          .by = row.get<std::string>(2),
          .at = row.get<Timestamp>(3)};
}

Result<bool> is_taken(Database& db, Measure measure) {
  DHII_TRY_ASSIGN(const auto count, db.find<std::int64_t>("SELECT count(*) FROM containment WHERE measure=?",
                                                          static_cast<std::int64_t>(measure)));
  return count.value_or(0) > 0;
}

}  // namespace

std::string_view measure_name(Measure measure) {
  return measure == Measure::kReadOnly ? "read-only" : "sign-ups closed";
}

Result<std::vector<MeasureTaken>> ContainmentStore::taken() {
  return db_.read([](Database& db) {
    return find_rows<MeasureTaken>(db, "SELECT measure, incident, by, at FROM containment ORDER BY measure", taken_of);
  });
}

Result<bool> ContainmentStore::take(Measure measure, std::int64_t incident, std::string_view by) {
  return db_.write([&](Database& db) -> Result<bool> {
    DHII_TRY_ASSIGN(const bool before, is_taken(db, measure));
    if (before) return false;
    DHII_TRY(db.run("INSERT INTO containment(measure, incident, by, at) VALUES(?,?,?,?)",
                    static_cast<std::int64_t>(measure), incident, by, db_.now()));
    return true;
  });
}

Result<bool> ContainmentStore::lift(Measure measure) {
  return db_.write([&](Database& db) -> Result<bool> {
    DHII_TRY_ASSIGN(const bool before, is_taken(db, measure));
    DHII_TRY(db.run("DELETE FROM containment WHERE measure=?", static_cast<std::int64_t>(measure)));
    return before;
  });
}

}  // namespace dhii::store
