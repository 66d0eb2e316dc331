// Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4). An account has tens to hundreds of mailboxes: all are
// looked at.
#include <algorithm>
#include <functional>

#include "base/bytes.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/mailbox.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using Test = std::function<bool(const store::Mailbox&)>;

Outcome<Test> read_filter(const Call& call, const json::object& filter);

Outcome<Test> read_operator(const Call& call, const json::object& filter) {
  Arguments fields(filter);
  const auto name = fields.required_string("operator");
  const auto* conditions = fields.array("conditions");
  if (name != "AND" && name != "OR" && name != "NOT") fields.refuse("operator", "AND, OR or NOT");
  if (!conditions) fields.refuse("conditions", "an array");
  if (auto error = fields.finish()) return std::unexpected(invalid_arguments("\"filter\": " + error->description));
  std::vector<Test> tests;
  for (const auto& item : *conditions) {
    if (!item.is_object()) return std::unexpected(invalid_arguments("\"filter\": conditions must be objects."));
    auto test = read_filter(call, item.get_object());
    if (!test) return std::unexpected(test.error());
    tests.push_back(std::move(*test));
  }
  if (name == "AND")
    return [tests](const store::Mailbox& m) { return std::ranges::all_of(tests, [&](const Test& t) { return t(m); }); };
  const bool wanted = name == "OR";
  return [tests, wanted](const store::Mailbox& m) {
    return std::ranges::any_of(tests, [&](const Test& t) { return t(m); }) == wanted;
  };
}

Outcome<Test> read_condition(const Call& call, const json::object& filter) {
  Arguments fields(filter);
  std::vector<Test> tests;
  if (const auto* parent = fields.any("parentId")) {
    const auto id = parent->is_string() ? resolve_id_as<MailboxId>(call, view(parent->get_string())) : std::nullopt;
    if (!parent->is_string() && !parent->is_null()) fields.refuse("parentId", "an id or null");
    const bool top = parent->is_null();
    tests.emplace_back([id, top](const store::Mailbox& m) { return top ? !m.parent : id && m.parent == *id; });
  }
  if (const auto name = fields.string("name")) {
    tests.emplace_back(
        [part = ascii_lower(*name)](const store::Mailbox& m) { return ascii_lower(m.name).contains(part); });
  }
  if (const auto* role = fields.any("role")) {
    if (!role->is_string() && !role->is_null()) fields.refuse("role", "a role or null");
    tests.emplace_back([wanted = std::string(as_string(*role).value_or(""))](const store::Mailbox& m) {
      return store::role_name(m.role) == wanted;
    });
  }
  if (const auto has = fields.maybe_boolean("hasAnyRole")) {
    tests.emplace_back([has](const store::Mailbox& m) { return (m.role != store::Role::kNone) == *has; });
  }
  if (const auto subscribed = fields.maybe_boolean("isSubscribed")) {
    tests.emplace_back([subscribed](const store::Mailbox& m) { return m.subscribed == *subscribed; });
  }
  if (auto error = fields.finish()) return std::unexpected(invalid_arguments("\"filter\": " + error->description));
  return [tests](const store::Mailbox& m) { return std::ranges::all_of(tests, [&](const Test& t) { return t(m); }); };
}

Outcome<Test> read_filter(const Call& call, const json::object& filter) {
  return filter.contains("operator") ? read_operator(call, filter) : read_condition(call, filter);
}

int compare_one(const SortKey& by, const store::Mailbox& a, const store::Mailbox& b) {
  int order = 0;
  if (by.property == "sortOrder") order = a.sort_order < b.sort_order ? -1 : a.sort_order > b.sort_order;
  if (by.property == "name") order = ascii_lower(a.name).compare(ascii_lower(b.name));
  if (by.property == "parentId") order = a.parent < b.parent ? -1 : a.parent > b.parent;
  return by.ascending ? order : -order;
}

void sort_rows(std::vector<MailboxRow>& rows, const std::vector<SortKey>& by) {
  std::ranges::sort(rows, [&](const MailboxRow& a, const MailboxRow& b) {
    for (const auto& sort_key : by) {
      if (const int order = compare_one(sort_key, a.mailbox, b.mailbox); order != 0) return order < 0;
    }
    return a.id < b.id;
  });
}

// Children right after their parent, siblings as sorted. Recursion is bounded by the depth that the store allows.
void append_tree(const std::vector<MailboxRow>& rows, MailboxId parent, std::vector<MailboxRow>& out) {
  if (out.size() > rows.size()) return;  // a cycle can't be in the store; never loop on it all the same
  for (const auto& row : rows) {
    if (row.mailbox.parent != parent) continue;
    out.push_back(row);
    append_tree(rows, row.id, out);
  }
}

bool ancestors_match(const std::vector<MailboxRow>& rows, const MailboxRow& row, const Test& test) {
  MailboxId parent = row.mailbox.parent;
  for (std::size_t steps = 0; parent && steps < rows.size(); ++steps) {
    const auto* up = find_row(rows, parent);
    if (!up) return true;
    if (!test(up->mailbox)) return false;
    parent = up->mailbox.parent;
  }
  return true;
}

struct MailboxQuery {
  const AccountInfo* account = nullptr;
  Test test = [](const store::Mailbox&) { return true; };
  std::vector<SortKey> sort;
  bool sort_as_tree = false, filter_as_tree = false;
};

Outcome<MailboxQuery> read_query(const Call& call, Arguments& arguments, const json::object* filter,
                                 const json::array* sort) {
  MailboxQuery out;
  if (filter) {
    auto test = read_filter(call, *filter);
    if (!test) return std::unexpected(test.error());
    out.test = std::move(*test);
  }
  auto keys = read_sort(sort);
  if (!keys) return std::unexpected(keys.error());
  for (const auto& sort_key : *keys) {
    if (sort_key.property != "sortOrder" && sort_key.property != "name" && sort_key.property != "parentId") {
      return std::unexpected(MethodError("unsupportedSort", "Mailboxes sort by sortOrder, name or parentId."));
    }
  }
  out.sort = std::move(*keys);
  out.sort_as_tree = arguments.boolean("sortAsTree", false);
  out.filter_as_tree = arguments.boolean("filterAsTree", false);
  return out;
}

std::vector<std::string> matching_ids(const MailboxQuery& query, std::vector<MailboxRow> rows) {
  sort_rows(rows, query.sort);
  if (query.sort_as_tree) {
    std::vector<MailboxRow> tree;
    append_tree(rows, MailboxId(), tree);
    rows = std::move(tree);
  }
  std::vector<std::string> out;
  for (const auto& row : rows) {
    if (!query.test(row.mailbox)) continue;
    if (query.filter_as_tree && !ancestors_match(rows, row, query.test)) continue;
    out.push_back(id_text(row.id));
  }
  return out;
}

}  // namespace

Answer mailbox_query(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto window = read_window(arguments);
  const auto* filter = arguments.object("filter");
  const auto* sort = arguments.array("sort");
  auto query = read_query(call, arguments, filter, sort);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!query) return std::unexpected(query.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(auto rows, mailbox_rows(tx, **account));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, (*account)->id, store::DataType::kMailbox));
    return small_query_answer(call, **account, window, matching_ids(*query, std::move(rows)), state);
  });
}

Answer mailbox_query_changes(Call& call) {
  Arguments arguments(call.arguments);
  auto asked = read_query_changes(call, arguments);
  if (!asked) return std::unexpected(asked.error());
  auto query = read_query(call, arguments, asked->filter, asked->sort);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!query) return std::unexpected(query.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, asked->account->id, store::DataType::kMailbox));
    if (state_text(state) != asked->since) return std::unexpected(MethodError("cannotCalculateChanges", ""));
    DHII_TRY_ASSIGN(auto rows, mailbox_rows(tx, *asked->account));
    std::optional<std::int64_t> total;
    if (asked->calculate_total) total = static_cast<std::int64_t>(matching_ids(*query, std::move(rows)).size());
    return query_changes_answer(call, *asked, state_text(state), call.array(), call.array(), total);
  });
}

}  // namespace dhii::jmap
