// The full-text index of a mail database (FTS5 table `fts`, rowid = email id, contentless): filling, removing, and its
// bulk and idle settings. Queries are in search/. Internal to src/store.
#pragma once
#include "mime/message.hpp"
#include "store/database.hpp"

namespace dhii::store {

// Ascending ids within one transaction keep FTS5's buffer whole (DESIGN §4).
Result<void> index_email(Database& db, EmailId id, const mime::SearchText& text);
Result<void> unindex_email(Database& db, EmailId id);
Result<void> set_index_bulk(Database& db, bool bulk);
// A small merge of the index's segments; false when there is nothing left to merge.
enum class MergeBeside { kIdle, kBulkLoad };
Result<bool> merge_index(Database& db, MergeBeside beside);
// A bulk load leaves one segment per commit. From here on it merges some with every kBulkMergeEvery-th, so that a load
// of a million messages neither stops for a long merge nor leaves searches with thousands of segments to look at.
inline constexpr int kBulkFreeCommits = 256;
inline constexpr int kBulkMergeEvery = 8;  // a merge opens all segments first: seldom and more at once costs half

}  // namespace dhii::store
