// EmailSubmission/get, changes, query, queryChanges (RFC 8621 §7.1-7.4). /set stands in submission_set.cpp.
#include "jmap/submission.hpp"

#include <algorithm>
#include <set>

#include "jmap/core/dates.hpp"
#include "jmap/core/methods.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using store::Submission;
using store::SubmissionState;

std::string_view delivered_name(std::uint8_t delivered) {
  switch (delivered) {
    case 1: return "yes";
    case 2: return "no";
    case 3: return "unknown";
    default: return "queued";
  }
}

json::value envelope(const Submission& s, const json::storage_ptr& storage) {
  json::object from(storage);
  from.emplace("email", text_value(s.mail_from, storage));
  from.emplace("parameters", nullptr);
  json::array to(storage);
  for (const auto& recipient : s.recipients) {
    json::object item(storage);
    item.emplace("email", text_value(recipient.email, storage));
    item.emplace("parameters", nullptr);
    to.push_back(std::move(item));
  }
  json::object out(storage);
  out.emplace("mailFrom", std::move(from));
  out.emplace("rcptTo", std::move(to));
  return json::value(std::move(out));
}

// While it waits for another try the last words of the server are shown, so that a person sees why.
json::value delivery_status(const Submission& s, const json::storage_ptr& storage) {
  if (s.attempts == 0) return json::value(nullptr, storage);
  json::object out(storage);
  for (const auto& recipient : s.recipients) {
    json::object item(storage);
    item.emplace("smtpReply", text_value(recipient.reply.empty() ? s.detail : recipient.reply, storage));
    item.emplace("delivered", text_value(delivered_name(recipient.delivered), storage));
    item.emplace("displayed", "unknown");
    out.insert_or_assign(key(recipient.email), std::move(item));
  }
  return json::value(std::move(out));
}

constexpr Property<Submission> kProperties[] = {
    {"id", [](const Submission& s, const json::storage_ptr& m) { return id_value(s.id, m); }},
    {"identityId", [](const Submission& s, const json::storage_ptr& m) { return id_value(s.identity, m); }},
    {"emailId", [](const Submission& s, const json::storage_ptr& m) { return id_value(s.email, m); }},
    {"threadId", [](const Submission& s, const json::storage_ptr& m) { return id_value(s.thread, m); }},
    {"envelope", envelope},
    {"sendAt", [](const Submission& s, const json::storage_ptr& m) { return text_value(utc_text(s.send_at), m); }},
    {"undoStatus", [](const Submission& s, const json::storage_ptr& m) { return text_value(undo_status(s), m); }},
    {"deliveryStatus", delivery_status},
    {"dsnBlobIds", [](const Submission&, const json::storage_ptr& m) { return json::value(json::array(m)); }},
    {"mdnBlobIds", [](const Submission&, const json::storage_ptr& m) { return json::value(json::array(m)); }},
};

struct SubmissionFilter {
  std::optional<std::set<std::string>> identities, emails, threads;
  std::optional<std::string> undo;
  std::optional<Timestamp> before, after;

  bool matches(const Submission& s) const {
    if (identities && !identities->contains(id_text(s.identity))) return false;
    if (emails && !emails->contains(id_text(s.email))) return false;
    if (threads && !threads->contains(id_text(s.thread))) return false;
    if (undo && *undo != undo_status(s)) return false;
    if (before && s.send_at >= *before) return false;
    return !after || s.send_at >= *after;
  }
};

std::optional<std::set<std::string>> id_set(Arguments& arguments, std::string_view name) {
  auto ids = arguments.strings(name);
  if (!ids) return std::nullopt;
  return std::set<std::string>(ids->begin(), ids->end());
}

std::optional<Timestamp> utc(Arguments& arguments, std::string_view name) {
  const auto text = arguments.string(name);
  if (!text) return std::nullopt;
  const auto when = parse_utc_date(*text);
  if (!when) arguments.refuse(name, "a UTC date");
  return when;
}

Outcome<SubmissionFilter> read_filter(const json::object* filter) {
  SubmissionFilter out;
  if (!filter) return out;
  if (filter->contains("operator")) return std::unexpected(MethodError("unsupportedFilter", "Submissions are filtered by one condition."));
  Arguments fields(*filter);
  out.identities = id_set(fields, "identityIds");
  out.emails = id_set(fields, "emailIds");
  out.threads = id_set(fields, "threadIds");
  if (const auto undo = fields.string("undoStatus")) out.undo = *undo;
  out.before = utc(fields, "before");
  out.after = utc(fields, "after");
  if (auto error = fields.finish()) return std::unexpected(MethodError("unsupportedFilter", error->description));
  return out;
}

// sentAt is what RFC 8621 §7.3 calls it; the property itself is sendAt.
auto sort_value(const Submission& s, std::string_view property) {
  if (property == "emailId") return s.email.value;
  if (property == "threadId") return s.thread.value;
  return to_unix_ms(s.send_at);
}

Outcome<std::vector<std::string>> sorted_ids(std::vector<Submission> list, const std::vector<SortKey>& keys) {
  for (const auto& sort_key : keys) {
    if (sort_key.property != "emailId" && sort_key.property != "threadId" && sort_key.property != "sentAt" && sort_key.property != "sendAt") {
      return std::unexpected(MethodError("unsupportedSort", ""));
    }
  }
  std::ranges::sort(list, [&](const Submission& a, const Submission& b) {
    for (const auto& sort_key : keys) {
      const auto left = sort_value(a, sort_key.property), right = sort_value(b, sort_key.property);
      if (left != right) return sort_key.ascending ? left < right : left > right;
    }
    return a.id < b.id;
  });
  std::vector<std::string> out;
  for (const auto& s : list) out.push_back(id_text(s.id));
  return out;
}

}  // namespace

std::string_view undo_status(const Submission& submission) {
  if (submission.state == SubmissionState::kCanceled) return "canceled";
  return submission.state == SubmissionState::kQueued ? "pending" : "final";
}

json::object render_submission(const Submission& submission, const json::storage_ptr& storage) { return render_all(submission, kProperties, storage); }

Answer submission_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto rows, store::get_submissions(tx, get->account->id, std::nullopt));
    if (!get->ids && rows.size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kEmailSubmission));
    return render_get(call, *get, rows, *properties, state);
  });
}

Answer submission_changes(Call& call) { return standard_changes(call, store::DataType::kEmailSubmission, write_id<SubmissionId>); }

Answer submission_query(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto* filter_object = arguments.object("filter");
  const auto* sort = arguments.array("sort");
  const auto window = read_window(arguments);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  const auto filter = read_filter(filter_object);
  if (!filter) return std::unexpected(filter.error());
  const auto keys = read_sort(sort);
  if (!keys) return std::unexpected(keys.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(auto rows, store::get_submissions(tx, (*account)->id, std::nullopt));
    std::erase_if(rows, [&](const Submission& s) { return !filter->matches(s); });
    const auto ids = sorted_ids(std::move(rows), *keys);
    if (!ids) return std::unexpected(ids.error());
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, (*account)->id, store::DataType::kEmailSubmission));
    return small_query_answer(call, **account, window, *ids, state);
  });
}

Answer submission_query_changes(Call& call) {
  Arguments arguments(call.arguments);
  auto asked = read_query_changes(call, arguments);
  if (!asked) return std::unexpected(asked.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, asked->account->id, store::DataType::kEmailSubmission));
    if (asked->since != state_text(state)) return std::unexpected(MethodError("cannotCalculateChanges", "Query again."));
    return query_changes_answer(call, *asked, state_text(state), call.array(), call.array(), std::nullopt);
  });
}

}  // namespace dhii::jmap
