#include "search/plan.hpp"

#include <algorithm>

#include "search/match.hpp"
#include "search/tests_on_email.hpp"
#include "store/repositories.hpp"

namespace dhii::search {
namespace {

using store::Database;
using store::Row;

constexpr std::int64_t kAttachmentBit = 1 << 16;  // placement.bits, see store/views.hpp
constexpr std::int64_t kLargeBytes = 262'144;     // from here on store's index email_large knows
constexpr std::size_t kMaxLargeList = 5'000;      // more are met soon enough without a list
constexpr Id kRareShare = 20;                     // a guess at how many emails a flag singles out: one in so many

std::size_t count_nodes(const Filter& f) {
  std::size_t n = 1;
  for (const Filter& child : f.children) n += count_nodes(child);
  return n;
}

class Compiler {
 public:
  Compiler(store::ReadTx& tx, AccountId account, Direction d) : tx_(tx), db_(tx.db()), account_(account), d_(d) {}

  Result<void> prepare() {
    DHII_TRY_ASSIGN(const auto drift, db_.find<std::int64_t>("SELECT value FROM meta WHERE name='id_drift'"));
    drift_ = drift.value_or(0);
    DHII_TRY_ASSIGN(const auto others,
                    db_.find<bool>("SELECT EXISTS(SELECT 1 FROM view_count WHERE view<0 AND view<>? AND total>0)",
                                   -account_.value));
    alone_ = !others.value_or(false);
    return {};
  }

  Result<StreamPtr> compile(const Filter& filter) {
    if (filter.op == Filter::Op::kOr) return compile_or(filter);
    std::vector<const Filter*> conjuncts;
    flatten(filter, conjuncts);
    return compile_and(conjuncts);
  }

 private:
  struct Building {
    Parts parts;
    std::int64_t view = 0;  // what keyword conditions are asked of
    std::vector<std::string> texts, without;
    std::optional<Timestamp> before, after;
  };

  void flatten(const Filter& filter, std::vector<const Filter*>& out) {
    if (filter.op != Filter::Op::kAnd) {
      out.push_back(&filter);
      return;
    }
    for (const Filter& child : filter.children) flatten(child, out);
  }

  Result<StreamPtr> compile_or(const Filter& filter) {
    if (auto match = match_of(filter); match && alone_) return text_stream(db_, d_, std::move(*match));
    std::vector<StreamPtr> any;
    for (const Filter& child : filter.children) {
      DHII_TRY_ASSIGN(auto stream, compile(child));
      any.push_back(std::move(stream));
    }
    if (any.empty()) return list_stream(d_, {});
    return union_of(d_, std::move(any));
  }

  Result<StreamPtr> compile_and(const std::vector<const Filter*>& conjuncts) {
    Building b;
    b.view = -account_.value;
    for (const Filter* f : conjuncts)
      if (f->op == Filter::Op::kLeaf && f->leaf.in_mailbox) b.view = f->leaf.in_mailbox->value;
    DHII_TRY_ASSIGN(count_, count_view(tx_, b.view));
    for (const Filter* f : conjuncts) DHII_TRY(add(b, *f));
    DHII_TRY(add_dates(b));
    add_texts(b);
    const bool text_only = b.parts.all.size() == 1 && !b.texts.empty();
    if (b.parts.all.empty() || b.view > 0 || (text_only && !alone_))
      b.parts.all.push_back(view_stream(db_, d_, b.view, Kind::kAll, count_.emails));
    return intersection(d_, std::move(b.parts));
  }

  Result<void> add(Building& b, const Filter& f) {
    switch (f.op) {
      case Filter::Op::kAnd:
        return {};  // flattened
      case Filter::Op::kLeaf:
        return add_leaf(b, f.leaf);
      case Filter::Op::kNot:
        return add_not(b, f);
      case Filter::Op::kOr:
        break;
    }
    if (auto match = match_of(f)) {
      b.texts.push_back(std::move(*match));
      return {};
    }
    DHII_TRY_ASSIGN(auto any, compile_or(f));
    b.parts.all.push_back(std::move(any));
    return {};
  }

  Result<void> add_not(Building& b, const Filter& f) {
    for (const Filter& refused : f.children) {
      if (auto match = match_of(refused)) {
        b.without.push_back(std::move(*match));
        continue;
      }
      const ViewCount outer = count_;
      DHII_TRY_ASSIGN(auto stream, compile(refused));
      count_ = outer;
      b.parts.none.push_back(std::move(stream));
    }
    return {};
  }

  void add_texts(Building& b) {
    const auto join = [](const std::vector<std::string>& parts, std::string_view with) {
      std::string out;
      for (const auto& part : parts) out += (out.empty() ? std::string() : std::string(with)) + "(" + part + ")";
      return out;
    };
    if (b.texts.empty()) {
      if (!b.without.empty()) b.parts.none.push_back(text_stream(db_, d_, join(b.without, " OR ")));
      return;
    }
    std::string match = join(b.texts, " AND ");
    if (!b.without.empty()) match = "(" + match + ") NOT (" + join(b.without, " OR ") + ")";
    b.parts.all.push_back(text_stream(db_, d_, std::move(match)));
  }

  Result<void> add_leaf(Building& b, const Condition& c) {
    if (auto match = text_of(c)) b.texts.push_back(std::move(*match));
    if (c.in_mailbox) {
      DHII_TRY_ASSIGN(const auto mailbox, db_.find<AccountId>("SELECT account FROM mailbox WHERE id=?", *c.in_mailbox));
      if (mailbox != account_)
        b.parts.all.push_back(list_stream(d_, {}));
      else if (c.in_mailbox->value != b.view)
        b.parts.all.push_back(view_stream(db_, d_, c.in_mailbox->value, Kind::kAll, count_.emails));
    }
    if (!c.in_mailbox_other_than.empty()) b.parts.tests.push_back(other_mailbox_test(db_, c.in_mailbox_other_than));
    if (c.before) b.before = b.before ? std::min(*b.before, *c.before) : *c.before;
    if (c.after) b.after = b.after ? std::max(*b.after, *c.after) : *c.after;
    DHII_TRY(add_size(b, c));
    if (c.has_keyword) add_keyword(b, *c.has_keyword, true);
    if (c.not_keyword) add_keyword(b, *c.not_keyword, false);
    if (c.has_attachment)
      b.parts.all.push_back(*c.has_attachment ? kind(b, Kind::kAttachment)
                                              : bits_stream(db_, d_, b.view, kAttachmentBit, 0));
    if (c.all_in_thread_have_keyword)
      b.parts.tests.push_back(thread_keyword_test(db_, Quantity::kAll, *c.all_in_thread_have_keyword));
    if (c.some_in_thread_have_keyword)
      b.parts.tests.push_back(thread_keyword_test(db_, Quantity::kSome, *c.some_in_thread_have_keyword));
    if (c.none_in_thread_have_keyword)
      b.parts.tests.push_back(thread_keyword_test(db_, Quantity::kNone, *c.none_in_thread_have_keyword));
    if (c.header) b.parts.tests.push_back(header_test(tx_, account_, c.header->first, c.header->second));
    return {};
  }

  static std::optional<std::string> text_of(const Condition& c) {
    Filter only;
    only.leaf.text = c.text;
    only.leaf.from = c.from;
    only.leaf.to = c.to;
    only.leaf.cc = c.cc;
    only.leaf.bcc = c.bcc;
    only.leaf.subject = c.subject;
    only.leaf.body = c.body;
    only.leaf.filename = c.filename;
    return match_of(only);
  }

  StreamPtr kind(const Building& b, Kind kind) {
    const Id guess = kind == Kind::kUnread ? count_.unread : count_.emails / kRareShare;
    return view_stream(db_, d_, b.view, kind, guess);
  }

  void add_keyword(Building& b, const std::string& keyword, bool wanted) {
    store::Keywords one;
    if (!one.add(keyword)) {
      if (wanted) b.parts.all.push_back(list_stream(d_, {}));  // no email can have it
      return;
    }
    if (one.bits == 0) {
      auto stream = keyword_stream(db_, d_, account_, one.custom.front());
      (wanted ? b.parts.all : b.parts.none).push_back(std::move(stream));
      return;
    }
    using store::Flag;
    if (!wanted && one.has(Flag::kSeen)) return b.parts.all.push_back(kind(b, Kind::kUnread));
    if (wanted && one.has(Flag::kFlagged)) return b.parts.all.push_back(kind(b, Kind::kFlagged));
    if (wanted && one.has(Flag::kAnswered)) return b.parts.all.push_back(kind(b, Kind::kAnswered));
    if (wanted && one.has(Flag::kDraft)) return b.parts.all.push_back(kind(b, Kind::kDraft));
    b.parts.all.push_back(bits_stream(db_, d_, b.view, one.bits, wanted ? one.bits : 0));
  }

  Result<void> add_size(Building& b, const Condition& c) {
    if (!c.min_size && !c.max_size) return {};
    b.parts.tests.push_back(size_test(db_, c.min_size, c.max_size));
    if (c.min_size.value_or(0) < kLargeBytes) return {};
    std::vector<Id> ids;
    DHII_TRY(db_.each(
        "SELECT id FROM email INDEXED BY email_large WHERE account=? AND size>=? AND size>=262144 LIMIT ?",
        [&](Row row) { ids.push_back(row.integer(0)); }, account_, *c.min_size, kMaxLargeList + 1));
    if (ids.size() <= kMaxLargeList) b.parts.all.push_back(list_stream(d_, std::move(ids)));
    return {};
  }

  Result<void> add_dates(Building& b) {
    if (!b.before && !b.after) return {};
    DateBounds bounds{.before = b.before, .after = b.after};
    if (b.before) {
      b.parts.high = (to_unix_seconds(*b.before - std::chrono::milliseconds(1)) << 2) + drift_;
      bounds.certain_high = to_unix_seconds(*b.before) << 2;
    }
    if (b.after) {
      b.parts.low = to_unix_seconds(*b.after) << 2;
      bounds.certain_low = (to_unix_seconds(*b.after + std::chrono::milliseconds(999)) << 2) + drift_;
    }
    b.parts.tests.insert(b.parts.tests.begin(), date_test(db_, bounds));
    return {};
  }

  store::ReadTx& tx_;
  Database& db_;
  AccountId account_;
  Direction d_;
  std::int64_t drift_ = 0;
  bool alone_ = true;  // no other account has mail: text hits need no look at whose they are
  ViewCount count_;
};

Result<Filter> expand_node(store::ReadTx& tx, AccountId account, const Filter& filter, Timestamp now) {
  Filter out{.op = filter.op, .leaf = filter.leaf};
  for (const Filter& child : filter.children) {
    DHII_TRY_ASSIGN(auto expanded, expand_node(tx, account, child, now));
    out.children.push_back(std::move(expanded));
  }
  if (filter.op != Filter::Op::kLeaf || !filter.leaf.text || unquote_term(*filter.leaf.text)) return out;
  DHII_TRY_ASSIGN(auto typed, parse_query(tx, account, *filter.leaf.text, now));
  Filter both{.op = Filter::Op::kAnd};
  out.leaf.text.reset();
  both.children.push_back(std::move(out));
  both.children.push_back(std::move(typed));
  return both;
}

bool is_empty(const Condition& c) {
  return !c.in_mailbox && c.in_mailbox_other_than.empty() && !c.before && !c.after && !c.min_size && !c.max_size &&
         !c.all_in_thread_have_keyword && !c.some_in_thread_have_keyword && !c.none_in_thread_have_keyword &&
         !c.has_keyword && !c.not_keyword && !c.has_attachment && !c.text && !c.from && !c.to && !c.cc && !c.bcc &&
         !c.subject && !c.body && !c.filename && !c.header;
}

}  // namespace

Result<Filter> expand(store::ReadTx& tx, AccountId account, const Filter& filter, Timestamp now) {
  if (count_nodes(filter) > kMaxFilterNodes) return fail(SearchError::kTooComplex);
  DHII_TRY_ASSIGN(auto out, expand_node(tx, account, filter, now));
  if (count_nodes(out) > 4 * kMaxFilterNodes) return fail(SearchError::kTooComplex);
  return out;
}

Result<StreamPtr> compile(store::ReadTx& tx, AccountId account, const Filter& filter, Direction direction) {
  Compiler compiler(tx, account, direction);
  DHII_TRY(compiler.prepare());
  return compiler.compile(filter);
}

std::optional<std::int64_t> plain_view(AccountId account, const Filter& filter) {
  if (filter.op == Filter::Op::kAnd) {
    // Empty parts, as expand() may leave, don't count.
    const Filter* only = nullptr;
    for (const Filter& child : filter.children) {
      if (child.op == Filter::Op::kLeaf && is_empty(child.leaf)) continue;
      if (only != nullptr) return std::nullopt;
      only = &child;
    }
    return only == nullptr ? std::optional(-account.value) : plain_view(account, *only);
  }
  if (filter.op != Filter::Op::kLeaf) return std::nullopt;
  Condition rest = filter.leaf;
  rest.in_mailbox.reset();
  if (!is_empty(rest)) return std::nullopt;
  return filter.leaf.in_mailbox ? filter.leaf.in_mailbox->value : -account.value;
}

Result<ViewCount> count_view(store::ReadTx& tx, std::int64_t view) {
  ViewCount count;
  DHII_TRY(tx.db().each(
      "SELECT total, unread, threads FROM view_count WHERE view=?",
      [&](Row row) { count = {row.integer(0), row.integer(1), row.integer(2)}; }, view));
  return count;
}

}  // namespace dhii::search
