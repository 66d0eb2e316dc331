// Email/set (RFC 8621 §4.6).
#include "jmap/email_set.hpp"

#include "base/bytes.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/email.hpp"
#include "jmap/email_create.hpp"

namespace dhii::jmap {
namespace {

constexpr std::string_view kMutable[] = {"keywords", "mailboxIds"};

// Keywords are compared in lower case (RFC 8621 §4.1.1); "#x" may stand for a mailbox made a moment ago.
json::object normalise_patch(const Call& call, const json::object& patch) {
  json::object out(call.storage);
  for (const auto& item : patch) {
    std::string name(view(item.key()));
    if (name.starts_with("keywords/")) name = "keywords/" + ascii_lower(name.substr(9));
    if (name.starts_with("mailboxIds/#")) {
      if (const auto id = resolve_id(call, std::string_view(name).substr(11))) name = "mailboxIds/" + *id;
    }
    out.insert_or_assign(key(name), json::value(item.value(), call.storage));
  }
  return out;
}

bool touches_only_mutable(const json::object& patch) {
  return std::ranges::all_of(patch, [](const auto& item) {
    const auto name = view(item.key());
    return std::ranges::find(kMutable, name.substr(0, name.find('/'))) != std::end(kMutable);
  });
}

// What the patch is applied to: two properties in nearly every case; all of the row when a client sends back the whole
// object.
json::object before_patch(const store::Email& email, const json::object& patch, const json::storage_ptr& storage) {
  if (!touches_only_mutable(patch)) return render_email_row(email, storage);
  json::object out(storage);
  out.emplace("keywords", keywords_object(email.keywords, storage));
  out.emplace("mailboxIds", mailbox_ids_object(email.mailboxes, storage));
  return out;
}

SetOutcome<void> store_changes(Call& call, store::WriteTx& tx, const AccountInfo& account, const store::Email& email,
                               const json::object& after, const std::vector<std::string>& changed) {
  std::optional<store::Keywords> keywords;
  std::optional<std::vector<MailboxId>> mailboxes;
  // Everything is read before anything is written: an object is changed whole or not at all.
  for (const auto& name : changed) {
    if (name == "keywords") {
      auto read = read_keywords(find(after, name));
      if (!read) return std::unexpected(read.error());
      keywords = std::move(*read);
    } else {
      auto read = read_mailbox_ids(call, tx, account, find(after, name));
      if (!read) return std::unexpected(read.error());
      mailboxes = std::move(*read);
    }
  }
  if (keywords) DHII_TRY(store::set_keywords(tx, account.id, email.id, *keywords, store::Origin::kLocal));
  if (mailboxes) DHII_TRY(store::set_mailboxes(tx, account.id, email.id, *mailboxes, store::Origin::kLocal));
  return {};
}

using Prepared = std::map<std::string, SetOutcome<store::NewEmail>, std::less<>>;

SetOutcome<store::NewEmail> prepare_one(Call& call, store::ReadTx& tx, const AccountInfo& account,
                                        const json::object& properties) {
  auto raw = build_message(call, tx, account, properties);
  if (!raw) return std::unexpected(raw.error());
  return prepare_email(call, *call.user.mail, account, *raw, properties);
}

// Building, parsing and compressing happen before the write lock is taken.
Result<Prepared> prepare_all(Call& call, const SetArguments& set) {
  Prepared out;
  if (!set.create) return out;
  DHII_TRY(call.user.mail->read([&](store::ReadTx& tx) -> Result<void> {
    for (const auto& item : *set.create)
      out.emplace(view(item.key()), prepare_one(call, tx, *set.account, item.value().get_object()));
    return {};
  }));
  return out;
}

Answer set_in(Call& call, store::WriteTx& tx, const SetArguments& set, Prepared& prepared) {
  DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set.account->id, store::DataType::kEmail));
  if (auto error = check_state(set.if_in_state, old_state)) return std::unexpected(*error);
  SetAnswer answer(call, *set.account, old_state);
  const auto create = [&](std::string_view creation_id, const json::object& properties) -> SetOutcome<json::object> {
    auto& email = prepared.find(creation_id)->second;
    if (!email) return std::unexpected(email.error());
    return add_prepared(call, tx, *set.account, std::move(*email), properties);
  };
  const SetHandlers handlers{
      create,
      [&](std::string_view id, const json::object& patch) { return update_email(call, tx, *set.account, id, patch); },
      [&](std::string_view id) { return destroy_email_object(tx, *set.account, id); }};
  if (auto error = run_set(call, set, handlers, answer)) return std::unexpected(*error);
  DHII_TRY_ASSIGN(const auto new_state, state_after(tx, set.account->id, store::DataType::kEmail, old_state));
  return std::move(answer).finish(new_state);
}

}  // namespace

SetOutcome<json::value> update_email(Call& call, store::WriteTx& tx, const AccountInfo& account,
                                     std::string_view id_text, const json::object& given) {
  const auto id = parse_id<EmailId>(id_text);
  if (!id) return std::unexpected(not_found());
  DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account.id, std::span(&*id, 1)));
  if (emails.empty()) return std::unexpected(not_found());
  const auto patch = normalise_patch(call, given);
  const auto before = before_patch(emails.front(), patch, call.storage);
  auto after = apply_patch(before, patch, call.storage);
  if (!after) return std::unexpected(after.error());
  const auto changed = changed_names(before, *after);
  std::vector<std::string> bad;
  std::ranges::copy_if(changed, std::back_inserter(bad),
                       [](const std::string& name) { return std::ranges::find(kMutable, name) == std::end(kMutable); });
  if (!bad.empty())
    return std::unexpected(invalid_properties(std::move(bad), "Only keywords and mailboxIds of an email change."));
  if (auto done = store_changes(call, tx, account, emails.front(), *after, changed); !done)
    return std::unexpected(done.error());
  return json::value(nullptr);
}

SetOutcome<void> destroy_email_object(store::WriteTx& tx, const AccountInfo& account, std::string_view id_text) {
  const auto id = parse_id<EmailId>(id_text);
  if (!id) return std::unexpected(not_found());
  DHII_TRY(store::destroy_email(tx, account.id, *id, store::Origin::kLocal));
  return {};
}

Answer email_set_without_create(Call& call, store::WriteTx& tx, const SetArguments& set) {
  Prepared none;
  return set_in(call, tx, set, none);
}

Answer email_set(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto prepared = prepare_all(call, *set);
  if (!prepared) return std::unexpected(prepared.error());
  return in_write(call, [&](store::WriteTx& tx) { return set_in(call, tx, *set, *prepared); });
}

}  // namespace dhii::jmap
