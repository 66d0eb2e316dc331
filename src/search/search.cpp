#include "search/search.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "mime/thread_key.hpp"
#include "search/plan.hpp"
#include "store/folding.hpp"
#include "store/repositories.hpp"

namespace dhii::search {
namespace {

using store::Row;

bool by_time(const Query& q) {
  return q.sort.empty() || (q.sort.size() == 1 && q.sort.front().key == Comparator::Key::kReceivedAt);
}
Direction direction_of(const Query& q) {
  return !q.sort.empty() && q.sort.front().ascending ? Direction::kOldestFirst : Direction::kNewestFirst;
}

// Where to start and how far to go, once the number of results or the place of the anchor is known (RFC 8620 §5.5).
std::int64_t first_position(const Query& q, std::int64_t total) {
  return q.position >= 0 ? q.position : std::max<std::int64_t>(0, total + q.position);
}

// ---- everything in one view: straight off an index, counts known
// -------------------------------------------------------------------

class ViewListing {
 public:
  ViewListing(store::ReadTx& tx, const Query& q, std::int64_t view)
      : tx_(tx), q_(q), view_(view), d_(direction_of(q)) {}

  Result<QueryResult> run() {
    if (view_ > 0) {
      DHII_TRY_ASSIGN(const auto owner, tx_.db().find<AccountId>("SELECT account FROM mailbox WHERE id=?", view_));
      if (owner != q_.account)
        return QueryResult{.total = q_.calculate_total ? std::optional<std::int64_t>(0) : std::nullopt};
    }
    DHII_TRY_ASSIGN(const ViewCount count, count_view(tx_, view_));
    const std::int64_t total = q_.collapse_threads ? count.threads : count.emails;
    QueryResult out{.position = first_position(q_, total)};
    if (q_.calculate_total) out.total = total;
    if (q_.anchor) {
      DHII_TRY_ASSIGN(const std::int64_t at, position_of(q_.anchor->value));
      out.position = std::max<std::int64_t>(0, at + q_.anchor_offset);
    }
    if (out.position >= total || q_.limit == 0) return out;
    DHII_TRY(list(out, total));
    return out;
  }

 private:
  // Rows past the middle are reached from the other end.
  Result<void> list(QueryResult& out, std::int64_t total) {
    const auto wanted = std::min<std::int64_t>(static_cast<std::int64_t>(q_.limit), total - out.position);
    const bool from_the_end = out.position > total / 2;
    const std::int64_t skip = from_the_end ? total - out.position - wanted : out.position;
    const bool down = (d_ == Direction::kNewestFirst) != from_the_end;
    const store::Sql threads_down = "SELECT newest FROM thread_view WHERE view=? ORDER BY newest DESC LIMIT ? OFFSET ?";
    const store::Sql threads_up = "SELECT newest FROM thread_view WHERE view=? ORDER BY newest LIMIT ? OFFSET ?";
    const store::Sql emails_down = "SELECT email FROM placement WHERE view=? ORDER BY email DESC LIMIT ? OFFSET ?";
    const store::Sql emails_up = "SELECT email FROM placement WHERE view=? ORDER BY email LIMIT ? OFFSET ?";
    const store::Sql sql = q_.collapse_threads ? (down ? threads_down : threads_up) : (down ? emails_down : emails_up);
    DHII_TRY(tx_.db().each(sql, [&](Row row) { out.ids.push_back(row.get<EmailId>(0)); }, view_, wanted, skip));
    if (from_the_end) std::ranges::reverse(out.ids);
    return {};
  }

  Result<std::int64_t> position_of(Id anchor) {
    DHII_TRY_ASSIGN(
        const auto here,
        q_.collapse_threads
            ? tx_.db().find<bool>("SELECT EXISTS(SELECT 1 FROM thread_view WHERE view=? AND newest=?)", view_, anchor)
            : tx_.db().find<bool>("SELECT EXISTS(SELECT 1 FROM placement WHERE view=? AND email=?)", view_, anchor));
    if (!here.value_or(false)) return fail(SearchError::kAnchorNotFound);
    const bool down = d_ == Direction::kNewestFirst;
    const store::Sql threads_before = down ? store::Sql("SELECT count(*) FROM thread_view WHERE view=? AND newest>?")
                                           : store::Sql("SELECT count(*) FROM thread_view WHERE view=? AND newest<?");
    const store::Sql emails_before = down ? store::Sql("SELECT count(*) FROM placement WHERE view=? AND email>?")
                                          : store::Sql("SELECT count(*) FROM placement WHERE view=? AND email<?");
    DHII_TRY_ASSIGN(const auto before,
                    tx_.db().find<std::int64_t>(q_.collapse_threads ? threads_before : emails_before, view_, anchor));
    return before.value_or(0);
  }

  store::ReadTx& tx_;
  const Query& q_;
  std::int64_t view_;
  Direction d_;
};

// ---- any filter: a stream, cut as soon as enough is known
// ---------------------------------------------------------------------------

class Collapse {
 public:
  explicit Collapse(store::ReadTx& tx, const Query& q) : tx_(tx), on_(q.collapse_threads), view_(-q.account.value) {}
  // True for the first email of its thread.
  Result<bool> admits(Id email) {
    if (!on_) return true;
    DHII_TRY_ASSIGN(const auto thread,
                    tx_.db().find<Id>("SELECT thread FROM placement WHERE view=? AND email=?", view_, email));
    return threads_.insert(thread.value_or(email)).second;
  }

 private:
  store::ReadTx& tx_;
  bool on_;
  std::int64_t view_;
  std::unordered_set<Id> threads_;
};

// The results up to where the answer ends: all of them when a total, a position from the end or an anchor asks for it.
Result<std::vector<Id>> collect(store::ReadTx& tx, const Query& q, Stream& stream, Direction d) {
  std::vector<Id> ids;
  Collapse collapse(tx, q);
  const bool all = q.calculate_total || (q.position < 0 && !q.anchor);
  std::int64_t enough =
      q.anchor ? std::numeric_limits<std::int64_t>::max() : q.position + static_cast<std::int64_t>(q.limit);
  Id bound = q.below && d == Direction::kNewestFirst ? beyond(d, q.below->value) : start_of(d);
  while (all || static_cast<std::int64_t>(ids.size()) < enough) {
    DHII_TRY_ASSIGN(const auto id, stream.seek(bound));
    if (!id) break;
    bound = beyond(d, *id);
    DHII_TRY_ASSIGN(const bool wanted, collapse.admits(*id));
    if (!wanted) continue;
    ids.push_back(*id);
    if (q.anchor && *id == q.anchor->value)
      enough = static_cast<std::int64_t>(ids.size()) - 1 + std::max<std::int64_t>(0, q.anchor_offset) +
               static_cast<std::int64_t>(q.limit);
  }
  return ids;
}

Result<QueryResult> cut(const Query& q, const std::vector<Id>& ids) {
  const auto total = static_cast<std::int64_t>(ids.size());
  QueryResult out{.position = first_position(q, total)};
  if (q.calculate_total) out.total = total;
  if (q.anchor) {
    const auto at = std::ranges::find(ids, q.anchor->value);
    if (at == ids.end()) return fail(SearchError::kAnchorNotFound);
    out.position = std::max<std::int64_t>(0, at - ids.begin() + q.anchor_offset);
  }
  for (auto i = out.position; i < total && out.ids.size() < q.limit; ++i)
    out.ids.emplace_back(ids[static_cast<std::size_t>(i)]);
  return out;
}

// ---- other orders: all results are gathered, then sorted
// ----------------------------------------------------------------------------

struct SortKey {
  std::vector<std::variant<std::int64_t, std::string>> values;  // one per comparator
  Id id = 0;
};

std::string person(const std::vector<mime::Address>& addresses) {
  if (addresses.empty()) return {};
  return store::fold_text(addresses.front().name.empty() ? addresses.front().email : addresses.front().name);
}

class Sorter {
 public:
  Sorter(store::ReadTx& tx, const Query& q) : tx_(tx), q_(q) {}

  Result<void> sort(std::vector<Id>& ids) {
    std::vector<SortKey> keys;
    keys.reserve(ids.size());
    for (const Id id : ids) {
      DHII_TRY_ASSIGN(auto key, key_of(id));
      keys.push_back(std::move(key));
    }
    std::ranges::sort(keys, [&](const SortKey& a, const SortKey& b) { return before(a, b); });
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = keys[i].id;
    return {};
  }

 private:
  bool before(const SortKey& a, const SortKey& b) const {
    for (std::size_t i = 0; i < q_.sort.size(); ++i) {
      if (a.values[i] == b.values[i]) continue;
      return q_.sort[i].ascending ? a.values[i] < b.values[i] : b.values[i] < a.values[i];
    }
    return a.id > b.id;  // then newest first
  }

  Result<SortKey> key_of(Id id) {
    const EmailId email(id);
    DHII_TRY_ASSIGN(const auto found, store::get_emails(tx_, q_.account, std::span(&email, 1)));
    SortKey key{.id = id};
    for (const Comparator& c : q_.sort) {
      if (found.empty()) {
        key.values.emplace_back(std::int64_t{0});
        continue;
      }
      DHII_TRY_ASSIGN(auto value, value_of(found.front(), c));
      key.values.push_back(std::move(value));
    }
    return key;
  }

  Result<std::variant<std::int64_t, std::string>> value_of(const store::Email& e, const Comparator& c) {
    using Value = std::variant<std::int64_t, std::string>;
    switch (c.key) {
      case Comparator::Key::kReceivedAt:
        return Value(to_unix_ms(e.received_at));
      case Comparator::Key::kSize:
        return Value(e.size);
      case Comparator::Key::kFrom:
        return Value(person(e.envelope.from));
      case Comparator::Key::kTo:
        return Value(person(e.envelope.to));
      case Comparator::Key::kSubject:
        return Value(store::fold_text(mime::base_subject(e.envelope.subject)));
      case Comparator::Key::kSentAt:
        return Value(to_unix_ms(e.envelope.sent_at ? e.envelope.sent_at->at : e.received_at));
      case Comparator::Key::kHasKeyword:
        return Value(std::int64_t{e.keywords.has(c.keyword)});
      case Comparator::Key::kAllInThreadHaveKeyword:
      case Comparator::Key::kSomeInThreadHaveKeyword:
        break;
    }
    DHII_TRY_ASSIGN(const auto thread, store::thread_emails(tx_, q_.account, e.thread));
    DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx_, q_.account, thread));
    const auto has = [&](const store::Email& other) { return other.keywords.has(c.keyword); };
    return Value(std::int64_t{c.key == Comparator::Key::kAllInThreadHaveKeyword ? std::ranges::all_of(emails, has)
                                                                                : std::ranges::any_of(emails, has)});
  }

  store::ReadTx& tx_;
  const Query& q_;
};

Result<QueryResult> run_sorted(store::ReadTx& tx, const Query& q, const Filter& filter) {
  Query everything = q;
  everything.collapse_threads = false;
  everything.calculate_total = true;
  everything.anchor.reset();
  DHII_TRY_ASSIGN(auto stream, compile(tx, q.account, filter, Direction::kNewestFirst));
  DHII_TRY_ASSIGN(auto ids, collect(tx, everything, *stream, Direction::kNewestFirst));
  DHII_TRY(Sorter(tx, q).sort(ids));
  if (q.collapse_threads) {  // the first of each thread in this order (RFC 8621 §4.4.3)
    Collapse collapse(tx, q);
    std::vector<Id> kept;
    for (const Id id : ids) {
      DHII_TRY_ASSIGN(const bool first, collapse.admits(id));
      if (first) kept.push_back(id);
    }
    ids = std::move(kept);
  }
  return cut(q, ids);
}

}  // namespace

ErrorText describe(SearchError e) {
  switch (e) {
    case SearchError::kTooComplex:
      return {"search.too_complex", "The search has too many parts. Leave some words, operators or parentheses out."};
    case SearchError::kUnsupportedSort:
      return {"search.unsupported_sort", "Mail can't be sorted by that."};
    case SearchError::kUnsupportedFilter:
      return {"search.unsupported_filter", "Mail can't be filtered by that."};
    case SearchError::kAnchorNotFound:
      return {"search.anchor_not_found", "The message to start from is not among the results."};
    case SearchError::kSyntax:
      return {"search.syntax", "The search could not be understood. Check quotes and parentheses."};
  }
  return {"search.unknown", "The search failed for an unknown reason."};
}

Result<QueryResult> run(store::ReadTx& tx, const Query& query) {
  const Timestamp now = query.now == Timestamp{} ? SystemClock().now() : query.now;
  DHII_TRY_ASSIGN(const Filter filter, expand(tx, query.account, query.filter, now));
  if (!by_time(query)) return run_sorted(tx, query, filter);
  if (const auto view = plain_view(query.account, filter); view && !query.below)
    return ViewListing(tx, query, *view).run();
  const Direction d = direction_of(query);
  DHII_TRY_ASSIGN(auto stream, compile(tx, query.account, filter, d));
  DHII_TRY_ASSIGN(const auto ids, collect(tx, query, *stream, d));
  return cut(query, ids);
}

}  // namespace dhii::search
