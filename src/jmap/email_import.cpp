// Email/import and Email/copy (RFC 8621 §4.8, §4.7).
#include "jmap/blob.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/email.hpp"
#include "jmap/email_create.hpp"
#include "jmap/email_set.hpp"

namespace dhii::jmap {
namespace {

constexpr std::string_view kImportable[] = {"blobId", "mailboxIds", "keywords", "receivedAt"};
constexpr std::string_view kCopyable[] = {"id", "mailboxIds", "keywords", "receivedAt"};

// RFC 8621 §4.8: the default receivedAt is the moment of the newest Received field.
std::optional<Timestamp> received_at(const mime::Parsed& parsed) {
  const HeaderProperty received{"", "Received", HeaderForm::kRaw, false};
  for (const auto& header : parsed.headers) {
    if (header.name != received.field) continue;
    const auto semicolon = header.raw_value.rfind(';');
    if (semicolon == std::string::npos) return std::nullopt;
    const auto date = mime::as_date(std::string_view(header.raw_value).substr(semicolon + 1));
    return date ? std::optional(date->at) : std::nullopt;
  }
  return std::nullopt;
}

SetOutcome<store::NewEmail> prepare_import(Call& call, store::ReadTx& tx, const AccountInfo& account,
                                           const json::object& object) {
  if (auto bad = names_outside(object, kImportable); !bad.empty())
    return std::unexpected(invalid_properties(std::move(bad), "Not a property of an import."));
  const auto* blob_id = find(object, "blobId");
  if (!blob_id || !blob_id->is_string()) return std::unexpected(invalid_property("blobId", "Must be given."));
  DHII_TRY_ASSIGN(const auto raw,
                  load_blob(tx, account.id, resolve_id(call, view(blob_id->get_string())).value_or("")));
  if (!raw) return std::unexpected(invalid_property("blobId", "There is no such blob."));
  if (raw->size() > call.limits.message_bytes) return std::unexpected(SetError("tooLarge", ""));
  const auto parsed = mime::parse(*raw);
  if (!parsed || parsed->headers.empty())
    return std::unexpected(SetError("invalidEmail", "The blob is not a message: it has no header."));
  auto out = prepare_email(call, *call.user.mail, account, *raw, object);
  const auto* given = find(object, "receivedAt");
  if (out && (!given || given->is_null())) out->received_at = received_at(*parsed).value_or(call.clock.now());
  return out;
}

// Both methods answer with creations only.
json::object creations_only(json::object answer) {
  for (const auto name : {"updated", "destroyed", "notUpdated", "notDestroyed"}) answer.erase(name);
  return answer;
}

using Creator = std::function<SetOutcome<json::object>(std::string_view, const json::object&)>;

Answer create_only(Call& call, store::WriteTx& tx, const SetArguments& set, const Creator& create) {
  DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set.account->id, store::DataType::kEmail));
  if (auto error = check_state(set.if_in_state, old_state)) return std::unexpected(*error);
  SetAnswer answer(call, *set.account, old_state);
  if (auto error = run_set(call, set, {create, nullptr, nullptr}, answer)) return std::unexpected(*error);
  DHII_TRY_ASSIGN(const auto new_state, state_after(tx, set.account->id, store::DataType::kEmail, old_state));
  return creations_only(std::move(answer).finish(new_state));
}

Outcome<SetArguments> read_creations(const Call& call, Arguments& arguments, std::string_view name) {
  SetArguments out;
  auto account = account_argument(call, arguments, Access::kWrite);
  if (!account) return std::unexpected(account.error());
  out.account = *account;
  if (const auto state = arguments.string("ifInState")) out.if_in_state = *state;
  out.create = arguments.object(name);
  if (!out.create || !std::ranges::all_of(*out.create, [](const auto& item) { return item.value().is_object(); })) {
    arguments.refuse(name, "a map of objects");
    return out;
  }
  if (out.create->size() > call.limits.objects_in_set) return std::unexpected(MethodError("requestTooLarge", ""));
  return out;
}

// ---- Email/copy
// ------------------------------------------------------------------------------------------------------------------

struct Copy {
  Call& call;
  const AccountInfo& from;
  const AccountInfo& to;
  std::vector<std::string> originals = {};

  SetOutcome<json::object> create(store::WriteTx& tx, const json::object& object) {
    if (auto bad = names_outside(object, kCopyable); !bad.empty())
      return std::unexpected(invalid_properties(std::move(bad), "Not a property of a copy."));
    const auto* text = find(object, "id");
    const auto id = text && text->is_string() ? resolve_id_as<EmailId>(call, view(text->get_string())) : std::nullopt;
    if (!id) return std::unexpected(invalid_property("id", "Must be the id of an email in the other account."));
    DHII_TRY_ASSIGN(const auto originals_found, store::get_emails(tx, from.id, std::span(&*id, 1)));
    if (originals_found.empty()) return std::unexpected(not_found());
    const auto& original = originals_found.front();
    DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, original.blob));
    auto prepared = prepare_email(call, *call.user.mail, to, raw, object);
    if (!prepared) return std::unexpected(prepared.error());
    if (!find(object, "keywords")) prepared->keywords = original.keywords;
    if (!find(object, "receivedAt")) prepared->received_at = original.received_at;
    auto made = add_prepared(call, tx, to, std::move(*prepared), object);
    if (made) originals.push_back(id_text(*id));
    return made;
  }
};

// RFC 8620 §5.4: the implicit Email/set in the other account.
void destroy_originals(Call& call, const AccountInfo& from, const std::vector<std::string>& ids,
                       const std::optional<std::string_view>& if_in_state) {
  auto arguments = call.object();
  arguments.emplace("accountId", id_value(from.id, call.storage));
  arguments.emplace("destroy", text_array(ids, call.storage));
  if (if_in_state) arguments.emplace("ifInState", call.text(*if_in_state));
  Call implicit{call.user,    call.limits,      call.clock,       call.random,
                call.storage, call.created_ids, call.body_budget, arguments};
  auto answer = email_set(implicit);
  if (answer) call.implicit.emplace_back("Email/set", std::move(*answer));
  if (!answer) call.implicit.emplace_back("error", answer.error().render(call.storage));
}

}  // namespace

Answer email_import(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_creations(call, arguments, "emails");
  if (!set) return std::unexpected(set.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  std::map<std::string, SetOutcome<store::NewEmail>, std::less<>> prepared;
  auto done = call.user.mail->read([&](store::ReadTx& tx) -> Result<void> {
    for (const auto& item : *set->create)
      prepared.emplace(view(item.key()), prepare_import(call, tx, *set->account, item.value().get_object()));
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return in_write(call, [&](store::WriteTx& tx) {
    return create_only(call, tx, *set,
                       [&](std::string_view id, const json::object& object) -> SetOutcome<json::object> {
                         auto& email = prepared.find(id)->second;
                         if (!email) return std::unexpected(email.error());
                         return add_prepared(call, tx, *set->account, std::move(*email), object);
                       });
  });
}

Answer email_copy(Call& call) {
  Arguments arguments(call.arguments);
  const bool destroy = arguments.boolean("onSuccessDestroyOriginal", false);
  auto from = account_argument(call, arguments, destroy ? Access::kWrite : Access::kRead, "fromAccountId");
  if (!from)
    return std::unexpected(from.error().type == "accountNotFound" ? MethodError("fromAccountNotFound", "")
                                                                  : from.error());
  auto set = read_creations(call, arguments, "create");
  if (!set) return std::unexpected(set.error());
  const auto if_from = arguments.string("ifFromInState");
  const auto destroy_if = arguments.string("destroyFromIfInState");
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (*from == set->account)
    return std::unexpected(invalid_arguments("Both accounts are the same: use Email/set to change mailboxes."));
  Copy copy{call, **from, *set->account};
  auto answer = in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto from_state, store::state_of(tx, (*from)->id, store::DataType::kEmail));
    if (auto error = check_state(if_from ? std::optional<std::string>(*if_from) : std::nullopt, from_state))
      return std::unexpected(*error);
    auto out = create_only(call, tx, *set,
                           [&](std::string_view, const json::object& object) { return copy.create(tx, object); });
    if (out) out->emplace("fromAccountId", id_value((*from)->id, call.storage));
    return out;
  });
  if (answer && destroy && !copy.originals.empty()) destroy_originals(call, **from, copy.originals, destroy_if);
  return answer;
}

}  // namespace dhii::jmap
