// EmailSubmission/set (RFC 8621 §7.5).
#include <algorithm>

#include "base/bytes.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/email_set.hpp"
#include "jmap/submission.hpp"

namespace dhii::jmap {
namespace {

struct SubmissionSet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;

  SetOutcome<json::object> create(const json::object& properties) {
    auto submission = read_submission(call, tx, account, properties);
    if (!submission) return std::unexpected(submission.error());
    DHII_TRY_ASSIGN(submission->id, store::create_submission(tx, *submission));
    auto out = render_submission(*submission, call.storage);
    for (const auto& item : properties) {
      if (!item.value().is_null()) out.erase(item.key());
    }
    return out;
  }

  // The only thing that changes is undoStatus, and only to canceled.
  SetOutcome<json::value> update(std::string_view id, const json::object& patch) {
    DHII_TRY_ASSIGN(const auto found, find_submission(tx, account.id, id));
    if (!found) return std::unexpected(not_found());
    const auto before = render_submission(*found, call.storage);
    auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    auto changed = changed_names(before, *after);
    if (changed.empty()) return json::value(nullptr);
    if (changed.size() != 1 || changed.front() != "undoStatus" ||
        as_string(*find(*after, "undoStatus")) != "canceled") {
      return std::unexpected(invalid_properties(std::move(changed), "A submission can only be canceled."));
    }
    return cancel(*found);
  }

  // Compare-and-set: whoever sends may have taken it a moment ago.
  SetOutcome<json::value> cancel(const store::Submission& submission) {
    auto next = submission;
    next.state = store::SubmissionState::kCanceled;
    auto done = store::move_submission(tx, submission.id, store::SubmissionState::kQueued, next);
    if (!done && done.error().is(store::StoreError::kConflict))
      return std::unexpected(SetError("cannotUnsend", "The message is already on its way."));
    if (!done) return std::unexpected(done.error());
    return json::value(nullptr);
  }

  // What was sent stays on record until its account goes: the outbox is also the proof of what left.
  SetOutcome<void> destroy(std::string_view id) {
    DHII_TRY_ASSIGN(const auto found, find_submission(tx, account.id, id));
    if (!found) return std::unexpected(not_found());
    return std::unexpected(SetError("forbidden", "Submissions are kept as a record; cancel one that is pending."));
  }
};

// What is to happen to the emails when their submissions succeed; keys are "#creation id" or ids of submissions.
struct OnSuccess {
  const json::object* update = nullptr;
  std::vector<std::string> destroy;
  bool any() const { return update || !destroy.empty(); }
};

// The id of a submission's email, when the submission was created, updated or destroyed by this call.
Result<std::optional<std::string>> email_of(const Call& call, store::ReadTx& tx, AccountId account,
                                            const json::object& answer, std::string_view key_text) {
  const auto id = resolve_id(call, key_text);
  if (!id) return std::nullopt;
  const auto succeeded = [&](std::string_view list) {
    const auto* map = find(answer, list);
    return map && map->is_object() &&
           map->get_object().contains(key(list == "created" && key_text.starts_with('#') ? key_text.substr(1) : *id));
  };
  if (!succeeded("created") && !succeeded("updated")) return std::nullopt;
  DHII_TRY_ASSIGN(const auto submission, find_submission(tx, account, *id));
  return submission ? std::optional(id_text(submission->email)) : std::nullopt;
}

// RFC 8621 §7.5: one implicit Email/set, in the same transaction, so that a message handed over never stays a draft.
Outcome<std::optional<json::object>> run_on_success(Call& call, store::WriteTx& tx, const AccountInfo& account,
                                                    const OnSuccess& wanted, const json::object& answer) {
  auto updates = call.object();
  SetArguments set;
  set.account = &account;
  if (wanted.update) {
    for (const auto& item : *wanted.update) {
      DHII_TRY_ASSIGN(const auto email, email_of(call, tx, account.id, answer, view(item.key())));
      if (email) updates.insert_or_assign(key(*email), json::value(item.value(), call.storage));
    }
  }
  for (const auto& name : wanted.destroy) {
    DHII_TRY_ASSIGN(auto email, email_of(call, tx, account.id, answer, name));
    if (email) set.destroy.push_back(std::move(*email));
  }
  if (updates.empty() && set.destroy.empty()) return std::nullopt;
  set.update = &updates;
  auto done = email_set_without_create(call, tx, set);
  if (!done) return std::unexpected(done.error());
  return std::move(*done);
}

OnSuccess read_on_success(Arguments& arguments) {
  OnSuccess out;
  out.update = arguments.object("onSuccessUpdateEmail");
  if (out.update && !std::ranges::all_of(*out.update, [](const auto& item) { return item.value().is_object(); })) {
    arguments.refuse("onSuccessUpdateEmail", "a map of patch objects");
  }
  if (auto ids = arguments.strings("onSuccessDestroyEmail")) out.destroy = std::move(*ids);
  return out;
}

}  // namespace

Answer submission_set(Call& call) {
  if (!call.user.may_send)  // RFC 8620 §3.6.2
    return std::unexpected(MethodError("forbidden", "This key lacks the scope mail:send."));
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  const auto on_success = read_on_success(arguments);
  if (auto error = arguments.finish()) return std::unexpected(*error);
  std::optional<json::object> implicit;
  auto answer = in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set->account->id, store::DataType::kEmailSubmission));
    if (auto error = check_state(set->if_in_state, old_state)) return std::unexpected(*error);
    SubmissionSet type{call, tx, *set->account};
    SetAnswer so_far(call, *set->account, old_state);
    const SetHandlers handlers{[&](std::string_view, const json::object& o) { return type.create(o); },
                               [&](std::string_view id, const json::object& p) { return type.update(id, p); },
                               [&](std::string_view id) { return type.destroy(id); }};
    if (auto error = run_set(call, *set, handlers, so_far)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state,
                    state_after(tx, set->account->id, store::DataType::kEmailSubmission, old_state));
    auto out = std::move(so_far).finish(new_state);
    if (!on_success.any()) return out;
    auto emails = run_on_success(call, tx, *set->account, on_success, out);
    if (!emails) return std::unexpected(emails.error());
    implicit = std::move(*emails);
    return out;
  });
  if (answer && implicit) call.implicit.emplace_back("Email/set", std::move(*implicit));
  return answer;
}

}  // namespace dhii::jmap
