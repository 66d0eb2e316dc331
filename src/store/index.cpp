#include "store/index.hpp"

namespace dhii::store {
namespace {

constexpr int kHashBytes = 1 << 20;       // FTS5's default: memory while a transaction runs
constexpr int kBulkHashBytes = 32 << 20;  // DESIGN §4: three times faster loads, within the 200 MB of a first sync
constexpr int kAutomerge = 4;             // FTS5's default
constexpr int kCrisisMerge = 16;  // FTS5's default: so many segments of a level are merged at once, in one commit
constexpr int kBulkCrisisMerge = 1'000;  // such a merge holds up the writer for seconds: slices do it instead
constexpr int kMergePages = 128;         // one idle slice: some 20-50 ms
constexpr int kBulkMergePages = 2'400;   // eight batches of some hundred messages write about half as many

}  // namespace

Result<void> index_email(Database& db, EmailId id, const mime::SearchText& t) {
  return db.run("INSERT INTO fts(rowid, subject, sender, recipient, cc, bcc, body, filename) VALUES(?,?,?,?,?,?,?,?)",
                id, t.subject, t.from, t.to, t.cc, t.bcc, t.body, t.attachment_names);
}

Result<void> unindex_email(Database& db, EmailId id) { return db.run("DELETE FROM fts WHERE rowid=?", id); }

Result<void> set_index_bulk(Database& db, bool bulk) {
  DHII_TRY(db.run("INSERT INTO fts(fts, rank) VALUES('hashsize', ?)", bulk ? kBulkHashBytes : kHashBytes));
  DHII_TRY(db.run("INSERT INTO fts(fts, rank) VALUES('automerge', ?)", bulk ? 0 : kAutomerge));
  DHII_TRY(db.run("INSERT INTO fts(fts, rank) VALUES('crisismerge', ?)", bulk ? kBulkCrisisMerge : kCrisisMerge));
  return db.run("INSERT INTO meta(name, value) VALUES('bulk', ?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
                bulk);
}

Result<bool> merge_index(Database& db, MergeBeside beside) {
  const std::int64_t before = db.total_changed_rows();
  DHII_TRY(db.run("INSERT INTO fts(fts, rank) VALUES('merge', ?)",
                  beside == MergeBeside::kBulkLoad ? kBulkMergePages : kMergePages));
  return db.total_changed_rows() - before >= 2;  // as FTS5's manual tells it: fewer means that there was nothing to do
}

}  // namespace dhii::store
