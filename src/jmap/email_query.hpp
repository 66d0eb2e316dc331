// Filters and sorts of Email/query as search::Query (RFC 8621 §4.4). Private to jmap.
#pragma once
#include <span>
#include <string_view>

#include "jmap/core/standard.hpp"
#include "search/search.hpp"

namespace dhii::jmap {

// For the session's emailQuerySortOptions.
std::span<const std::string_view> email_sort_names();

struct EmailFilter {
  search::Filter filter;
  // False when time alone, or a mailbox's name, changes what matches: a difference can't be told then.
  bool is_stable = true;
  // True when an email's place depends on others of its thread.
  bool looks_at_threads = false;
};
// FilterOperator or FilterCondition; nullptr is everything. `text` carries the whole query language of the search box.
Outcome<EmailFilter> read_email_filter(const Call& call, store::ReadTx& tx, AccountId account,
                                       const json::object* filter);
Outcome<std::vector<search::Comparator>> read_email_sort(const json::array* sort);
// How the search's own errors are called in JMAP.
MethodError search_error(const Error& error);

}  // namespace dhii::jmap
