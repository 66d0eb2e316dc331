// A filter becomes one stream of ids. All text conditions that are ANDed become one FTS5 query; mailbox and keyword
// conditions become index streams on the mailbox's (or the account's) placements; dates become bounds on the id, which
// is made of the time; what no index answers becomes a test on the survivors. Internal to src/search.
#pragma once
#include "search/search.hpp"
#include "search/streams.hpp"

namespace dhii::search {

// `text` conditions that a person typed are replaced by what the query language makes of them. kTooComplex.
Result<Filter> expand(store::ReadTx& tx, AccountId account, const Filter& filter, Timestamp now);

// `filter` must be expanded.
Result<StreamPtr> compile(store::ReadTx& tx, AccountId account, const Filter& filter, Direction direction);

// The view (mailbox id or minus the account's) if the filter asks for nothing but being in it.
std::optional<std::int64_t> plain_view(AccountId account, const Filter& filter);

struct ViewCount {
  std::int64_t emails = 0, unread = 0, threads = 0;
};
Result<ViewCount> count_view(store::ReadTx& tx, std::int64_t view);

}  // namespace dhii::search
