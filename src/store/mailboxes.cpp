#include <algorithm>

#include "base/bytes.hpp"
#include "store/database.hpp"
#include "store/email_rows.hpp"
#include "store/folding.hpp"

namespace dhii::store {
namespace {

constexpr std::size_t kMaxMailboxNameBytes = 1024;  // a path component; IMAP servers refuse far shorter ones
constexpr int kMaxMailboxDepth = 32;                // parents walked when looking for a cycle

Mailbox mailbox_of(Row row) {
  return Mailbox{.id = row.get<MailboxId>(0),
                 .account = row.get<AccountId>(1),
                 .parent = row.get<MailboxId>(2),
                 .name = row.get<std::string>(3),
                 .role = row.get<Role>(4),
                 .sort_order = row.get<std::int32_t>(5),
                 .subscribed = row.get<bool>(6),
                 .selectable = row.get<bool>(7),
                 .imap_name = row.get<std::string>(8),
                 .total_emails = row.integer(9),
                 .unread_emails = row.integer(10),
                 .total_threads = row.integer(11),
                 .unread_threads = row.integer(12)};
}

Result<void> check_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxMailboxNameBytes || !is_valid_utf8(name) ||
      name.find('\0') != std::string_view::npos)
    return fail(StoreError::kInvalid, "mailbox name");
  return {};
}

// Siblings must differ (RFC 8621 §2.1).
Result<void> check_sibling(ReadTx& tx, AccountId account, MailboxId parent, std::string_view name, MailboxId self) {
  DHII_TRY_ASSIGN(const auto taken,
                  tx.db().find<MailboxId>("SELECT id FROM mailbox WHERE account=? AND parent=? AND name=? AND id<>?",
                                          account, parent, name, self));
  if (taken) return fail(StoreError::kConflict, "a mailbox \"" + std::string(name) + "\" exists there already");
  return {};
}

Result<void> check_parent(ReadTx& tx, AccountId account, MailboxId parent, MailboxId self) {
  for (int depth = 0; parent; ++depth) {
    if (parent == self || depth > kMaxMailboxDepth)
      return fail(StoreError::kInvalid, "a mailbox can't be inside itself");
    auto above = get_mailbox(tx, parent);
    if (!above || above->account != account) return fail(StoreError::kNotFound, "parent mailbox");
    parent = above->parent;
  }
  return {};
}

// RFC 8621 §2: at most one mailbox of an account has a role. What a server lists twice keeps it once.
Result<Role> free_role(ReadTx& tx, AccountId account, Role role, MailboxId self, Origin origin) {
  if (role == Role::kNone) return role;
  DHII_TRY_ASSIGN(const auto taken, find_role(tx, account, role));
  if (!taken || taken->id == self) return role;
  if (origin == Origin::kLocal)
    return fail(StoreError::kConflict, "another mailbox has the role " + std::string(role_name(role)));
  return Role::kNone;
}

// Stands for itself in modified UTF-7 (RFC 3501 §5.1.3).
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= 0x20 && c <= 0x7e && c != '&'; });
}

// The upstream path after a rename in place: its last level is the old name. Empty: sync works it out when the
// operation runs.
std::string renamed_path(const Mailbox& before, const Mailbox& now) {
  if (before.parent != now.parent || !before.imap_name.ends_with(before.name)) return {};
  if (!is_plain(before.name) || !is_plain(now.name)) return {};
  return before.imap_name.substr(0, before.imap_name.size() - before.name.size()) + now.name;
}

Result<void> queue_rename(WriteTx& tx, const Mailbox& before, const Mailbox& now) {
  if (before.name == now.name && before.parent == now.parent) return {};
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, before.account));
  if (!mirrored) return {};
  return queue_op(tx,
                  {.account = before.account,
                   .kind = OpKind::kRenameMailbox,
                   .from = before.id,
                   .to = before.id,
                   .imap_name = before.imap_name,
                   .new_imap_name = renamed_path(before, now)},
                  {.old_name = before.name, .old_parent = before.parent});
}

}  // namespace

Result<std::vector<Mailbox>> list_mailboxes(ReadTx& tx, AccountId account) {
  std::vector<Mailbox> out;
  DHII_TRY(tx.db().each(
      "SELECT id, account, parent, name, role, sort_order, subscribed, selectable, imap_name, coalesce(total, 0), "
      "coalesce(unread, 0), "
      "coalesce(threads, 0), coalesce(unread_threads, 0) FROM mailbox LEFT JOIN view_count ON view=id WHERE account=? "
      "ORDER BY id",
      [&](Row row) { out.push_back(mailbox_of(row)); }, account));
  return out;
}

Result<Mailbox> get_mailbox(ReadTx& tx, MailboxId id) {
  std::optional<Mailbox> out;
  DHII_TRY(tx.db().each(
      "SELECT id, account, parent, name, role, sort_order, subscribed, selectable, imap_name, coalesce(total, 0), "
      "coalesce(unread, 0), "
      "coalesce(threads, 0), coalesce(unread_threads, 0) FROM mailbox LEFT JOIN view_count ON view=id WHERE id=?",
      [&](Row row) { out = mailbox_of(row); }, id));
  if (!out) return fail(StoreError::kNotFound, "mailbox");
  return std::move(*out);
}

Result<std::optional<Mailbox>> find_role(ReadTx& tx, AccountId account, Role role) {
  DHII_TRY_ASSIGN(const auto id,
                  tx.db().find<MailboxId>("SELECT id FROM mailbox WHERE account=? AND role=?", account, role));
  if (!id) return std::optional<Mailbox>();
  DHII_TRY_ASSIGN(auto mailbox, get_mailbox(tx, *id));
  return std::optional<Mailbox>(std::move(mailbox));
}

Result<MailboxId> create_mailbox(WriteTx& tx, const NewMailbox& m, Origin origin) {
  DHII_TRY(check_name(m.name));
  DHII_TRY(check_parent(tx, m.account, m.parent, MailboxId()));
  DHII_TRY(check_sibling(tx, m.account, m.parent, m.name, MailboxId()));
  DHII_TRY_ASSIGN(const Role role, free_role(tx, m.account, m.role, MailboxId(), origin));
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, m.account));
  const ChangeNumber change = tx.next_change(m.account, DataType::kMailbox);
  DHII_TRY(
      tx.db().run("INSERT INTO mailbox(account, parent, name, role, sort_order, subscribed, selectable, imap_name, "
                  "created, updated, "
                  "updated_properties) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                  m.account, m.parent, m.name, role, m.sort_order, m.subscribed, m.selectable, m.imap_name, change,
                  change, change));
  const MailboxId id(tx.db().last_insert_id());
  DHII_TRY(tx.db().run("INSERT INTO view_count(view) VALUES(?)", id));
  if (origin == Origin::kLocal && mirrored)
    DHII_TRY(queue_op(tx, {.account = m.account, .kind = OpKind::kCreateMailbox, .to = id, .imap_name = m.imap_name}));
  return id;
}

Result<void> update_mailbox(WriteTx& tx, const Mailbox& m, Origin origin) {
  DHII_TRY_ASSIGN(const Mailbox before, get_mailbox(tx, m.id));
  if (before.account != m.account) return fail(StoreError::kNotFound, "mailbox");
  DHII_TRY(check_name(m.name));
  DHII_TRY(check_parent(tx, m.account, m.parent, m.id));
  DHII_TRY(check_sibling(tx, m.account, m.parent, m.name, m.id));
  DHII_TRY_ASSIGN(const Role role, free_role(tx, m.account, m.role, m.id, origin));
  // Where it stands upstream is for sync to say; a local rename changes it when the operation has run.
  const std::string& imap_name = origin == Origin::kLocal ? before.imap_name : m.imap_name;
  if (before.name == m.name && before.parent == m.parent && before.role == role && before.sort_order == m.sort_order &&
      before.subscribed == m.subscribed && before.selectable == m.selectable && before.imap_name == imap_name)
    return {};
  const ChangeNumber change = tx.next_change(m.account, DataType::kMailbox);
  DHII_TRY(tx.db().run(
      "UPDATE mailbox SET parent=?, name=?, role=?, sort_order=?, subscribed=?, selectable=?, imap_name=?, updated=?, "
      "updated_properties=? WHERE id=?",
      m.parent, m.name, role, m.sort_order, m.subscribed, m.selectable, imap_name, change, change, m.id));
  if ((before.role == Role::kTrash) != (role == Role::kTrash)) DHII_TRY(recount_unread_threads(tx, m.account));
  return origin == Origin::kLocal ? queue_rename(tx, before, m) : Result<void>();
}

Result<void> destroy_mailbox(WriteTx& tx, MailboxId id, bool remove_emails, Origin origin) {
  DHII_TRY_ASSIGN(const Mailbox mailbox, get_mailbox(tx, id));
  DHII_TRY_ASSIGN(const auto child,
                  tx.db().find<MailboxId>("SELECT id FROM mailbox WHERE account=? AND parent=?", mailbox.account, id));
  if (child && origin == Origin::kLocal) return fail(StoreError::kConflict, "the mailbox has mailboxes inside");
  std::vector<EmailId> emails;
  DHII_TRY(tx.db().each(
      "SELECT email FROM placement WHERE view=?", [&](Row row) { emails.push_back(row.get<EmailId>(0)); }, id));
  ViewWriter views(tx, mailbox.account);
  for (const EmailId email : emails) {
    DHII_TRY_ASSIGN(auto row, get_email(tx, mailbox.account, email));
    std::vector<MailboxId> rest = row.mailboxes;
    std::erase(rest, id);
    if (!rest.empty()) {
      DHII_TRY(write_mailboxes(tx, views, row, rest));
    } else {
      if (!remove_emails) return fail(StoreError::kConflict, "the mailbox is not empty");
      DHII_TRY(remove_row(tx, views, row));
    }
  }
  DHII_TRY(views.flush());
  DHII_TRY(forget_remote(tx, id));
  // Operations that would touch its messages are void: the mailbox goes with all that is in it.
  DHII_TRY(tx.db().run("DELETE FROM pending_op WHERE account=? AND kind IN (?,?,?) AND from_mailbox=?", mailbox.account,
                       OpKind::kStoreFlags, OpKind::kExpunge, OpKind::kRenameMailbox, id));
  DHII_TRY(tx.db().run("DELETE FROM mailbox WHERE id=?", id));
  DHII_TRY(tx.db().run("DELETE FROM view_count WHERE view=?", id));
  DHII_TRY(tx.db().run("UPDATE mailbox SET parent=0 WHERE account=? AND parent=?", mailbox.account, id));
  DHII_TRY(tx.db().run("INSERT OR REPLACE INTO tombstone(type, id, account, created, destroyed) VALUES(?,?,?,0,?)",
                       DataType::kMailbox, id, mailbox.account, tx.next_change(mailbox.account, DataType::kMailbox)));
  if (mailbox.role == Role::kTrash) DHII_TRY(recount_unread_threads(tx, mailbox.account));
  DHII_TRY_ASSIGN(const bool mirrored, is_mirrored(tx, mailbox.account));
  if (origin == Origin::kUpstream || (!mirrored && mailbox.imap_name.empty())) return {};
  return queue_op(
      tx, {.account = mailbox.account, .kind = OpKind::kDeleteMailbox, .from = id, .imap_name = mailbox.imap_name},
      {.old_name = mailbox.name, .old_parent = mailbox.parent});
}

Result<void> set_upstream_name(WriteTx& tx, const PendingOp& op, std::string_view old_name, std::string_view new_name,
                               std::optional<char> delimiter) {
  DHII_TRY_ASSIGN(const auto living, tx.db().find<MailboxId>("SELECT id FROM mailbox WHERE id=?", op.to));
  if (living) {
    DHII_TRY_ASSIGN(Mailbox mailbox, get_mailbox(tx, op.to));
    mailbox.imap_name = new_name;
    DHII_TRY(update_mailbox(tx, mailbox, Origin::kUpstream));
  } else {
    DHII_TRY(tx.db().run("UPDATE pending_op SET imap_name=? WHERE account=? AND kind=? AND from_mailbox=?", new_name,
                         op.account, OpKind::kDeleteMailbox, op.to));
  }
  if (old_name.empty() || !delimiter) return {};
  // RFC 9051 §6.3.6: all mailboxes below a renamed one are renamed with it.
  const std::string below = std::string(old_name) + *delimiter;
  const std::string now_below = std::string(new_name) + *delimiter;
  DHII_TRY(
      tx.db().run("UPDATE mailbox SET imap_name=?||substr(imap_name, ?) WHERE account=? AND substr(imap_name, 1, ?)=?",
                  now_below, below.size() + 1, op.account, below.size(), below));
  return tx.db().run(
      "UPDATE pending_op SET imap_name=?||substr(imap_name, ?) WHERE account=? AND kind=? AND substr(imap_name, 1, "
      "?)=?",
      now_below, below.size() + 1, op.account, OpKind::kDeleteMailbox, below.size(), below);
}

}  // namespace dhii::store
