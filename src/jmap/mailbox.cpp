#include "jmap/mailbox.hpp"

#include "jmap/core/methods.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using Storage = json::storage_ptr;

json::value rights(const MailboxRow& row, const Storage& storage) {
  const bool write = !row.read_only;
  const bool holds_mail = row.mailbox.selectable;  // \Noselect: only a place in the tree
  const bool own =
      row.mailbox.role != store::Role::kInbox;  // INBOX can't be renamed away or deleted (RFC 9051 §6.3.5, §6.3.6)
  json::object out(storage);
  out.emplace("mayReadItems", holds_mail);
  out.emplace("mayAddItems", write && holds_mail);
  out.emplace("mayRemoveItems", write && holds_mail);
  out.emplace("maySetSeen", write && holds_mail);
  out.emplace("maySetKeywords", write && holds_mail);
  out.emplace("mayCreateChild", write);
  out.emplace("mayRename", write && own);
  out.emplace("mayDelete", write && own);
  out.emplace("maySubmit", write && holds_mail);
  return out;
}

constexpr Property<MailboxRow> kProperties[] = {
    {"id", [](const MailboxRow& r, const Storage& s) { return id_value(r.id, s); }},
    {"name", [](const MailboxRow& r, const Storage& s) { return text_value(r.mailbox.name, s); }},
    {"parentId",
     [](const MailboxRow& r, const Storage& s) {
       return r.mailbox.parent ? id_value(r.mailbox.parent, s) : json::value(nullptr, s);
     }},
    {"role", [](const MailboxRow& r, const Storage& s) { return text_or_null(store::role_name(r.mailbox.role), s); }},
    {"sortOrder", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.sort_order, s); }},
    {"totalEmails", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.total_emails, s); }},
    {"unreadEmails", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.unread_emails, s); }},
    {"totalThreads", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.total_threads, s); }},
    {"unreadThreads", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.unread_threads, s); }},
    {"myRights", rights},
    {"isSubscribed", [](const MailboxRow& r, const Storage& s) { return json::value(r.mailbox.subscribed, s); }},
};

// RFC 8621 §2.2: a client that keeps the rest needs to fetch only the counts.
void add_updated_properties(json::object& out, const store::Changes& changes) {
  constexpr std::string_view kCounts[] = {"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"};
  if (!changes.only_counts) {
    out.emplace("updatedProperties", nullptr);
    return;
  }
  json::array names(out.storage());
  for (const auto name : kCounts) names.push_back(text_value(name, out.storage()));
  out.emplace("updatedProperties", std::move(names));
}

}  // namespace

Result<std::vector<MailboxRow>> mailbox_rows(store::ReadTx& tx, const AccountInfo& account) {
  DHII_TRY_ASSIGN(auto mailboxes, store::list_mailboxes(tx, account.id));
  std::vector<MailboxRow> out;
  out.reserve(mailboxes.size());
  for (auto& mailbox : mailboxes) out.push_back({mailbox.id, std::move(mailbox), account.read_only});
  return out;
}

json::object render_mailbox(const MailboxRow& row, const json::storage_ptr& storage) {
  return render_all(row, kProperties, storage);
}

const MailboxRow* find_row(const std::vector<MailboxRow>& rows, MailboxId id) {
  const auto found = std::ranges::find(rows, id, &MailboxRow::id);
  return found == rows.end() ? nullptr : &*found;
}

Answer mailbox_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto rows, mailbox_rows(tx, *get->account));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kMailbox));
    return render_get(call, *get, rows, *properties, state);
  });
}

Answer mailbox_changes(Call& call) {
  return standard_changes(call, store::DataType::kMailbox, write_id<MailboxId>, add_updated_properties);
}

}  // namespace dhii::jmap
