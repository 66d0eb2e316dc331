// Email/import and Email/copy (RFC 8621 §4.8, §4.7).
#include <array>

#include "jmap/blob.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/email.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

constexpr std::array<std::string_view, 4> kImportNames{"blobId", "mailboxIds", "keywords", "receivedAt"};
constexpr std::array<std::string_view, 4> kCopyNames{"id", "mailboxIds", "keywords", "receivedAt"};

struct Placing {
  std::vector<MailboxId> mailboxes;
  store::Keywords keywords;
  std::optional<Timestamp> received_at;
};

SetOutcome<Placing> read_placing(Call& call, store::ReadTx& tx, const AccountInfo& account, const json::object& properties) {
  Placing out;
  auto mailboxes = read_mailbox_ids(call, tx, account, find(properties, "mailboxIds"));
  if (!mailboxes) return std::unexpected(mailboxes.error());
  out.mailboxes = std::move(*mailboxes);
  auto keywords = read_keywords(find(properties, "keywords"));
  if (!keywords) return std::unexpected(keywords.error());
  out.keywords = std::move(*keywords);
  const auto* when = find(properties, "receivedAt");
  if (!when || when->is_null()) return out;
  const auto text = as_string(*when);
  out.received_at = text ? parse_utc_date(*text) : std::nullopt;
  if (!out.received_at) return std::unexpected(invalid_property("receivedAt", "Must be a UTC date such as 2026-01-31T12:00:00Z."));
  return out;
}

SetOutcome<json::object> add(Call& call, store::WriteTx& tx, const AccountInfo& account, std::string_view raw, Placing placing) {
  store::NewEmail email;
  email.account = account.id;
  email.blob = tx.blobs().prepare(raw);
  DHII_TRY_ASSIGN(email.digest, mime::digest(raw));
  email.received_at = placing.received_at.value_or(tx.now());
  email.keywords = std::move(placing.keywords);
  email.mailboxes = std::move(placing.mailboxes);
  DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), store::Origin::kLocal));
  DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, account.id, ids));
  if (rows.empty()) return std::unexpected(SetError("serverFail", ""));
  return created_email(rows.front(), call.storage);
}

SetOutcome<json::object> import_one(Call& call, store::WriteTx& tx, const AccountInfo& account, const json::object& properties) {
  if (auto bad = names_outside(properties, kImportNames); !bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
  const auto* blob_id = find(properties, "blobId");
  const auto text = blob_id ? as_string(*blob_id) : std::nullopt;
  if (!text) return std::unexpected(invalid_property("blobId", "Must be the id of an uploaded message."));
  DHII_TRY_ASSIGN(const auto raw, load_blob(tx, account.id, *text));
  if (!raw) return std::unexpected(invalid_property("blobId", "There is no such blob."));
  if (raw->empty()) return std::unexpected(SetError("invalidEmail", "The blob is empty."));
  auto placing = read_placing(call, tx, account, properties);
  if (!placing) return std::unexpected(placing.error());
  return add(call, tx, account, *raw, std::move(*placing));
}

SetOutcome<json::object> copy_one(Call& call, store::WriteTx& tx, const AccountInfo& from, const AccountInfo& to, const json::object& properties) {
  if (auto bad = names_outside(properties, kCopyNames); !bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
  const auto* id_value = find(properties, "id");
  const auto text = id_value ? as_string(*id_value) : std::nullopt;
  const auto id = text ? resolve_id_as<EmailId>(call, *text) : std::nullopt;
  if (!id) return std::unexpected(not_found());
  DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, from.id, std::array{*id}));
  if (rows.empty()) return std::unexpected(not_found());
  auto placing = read_placing(call, tx, to, properties);
  if (!placing) return std::unexpected(placing.error());
  if (!properties.contains("keywords")) placing->keywords = rows.front().keywords;
  if (!placing->received_at) placing->received_at = rows.front().received_at;
  DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, rows.front().blob));
  return add(call, tx, to, raw, std::move(*placing));
}

// created and notCreated of a map of objects. A fatal error ends the method.
template <class One>
std::optional<MethodError> each(Call& call, const json::object& map, json::object& created, json::object& failed, One&& one) {
  for (const auto& item : map) {
    const auto* properties = item.value().if_object();
    auto done = properties ? one(*properties) : SetOutcome<json::object>(std::unexpected(SetError("invalidProperties", "Must be an object.")));
    if (!done && done.error().severity == SetError::Severity::kFatal) return MethodError(done.error().type, done.error().description);
    if (!done) {
      failed.insert_or_assign(item.key(), done.error().render(call.storage));
      continue;
    }
    call.created_ids.insert_or_assign(std::string(view(item.key())), std::string(view(done->at("id").as_string())));
    created.insert_or_assign(item.key(), std::move(*done));
  }
  return std::nullopt;
}

json::value map_or_null(json::object map) { return map.empty() ? json::value(nullptr) : json::value(std::move(map)); }

}  // namespace

Answer email_import(Call& call) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kWrite);
  if (!account) return std::unexpected(account.error());
  const auto state = arguments.string("ifInState");
  const auto* emails = arguments.object("emails");
  if (!emails) arguments.refuse("emails", "a map of objects");
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (emails->size() > call.limits.objects_in_set) return std::unexpected(MethodError("requestTooLarge", ""));
  return in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, (*account)->id, store::DataType::kEmail));
    if (auto error = check_state(state ? std::optional(std::string(*state)) : std::nullopt, old_state)) return std::unexpected(*error);
    auto created = call.object(), failed = call.object();
    const auto one = [&](const json::object& properties) { return import_one(call, tx, **account, properties); };
    if (auto error = each(call, *emails, created, failed, one)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, store::state_of(tx, (*account)->id, store::DataType::kEmail));
    auto out = call.object(6);
    out.emplace("accountId", id_value((*account)->id, call.storage));
    out.emplace("oldState", call.text(state_text(old_state)));
    out.emplace("newState", call.text(state_text(new_state)));
    out.emplace("created", map_or_null(std::move(created)));
    out.emplace("notCreated", map_or_null(std::move(failed)));
    return out;
  });
}

namespace {

struct CopyArguments {
  const AccountInfo* from = nullptr;
  const AccountInfo* to = nullptr;
  std::optional<std::string> if_from_in_state, if_in_state, destroy_from_if_in_state;
  const json::object* create = nullptr;
  bool destroy_original = false;
};

Outcome<CopyArguments> read_copy(Call& call, Arguments& arguments) {
  CopyArguments out;
  auto from = account_argument(call, arguments, Access::kRead, "fromAccountId");
  if (!from) return std::unexpected(from.error().type == "accountNotFound" ? MethodError("fromAccountNotFound", "") : from.error());
  auto to = account_argument(call, arguments, Access::kWrite);
  if (!to) return std::unexpected(to.error());
  out.from = *from;
  out.to = *to;
  if (out.from == out.to) arguments.refuse("accountId", "another account than fromAccountId");
  if (const auto s = arguments.string("ifFromInState")) out.if_from_in_state = *s;
  if (const auto s = arguments.string("ifInState")) out.if_in_state = *s;
  if (const auto s = arguments.string("destroyFromIfInState")) out.destroy_from_if_in_state = *s;
  out.create = arguments.object("create");
  if (!out.create) arguments.refuse("create", "a map of objects");
  out.destroy_original = arguments.boolean("onSuccessDestroyOriginal", false);
  return out;
}

// RFC 8620 §5.4: the implicit Email/set that destroys the originals of what was copied.
std::optional<MethodError> destroy_originals(Call& call, const CopyArguments& copy, const std::vector<std::string>& ids) {
  if (ids.empty()) return std::nullopt;
  json::object arguments(call.storage);
  arguments.emplace("accountId", id_value(copy.from->id, call.storage));
  if (copy.destroy_from_if_in_state) arguments.emplace("ifInState", call.text(*copy.destroy_from_if_in_state));
  arguments.emplace("destroy", text_array(ids, call.storage));
  Call implicit{call.user, call.limits, call.clock, call.random, call.storage, call.created_ids, call.body_budget, arguments};
  auto answer = email_set(implicit);
  call.implicit.emplace_back(answer ? "Email/set" : "error", answer ? std::move(*answer) : answer.error().render(call.storage));
  return std::nullopt;
}

}  // namespace

Answer email_copy(Call& call) {
  Arguments arguments(call.arguments);
  auto copy = read_copy(call, arguments);
  if (!copy) return std::unexpected(copy.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  if (copy->create->size() > call.limits.objects_in_set) return std::unexpected(MethodError("requestTooLarge", ""));
  std::vector<std::string> originals;
  auto answer = in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto from_state, store::state_of(tx, copy->from->id, store::DataType::kEmail));
    if (auto error = check_state(copy->if_from_in_state, from_state)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, copy->to->id, store::DataType::kEmail));
    if (auto error = check_state(copy->if_in_state, old_state)) return std::unexpected(*error);
    auto created = call.object(), failed = call.object();
    const auto one = [&](const json::object& properties) {
      auto done = copy_one(call, tx, *copy->from, *copy->to, properties);
      if (done) originals.emplace_back(view(properties.at("id").as_string()));
      return done;
    };
    if (auto error = each(call, *copy->create, created, failed, one)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, store::state_of(tx, copy->to->id, store::DataType::kEmail));
    auto out = call.object(6);
    out.emplace("fromAccountId", id_value(copy->from->id, call.storage));
    out.emplace("accountId", id_value(copy->to->id, call.storage));
    out.emplace("oldState", call.text(state_text(old_state)));
    out.emplace("newState", call.text(state_text(new_state)));
    out.emplace("created", map_or_null(std::move(created)));
    out.emplace("notCreated", map_or_null(std::move(failed)));
    return out;
  });
  if (answer && copy->destroy_original) (void)destroy_originals(call, *copy, originals);
  return answer;
}

}  // namespace dhii::jmap
