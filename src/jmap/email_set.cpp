// Email/set (RFC 8621 §4.6).
#include <array>

#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/email.hpp"
#include "jmap/email_build.hpp"
#include "jmap/core/dates.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

constexpr std::array<std::string_view, 2> kChangeable{"mailboxIds", "keywords"};

Result<std::optional<store::Email>> find_email(store::ReadTx& tx, AccountId account, std::string_view id_text) {
  const auto id = parse_id<EmailId>(id_text);
  if (!id) return std::nullopt;
  DHII_TRY_ASSIGN(auto rows, store::get_emails(tx, account, std::array{*id}));
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

struct EmailSet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;

  SetOutcome<json::object> create(const json::object& properties) {
    auto mailboxes = read_mailbox_ids(call, tx, account, find(properties, "mailboxIds"));
    if (!mailboxes) return std::unexpected(mailboxes.error());
    auto keywords = read_keywords(find(properties, "keywords"));
    if (!keywords) return std::unexpected(keywords.error());
    auto received_at = read_received_at(properties);
    if (!received_at) return std::unexpected(received_at.error());
    json::object content(properties, call.storage);
    for (const std::string_view name : {"mailboxIds", "keywords", "receivedAt"}) content.erase(key(name));
    auto raw = build_message(call, tx, account, content);
    if (!raw) return std::unexpected(raw.error());
    return add(*raw, std::move(*mailboxes), std::move(*keywords), *received_at);
  }

  SetOutcome<Timestamp> read_received_at(const json::object& properties) {
    const auto* value = find(properties, "receivedAt");
    if (!value || value->is_null()) return tx.now();
    const auto text = as_string(*value);
    const auto when = text ? parse_utc_date(*text) : std::nullopt;
    if (!when) return std::unexpected(invalid_property("receivedAt", "Must be a UTC date such as 2026-01-31T12:00:00Z."));
    return *when;
  }

  SetOutcome<json::object> add(std::string_view raw, std::vector<MailboxId> mailboxes, store::Keywords keywords, Timestamp received_at) {
    store::NewEmail email;
    email.account = account.id;
    email.blob = tx.blobs().prepare(raw);
    DHII_TRY_ASSIGN(email.digest, mime::digest(raw));
    email.received_at = received_at;
    email.keywords = std::move(keywords);
    email.mailboxes = std::move(mailboxes);
    DHII_TRY_ASSIGN(const auto ids, store::add_emails(tx, std::span(&email, 1), store::Origin::kLocal));
    DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, account.id, ids));
    if (rows.empty()) return std::unexpected(SetError("serverFail", ""));
    return created_email(rows.front(), call.storage);
  }

  SetOutcome<json::value> update(std::string_view id, const json::object& patch) {
    DHII_TRY_ASSIGN(const auto email, find_email(tx, account.id, id));
    if (!email) return std::unexpected(not_found());
    const auto before = render_email_row(*email, call.storage);
    const auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    auto changed = changed_names(before, *after);
    std::vector<std::string> forbidden;
    for (const auto& name : changed) {
      if (std::ranges::find(kChangeable, name) == kChangeable.end()) forbidden.push_back(name);
    }
    if (!forbidden.empty()) return std::unexpected(invalid_properties(std::move(forbidden), "An email can't be changed but for mailboxIds and keywords."));
    for (const auto& name : changed) {
      auto done = name == "keywords" ? update_keywords(*email, *after) : update_mailboxes(*email, *after);
      if (!done) return std::unexpected(done.error());
    }
    return json::value(nullptr);
  }

  SetOutcome<void> update_keywords(const store::Email& email, const json::object& after) {
    const auto keywords = read_keywords(find(after, "keywords"));
    if (!keywords) return std::unexpected(keywords.error());
    DHII_TRY(store::set_keywords(tx, account.id, email.id, *keywords, store::Origin::kLocal));
    return {};
  }

  SetOutcome<void> update_mailboxes(const store::Email& email, const json::object& after) {
    const auto mailboxes = read_mailbox_ids(call, tx, account, find(after, "mailboxIds"));
    if (!mailboxes) return std::unexpected(mailboxes.error());
    DHII_TRY(store::set_mailboxes(tx, account.id, email.id, *mailboxes, store::Origin::kLocal));
    return {};
  }

  SetOutcome<void> destroy(std::string_view id_text) {
    const auto id = parse_id<EmailId>(id_text);
    if (!id) return std::unexpected(not_found());
    const auto done = store::destroy_email(tx, account.id, *id, store::Origin::kLocal);
    if (!done && done.error().is(store::StoreError::kNotFound)) return std::unexpected(not_found());
    DHII_TRY(done);
    return {};
  }
};

}  // namespace

Answer email_set(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  return in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set->account->id, store::DataType::kEmail));
    if (auto error = check_state(set->if_in_state, old_state)) return std::unexpected(*error);
    EmailSet type{call, tx, *set->account};
    SetAnswer answer(call, *set->account, old_state);
    const SetHandlers handlers{[&](std::string_view, const json::object& o) { return type.create(o); },
                               [&](std::string_view id, const json::object& p) { return type.update(id, p); },
                               [&](std::string_view id) { return type.destroy(id); }};
    if (auto error = run_set(call, *set, handlers, answer)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, store::state_of(tx, set->account->id, store::DataType::kEmail));
    return std::move(answer).finish(new_state);
  });
}

}  // namespace dhii::jmap
