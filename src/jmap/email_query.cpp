// Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5).
#include "jmap/email_query.hpp"

#include <algorithm>
#include <set>

#include "jmap/core/methods.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

// Past this many differences a client is faster with a new query: each one costs a look-up of its place.
constexpr std::size_t kMaxQueryDifferences = 100;

json::array id_list(const Call& call, const std::vector<EmailId>& ids) {
  auto out = call.array();
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(id_value(id, call.storage));
  return out;
}

bool sorts_by_threads(const std::vector<search::Comparator>& sort) {
  return std::ranges::any_of(
      sort, [](const search::Comparator& c) { return c.key >= search::Comparator::Key::kAllInThreadHaveKeyword; });
}

json::object render_query(const Call& call, AccountId account, const search::QueryResult& found, ChangeNumber state,
                          bool can_calculate) {
  auto out = call.object(8);
  out.emplace("accountId", id_value(account, call.storage));
  out.emplace("queryState", call.text(state_text(state)));
  out.emplace("canCalculateChanges", can_calculate);
  out.emplace("position", found.position);
  out.emplace("ids", id_list(call, found.ids));
  if (found.total) out.emplace("total", *found.total);
  return out;
}

// ---- Email/queryChanges
// ----------------------------------------------------------------------------------------------------------

// What may have entered, left or moved since a state.
struct Differences {
  std::set<EmailId>
      gone_or_moved;  // reported as removed, whether they were in the old results or not (RFC 8620 §5.6 allows it)
  std::set<EmailId> candidates;  // of these, those that match now are reported as added
};

MethodError cannot_calculate() { return {"cannotCalculateChanges", ""}; }

Outcome<store::Changes> changes(store::ReadTx& tx, AccountId account, store::DataType type, ChangeNumber since) {
  DHII_TRY_ASSIGN(const auto now, store::state_of(tx, account, type));
  if (now <= since)
    return store::Changes{since, now, false, {}, {}, {}, false};  // this type hasn't moved, the other one has
  auto out = store::changes_since(tx, account, type, since, kMaxQueryDifferences + 1);
  if (!out && out.error().is(store::StoreError::kInvalid)) return std::unexpected(cannot_calculate());
  if (!out) return std::unexpected(out.error());
  if (out->has_more) return std::unexpected(cannot_calculate());
  return std::move(*out);
}

// With collapsed threads, or a filter that looks at the rest of the thread, one email's change may move all others of
// its thread.
std::optional<MethodError> widen_to_threads(store::ReadTx& tx, AccountId account, ChangeNumber since,
                                            Differences& out) {
  auto threads = changes(tx, account, store::DataType::kThread, since);
  if (!threads) return threads.error();
  std::set<ThreadId> touched;
  for (const auto& list : {threads->created, threads->updated}) {
    for (const auto id : list) touched.insert(ThreadId(id));
  }
  const std::vector<EmailId> changed(out.candidates.begin(), out.candidates.end());
  auto emails = store::get_emails(tx, account, changed);
  if (!emails) return MethodError(emails.error());
  for (const auto& email : *emails) touched.insert(email.thread);
  for (const auto thread : touched) {
    auto members = store::thread_emails(tx, account, thread);
    if (!members && members.error().is(store::StoreError::kNotFound)) continue;
    if (!members) return MethodError(members.error());
    out.candidates.insert(members->begin(), members->end());
    out.gone_or_moved.insert(members->begin(), members->end());
    if (out.candidates.size() > kMaxQueryDifferences) return cannot_calculate();
  }
  return std::nullopt;
}

Outcome<Differences> find_differences(store::ReadTx& tx, AccountId account, ChangeNumber since, bool by_thread) {
  auto emails = changes(tx, account, store::DataType::kEmail, since);
  if (!emails) return std::unexpected(emails.error());
  if (emails->created.size() + emails->updated.size() + emails->destroyed.size() > kMaxQueryDifferences)
    return std::unexpected(cannot_calculate());
  Differences out;
  for (const auto id : emails->created) out.candidates.insert(EmailId(id));
  for (const auto id : emails->updated) out.candidates.insert(EmailId(id)), out.gone_or_moved.insert(EmailId(id));
  for (const auto id : emails->destroyed) out.gone_or_moved.insert(EmailId(id));
  if (by_thread) {
    if (auto error = widen_to_threads(tx, account, since, out)) return std::unexpected(*error);
  }
  return out;
}

// Where an email stands in the results now; nullopt: not among them.
Outcome<std::optional<std::int64_t>> place_of(store::ReadTx& tx, const search::Query& base, EmailId email) {
  auto query = base;
  query.anchor = email;
  query.limit = 1;
  query.calculate_total = false;
  auto found = search::run(tx, query);
  if (!found && found.error().is(search::SearchError::kAnchorNotFound)) return std::nullopt;
  if (!found) return std::unexpected(search_error(found.error()));
  if (found->ids.empty() || found->ids.front() != email) return std::nullopt;
  return found->position;
}

Outcome<json::array> added_items(const Call& call, store::ReadTx& tx, const search::Query& query,
                                 const std::set<EmailId>& candidates) {
  std::vector<std::pair<std::int64_t, EmailId>> places;
  for (const auto id : candidates) {
    const auto place = place_of(tx, query, id);
    if (!place) return std::unexpected(place.error());
    if (*place) places.emplace_back(**place, id);
  }
  std::ranges::sort(places);  // RFC 8620 §5.6: lowest index first
  auto out = call.array();
  for (const auto& [index, id] : places) {
    auto item = call.object(2);
    item.emplace("id", id_value(id, call.storage));
    item.emplace("index", index);
    out.push_back(std::move(item));
  }
  return out;
}

Outcome<std::optional<std::int64_t>> count_all(store::ReadTx& tx, search::Query query) {
  query.limit = 1;
  query.calculate_total = true;
  auto found = search::run(tx, query);
  if (!found) return std::unexpected(search_error(found.error()));
  return found->total;
}

Answer answer_query_changes(Call& call, store::ReadTx& tx, const QueryChangesArguments& asked,
                            const search::Query& query, bool by_thread) {
  const auto since = parse_state(asked.since);
  if (!since) return std::unexpected(cannot_calculate());
  DHII_TRY_ASSIGN(const auto state, store::state_of(tx, query.account, store::DataType::kEmail));
  if (*since > state) return std::unexpected(cannot_calculate());
  const auto differences = find_differences(tx, query.account, *since, by_thread);
  if (!differences) return std::unexpected(differences.error());
  auto added = added_items(call, tx, query, differences->candidates);
  if (!added) return std::unexpected(added.error());
  auto removed = call.array();
  for (const auto id : differences->gone_or_moved) removed.push_back(id_value(id, call.storage));
  if (asked.max_changes && added->size() + removed.size() > static_cast<std::size_t>(*asked.max_changes)) {
    return std::unexpected(MethodError("tooManyChanges", ""));
  }
  std::optional<std::int64_t> total;
  if (asked.calculate_total) {
    auto counted = count_all(tx, query);
    if (!counted) return std::unexpected(counted.error());
    total = *counted;
  }
  return query_changes_answer(call, asked, state_text(state), std::move(removed), std::move(*added), total);
}

}  // namespace

Answer email_query(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto window = read_window(arguments);
  const auto* filter = arguments.object("filter");
  auto sort = read_email_sort(arguments.array("sort"));
  search::Query query;
  query.collapse_threads = arguments.boolean("collapseThreads", false);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!sort) return std::unexpected(sort.error());
  query.account = (*account)->id;
  query.sort = std::move(*sort);
  query.position = window.position;
  query.anchor_offset = window.anchor_offset;
  query.limit = std::min(window.limit.value_or(kMaxQueryLimit), kMaxQueryLimit);
  query.calculate_total = window.calculate_total;
  if (window.anchor) query.anchor = parse_id<EmailId>(*window.anchor).value_or(EmailId(0));
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    auto read = read_email_filter(call, tx, query.account, filter);
    if (!read) return std::unexpected(read.error());
    query.filter = std::move(read->filter);
    const auto found = search::run(tx, query);
    if (!found) return std::unexpected(search_error(found.error()));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, query.account, store::DataType::kEmail));
    auto out = render_query(call, query.account, *found, state, read->is_stable);
    if (window.limit.value_or(kMaxQueryLimit + 1) > kMaxQueryLimit) out.emplace("limit", kMaxQueryLimit);
    return out;
  });
}

Answer email_query_changes(Call& call) {
  Arguments arguments(call.arguments);
  auto asked = read_query_changes(call, arguments);
  if (!asked) return std::unexpected(asked.error());
  search::Query query;
  query.collapse_threads = arguments.boolean("collapseThreads", false);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto sort = read_email_sort(asked->sort);
  if (!sort) return std::unexpected(sort.error());
  query.account = asked->account->id;
  query.sort = std::move(*sort);
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    auto read = read_email_filter(call, tx, query.account, asked->filter);
    if (!read) return std::unexpected(read.error());
    if (!read->is_stable) return std::unexpected(cannot_calculate());
    query.filter = std::move(read->filter);
    const bool by_thread = query.collapse_threads || read->looks_at_threads || sorts_by_threads(query.sort);
    return answer_query_changes(call, tx, *asked, query, by_thread);
  });
}

}  // namespace dhii::jmap
