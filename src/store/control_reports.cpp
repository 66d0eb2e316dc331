#include "store/control_reports.hpp"

#include "store/control_database.hpp"

namespace dhii::store {
namespace {

SecurityReport report_of(Row row) {
  return {.id = row.integer(0),
          .kind = row.get<std::string>(1),
          .at = row.get<Timestamp>(2),
          .score = row.get<int>(3),
          .summary = row.get<std::string>(4)};
}

Result<void> prune_in(Database& db, std::string_view kind, std::size_t keep) {
  return db.run(
      "DELETE FROM security_report WHERE id IN "
      "(SELECT id FROM security_report WHERE kind=? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)",
      kind, keep);
}

}  // namespace

Result<std::int64_t> Reports::add(const SecurityReport& report) {
  if (report.kind.empty() || report.summary.size() > kMaxReportBytes)
    return fail(StoreError::kInvalid,
                "a report needs a kind and at most " + std::to_string(kMaxReportBytes) + " bytes");
  return db_.write([&](Database& db) -> Result<std::int64_t> {
    DHII_TRY(db.run("INSERT INTO security_report(kind, at, score, summary) VALUES(?,?,?,?)", report.kind,
                    report.at == Timestamp{} ? db_.now() : report.at, report.score, report.summary));
    const std::int64_t id = db.last_insert_id();
    DHII_TRY(prune_in(db, report.kind, kMaxReportsOfKind));
    return id;
  });
}

Result<std::optional<SecurityReport>> Reports::latest(std::string_view kind) {
  return db_.read([&](Database& db) {
    return find_row<SecurityReport>(
        db, "SELECT id, kind, at, score, summary FROM security_report WHERE kind=? ORDER BY at DESC, id DESC LIMIT 1",
        report_of, kind);
  });
}

Result<std::vector<SecurityReport>> Reports::list(std::string_view kind, std::size_t limit) {
  return db_.read([&](Database& db) {
    return find_rows<SecurityReport>(
        db,
        "SELECT id, kind, at, score, '' FROM security_report WHERE ?1='' OR kind=?1 ORDER BY at DESC, id DESC LIMIT ?2",
        report_of, kind, limit);
  });
}

Result<void> Reports::prune(std::string_view kind, std::size_t keep) {
  return db_.write([&](Database& db) { return prune_in(db, kind, keep); });
}

}  // namespace dhii::store
