// EmailSubmission/get, /changes, /query and /queryChanges (RFC 8621 §7.1 to §7.4).
#include "jmap/submission.hpp"

#include <algorithm>

#include "jmap/core/dates.hpp"
#include "jmap/core/methods.hpp"

namespace dhii::jmap {
namespace {

using Storage = json::storage_ptr;
using store::Submission;

json::object address_object(std::string_view email, const Storage& storage) {
  json::object out(storage);
  out.emplace("email", text_value(email, storage));
  out.emplace("parameters", nullptr);
  return out;
}

json::value envelope(const Submission& s, const Storage& storage) {
  json::array recipients(storage);
  for (const auto& recipient : s.recipients) recipients.push_back(address_object(recipient.email, storage));
  json::object out(storage);
  out.emplace("mailFrom", address_object(s.mail_from, storage));
  out.emplace("rcptTo", std::move(recipients));
  return json::value(std::move(out));
}

std::string_view delivered_name(std::uint8_t delivered) {
  constexpr std::string_view kNames[] = {"queued", "yes", "no", "unknown"};
  return kNames[std::min<std::size_t>(delivered, 3)];
}

// RFC 8621 §7: the server's reply, or one of our own making while there is none.
json::value delivery_status(const Submission& s, const Storage& storage) {
  json::object out(storage);
  for (const auto& recipient : s.recipients) {
    json::object status(storage);
    const std::string_view waiting =
        s.detail.empty() ? std::string_view("250 2.0.0 queued") : std::string_view(s.detail);
    status.emplace("smtpReply",
                   text_value(recipient.reply.empty() ? waiting : std::string_view(recipient.reply), storage));
    status.emplace("delivered", text_value(delivered_name(recipient.delivered), storage));
    status.emplace("displayed", text_value("unknown", storage));
    out.insert_or_assign(key(recipient.email), std::move(status));
  }
  return json::value(std::move(out));
}

json::value empty_list(const Submission&, const Storage& storage) { return json::value(json::array(storage)); }

constexpr Property<Submission> kProperties[] = {
    {"id", [](const Submission& s, const Storage& m) { return id_value(s.id, m); }},
    {"identityId", [](const Submission& s, const Storage& m) { return id_value(s.identity, m); }},
    {"emailId", [](const Submission& s, const Storage& m) { return id_value(s.email, m); }},
    {"threadId", [](const Submission& s, const Storage& m) { return id_value(s.thread, m); }},
    {"envelope", envelope},
    {"sendAt", [](const Submission& s, const Storage& m) { return text_value(utc_text(s.send_at), m); }},
    {"undoStatus", [](const Submission& s, const Storage& m) { return text_value(undo_status(s), m); }},
    {"deliveryStatus", delivery_status},
    {"dsnBlobIds", empty_list},
    {"mdnBlobIds", empty_list},
};

// ---- query
// -----------------------------------------------------------------------------------------------------------------------

using Test = std::function<bool(const Submission&)>;

template <class Id>
void add_id_test(Arguments& fields, std::string_view name, Id Submission::* member, std::vector<Test>& tests) {
  const auto texts = fields.strings(name);
  if (!texts) return;
  std::vector<Id> ids;
  for (const auto& text : *texts) {
    if (const auto id = parse_id<Id>(text)) ids.push_back(*id);
  }
  tests.emplace_back([ids, member](const Submission& s) { return std::ranges::find(ids, s.*member) != ids.end(); });
}

void add_time_test(Arguments& fields, std::string_view name, bool before, std::vector<Test>& tests) {
  const auto text = fields.string(name);
  if (!text) return;
  const auto when = parse_utc_date(*text);
  if (!when) return fields.refuse(name, "a UTCDate");
  tests.emplace_back([when, before](const Submission& s) { return before ? s.send_at < *when : s.send_at >= *when; });
}

Outcome<Test> read_filter(const json::object* filter);

Outcome<Test> read_operator(const json::object& filter) {
  Arguments fields(filter);
  const auto name = fields.required_string("operator");
  const auto* conditions = fields.array("conditions");
  if (name != "AND" && name != "OR" && name != "NOT") fields.refuse("operator", "AND, OR or NOT");
  if (!conditions) fields.refuse("conditions", "an array");
  if (auto error = fields.finish()) return std::unexpected(invalid_arguments("\"filter\": " + error->description));
  std::vector<Test> tests;
  for (const auto& item : *conditions) {
    if (!item.is_object()) return std::unexpected(invalid_arguments("\"filter\": conditions must be objects."));
    auto test = read_filter(&item.get_object());
    if (!test) return std::unexpected(test.error());
    tests.push_back(std::move(*test));
  }
  if (name == "AND")
    return [tests](const Submission& s) { return std::ranges::all_of(tests, [&](const Test& t) { return t(s); }); };
  const bool wanted = name == "OR";
  return [tests, wanted](const Submission& s) {
    return std::ranges::any_of(tests, [&](const Test& t) { return t(s); }) == wanted;
  };
}

Outcome<Test> read_filter(const json::object* filter) {
  if (!filter) return [](const Submission&) { return true; };
  if (filter->contains("operator")) return read_operator(*filter);
  Arguments fields(*filter);
  std::vector<Test> tests;
  add_id_test(fields, "identityIds", &Submission::identity, tests);
  add_id_test(fields, "emailIds", &Submission::email, tests);
  add_id_test(fields, "threadIds", &Submission::thread, tests);
  if (const auto status = fields.string("undoStatus")) {
    tests.emplace_back([wanted = std::string(*status)](const Submission& s) { return undo_status(s) == wanted; });
  }
  add_time_test(fields, "before", true, tests);
  add_time_test(fields, "after", false, tests);
  if (auto error = fields.finish()) return std::unexpected(invalid_arguments("\"filter\": " + error->description));
  return [tests](const Submission& s) { return std::ranges::all_of(tests, [&](const Test& t) { return t(s); }); };
}

int compare_one(const SortKey& by, const Submission& a, const Submission& b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  int out = 0;
  if (by.property == "emailId") out = order(a.email, b.email);
  if (by.property == "threadId") out = order(a.thread, b.thread);
  if (by.property == "sentAt") out = order(a.send_at, b.send_at);
  return by.ascending ? out : -out;
}

Outcome<std::vector<SortKey>> read_submission_sort(const json::array* sort) {
  auto keys = read_sort(sort);
  if (!keys) return keys;
  for (const auto& sort_key : *keys) {
    if (sort_key.property == "emailId" || sort_key.property == "threadId" || sort_key.property == "sentAt") continue;
    return std::unexpected(MethodError("unsupportedSort", "Submissions sort by emailId, threadId or sentAt."));
  }
  return keys;
}

std::vector<std::string> matching_ids(std::vector<Submission> rows, const Test& test,
                                      const std::vector<SortKey>& sort) {
  std::erase_if(rows, [&](const Submission& s) { return !test(s); });
  std::ranges::sort(rows, [&](const Submission& a, const Submission& b) {
    for (const auto& sort_key : sort) {
      if (const int order = compare_one(sort_key, a, b); order != 0) return order < 0;
    }
    return a.id < b.id;
  });
  std::vector<std::string> out;
  for (const auto& row : rows) out.push_back(id_text(row.id));
  return out;
}

}  // namespace

std::string_view undo_status(const Submission& submission) {
  if (submission.state == store::SubmissionState::kQueued) return "pending";
  return submission.state == store::SubmissionState::kCanceled ? "canceled" : "final";
}

json::object render_submission(const Submission& submission, const json::storage_ptr& storage) {
  return render_all(submission, kProperties, storage);
}

Result<std::optional<Submission>> find_submission(store::ReadTx& tx, AccountId account, std::string_view id_text) {
  const auto id = parse_id<SubmissionId>(id_text);
  if (!id) return std::nullopt;
  auto found = store::get_submissions(tx, account, std::span(&*id, 1));
  if (!found && found.error().is(store::StoreError::kNotFound)) return std::nullopt;
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Answer submission_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kEmailSubmission));
    std::vector<SubmissionId> ids;
    for (const auto& text : get->ids.value_or(std::vector<std::string>())) {
      if (const auto id = parse_id<SubmissionId>(text)) ids.push_back(*id);
    }
    auto rows = get->ids ? store::get_submissions(tx, get->account->id, ids)
                         : store::get_submissions(tx, get->account->id, std::nullopt);
    if (!rows) return std::unexpected(rows.error());
    if (rows->size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
    return render_get(call, *get, *rows, *properties, state);
  });
}

Answer submission_changes(Call& call) {
  return standard_changes(call, store::DataType::kEmailSubmission, write_id<SubmissionId>);
}

Answer submission_query(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto window = read_window(arguments);
  const auto test = read_filter(arguments.object("filter"));
  const auto sort = read_submission_sort(arguments.array("sort"));
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (!test) return std::unexpected(test.error());
  if (!sort) return std::unexpected(sort.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(auto rows, store::get_submissions(tx, (*account)->id, std::nullopt));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, (*account)->id, store::DataType::kEmailSubmission));
    return small_query_answer(call, **account, window, matching_ids(std::move(rows), *test, *sort), state);
  });
}

Answer submission_query_changes(Call& call) {
  Arguments arguments(call.arguments);
  auto asked = read_query_changes(call, arguments);
  if (!asked) return std::unexpected(asked.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  const auto test = read_filter(asked->filter);
  const auto sort = read_submission_sort(asked->sort);
  if (!test) return std::unexpected(test.error());
  if (!sort) return std::unexpected(sort.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, asked->account->id, store::DataType::kEmailSubmission));
    if (state_text(state) != asked->since) return std::unexpected(MethodError("cannotCalculateChanges", ""));
    DHII_TRY_ASSIGN(auto rows, store::get_submissions(tx, asked->account->id, std::nullopt));
    std::optional<std::int64_t> total;
    if (asked->calculate_total) total = static_cast<std::int64_t>(matching_ids(std::move(rows), *test, *sort).size());
    return query_changes_answer(call, *asked, state_text(state), call.array(), call.array(), total);
  });
}

}  // namespace dhii::jmap
