// CONTRACT. Search and listing: filter + sort -> plan -> SQL over the user's database and its full-text index, newest
// first. Used by JMAP Email/query, SearchSnippet/get, the command line. Synchronous, inside a read transaction.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/mail_store.hpp"

namespace dhii::search {

// RFC 8621 §4.4.1. Unset members don't restrict.
struct Condition {
  std::optional<MailboxId> in_mailbox;
  std::vector<MailboxId> in_mailbox_other_than;
  std::optional<Timestamp> before, after;          // received_at < before, >= after
  std::optional<std::int64_t> min_size, max_size;  // >= min, < max
  std::optional<std::string> all_in_thread_have_keyword, some_in_thread_have_keyword, none_in_thread_have_keyword;
  std::optional<std::string> has_keyword, not_keyword;
  std::optional<bool> has_attachment;
  std::optional<std::string> text, from, to, cc, bcc, subject, body,
      filename;  // words; "quoted" phrases; CJK by substring
  std::optional<std::pair<std::string, std::optional<std::string>>> header;  // name, value
};
struct Filter {
  enum class Op { kAnd, kOr, kNot, kLeaf };
  Op op = Op::kLeaf;
  std::vector<Filter> children;
  Condition leaf;
};

enum class SearchError {
  kTooComplex,  // more than kMaxFilterNodes
  kUnsupportedSort,
  kUnsupportedFilter,
  kAnchorNotFound,
  kSyntax,  // the query language; detail names the place
};
ErrorText describe(SearchError e);

inline constexpr std::size_t kMaxFilterNodes =
    256;  // a filter is typed by a person or a client, not generated without bound

// The query language of the search box: words, "phrases", -not, OR, parentheses, and the operators
// from: to: cc: bcc: subject: body: in: is:(unread|read|flagged|starred|answered|draft) has:attachment filename:
// before: after: on: larger: smaller: keyword: `in:` takes a role or a mailbox name of the account (resolved through
// tx). Dates are YYYY, YYYY-MM, YYYY-MM-DD or "7d"/"3w"/"2m"/"1y" back from `now`. What can't be an operator is a word:
// a search box never refuses what a person types, apart from kTooComplex.
Result<Filter> parse_query(store::ReadTx& tx, AccountId account, std::string_view text, Timestamp now);

struct Comparator {
  enum class Key {
    kReceivedAt,
    kSize,
    kFrom,
    kTo,
    kSubject,
    kSentAt,
    kHasKeyword,
    kAllInThreadHaveKeyword,
    kSomeInThreadHaveKeyword
  };
  Key key = Key::kReceivedAt;
  bool ascending = false;
  std::string keyword;
};

struct Query {
  AccountId account;
  Filter filter;                 // default: everything
  std::vector<Comparator> sort;  // empty: newest first
  bool collapse_threads = false;
  std::int64_t position = 0;     // negative: from the end (RFC 8620 §5.5)
  std::optional<EmailId> below;  // newest first only: results older than this email (pages that nothing shifts)
  std::optional<EmailId> anchor;
  std::int64_t anchor_offset = 0;
  std::size_t limit = 50;
  bool calculate_total = false;
  Timestamp now{};  // for relative dates in `text` ("after:7d"); unset: the system clock's
};
struct QueryResult {
  std::vector<EmailId> ids;
  std::int64_t position = 0;
  std::optional<std::int64_t> total;
};
Result<QueryResult> run(store::ReadTx& tx, const Query& query);

struct Snippet {
  EmailId email;
  std::optional<std::string> subject, preview;  // HTML-escaped with <mark>...</mark>, RFC 8621 §5
};
Result<std::vector<Snippet>> snippets(store::ReadTx& tx, AccountId account, const Filter& filter,
                                      const std::vector<EmailId>& ids);

}  // namespace dhii::search
