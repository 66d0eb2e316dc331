#include <algorithm>

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/email_rows.hpp"

namespace dhii::store {
namespace {

PendingOp op_of(Row row) {
  return PendingOp{.id = row.get<PendingOpId>(0),
                   .account = row.get<AccountId>(1),
                   .kind = row.get<OpKind>(2),
                   .email = row.get<EmailId>(3),
                   .from = row.get<MailboxId>(4),
                   .to = row.get<MailboxId>(5),
                   .uid = row.get<Uid>(6),
                   .add_flags = split_words(row.text(7)),
                   .remove_flags = split_words(row.text(8)),
                   .imap_name = row.get<std::string>(9),
                   .new_imap_name = row.get<std::string>(10),
                   .attempts = row.get<std::int32_t>(11),
                   .not_before = row.get<Timestamp>(12),
                   .last_error = row.get<std::string>(13)};
}

// Flags back to what upstream has, except for what later operations still change.
Result<void> revert_flags(WriteTx& tx, const PendingOp& op) {
  DHII_TRY_ASSIGN(const auto base, find_remote(tx, op.from, op.email));
  DHII_TRY_ASSIGN(auto row, find_email(tx, op.email));
  if (!row) return {};
  Keywords flags = row->keywords();
  if (base) {
    flags = base->flags;
  } else {
    for (const auto& f : op.add_flags) flags.remove(f);
    for (const auto& f : op.remove_flags) flags.add(f);
  }
  DHII_TRY_ASSIGN(const Keywords wanted, with_pending_flags(tx, op.email, flags));
  ViewWriter views(tx, op.account);
  DHII_TRY(write_keywords(tx, views, *row, wanted));
  return views.flush();
}

// Out of where it was not let in, back to wherever upstream has it. Without any such place it stays: better shown in
// the wrong mailbox than lost.
Result<void> revert_placing(WriteTx& tx, const PendingOp& op) {
  DHII_TRY_ASSIGN(auto row, find_email(tx, op.email));
  if (!row) return {};
  std::vector<MailboxId> mailboxes = row->mailboxes;
  DHII_TRY_ASSIGN(const Uid there, uid_of(tx, op.to, op.email));
  DHII_TRY_ASSIGN(const bool wanted, is_wanted_in(tx, op.email, op.to));
  if (op.to && !there && !wanted) std::erase(mailboxes, op.to);
  DHII_TRY_ASSIGN(const auto places, remote_places(tx, op.email));
  for (const auto& place : places) {
    const bool ours = op.from == place.mailbox;  // other places follow their own operations
    if (ours && std::ranges::find(mailboxes, place.mailbox) == mailboxes.end()) mailboxes.push_back(place.mailbox);
  }
  if (mailboxes.empty()) return {};
  ViewWriter views(tx, op.account);
  DHII_TRY(write_mailboxes(tx, views, *row, mailboxes));
  return views.flush();
}

Result<void> revert_expunge(WriteTx& tx, const PendingOp& op) {
  DHII_TRY_ASSIGN(const auto row, find_email(tx, op.email));
  if (row) return revert_placing(tx, op);
  // The row is gone: without its base, the next comparison finds the message upstream and fetches it again.
  return unplace_remote(tx, op.from, op.email);
}

Result<void> revert_rename(WriteTx& tx, const PendingOp& op, const std::string& old_name, MailboxId old_parent) {
  auto mailbox = get_mailbox(tx, op.from);
  if (!mailbox || old_name.empty()) return {};
  mailbox->name = old_name;
  mailbox->parent = old_parent;
  auto done = update_mailbox(tx, *mailbox, Origin::kUpstream);
  // A sibling took the old name meanwhile: the comparison of LIST with our mailboxes sorts it out.
  if (!done && (done.error().is(StoreError::kConflict) || done.error().is(StoreError::kNotFound))) return {};
  return done;
}

Result<void> revert_create(WriteTx& tx, const PendingOp& op) {
  auto done = destroy_mailbox(tx, op.to, false, Origin::kUpstream);
  // What was moved into it meanwhile keeps it alive; those moves are refused in their turn and go back.
  if (!done && (done.error().is(StoreError::kConflict) || done.error().is(StoreError::kNotFound))) return {};
  return done;
}

}  // namespace

Result<std::vector<PendingOp>> due_ops(ReadTx& tx, AccountId account, Timestamp now, std::size_t limit) {
  std::vector<PendingOp> out;
  DHII_TRY(tx.db().each(
      "SELECT id, account, kind, email, from_mailbox, to_mailbox, uid, add_flags, remove_flags, imap_name, "
      "new_imap_name, attempts, not_before, "
      "last_error FROM pending_op WHERE account=? AND not_before<=? ORDER BY id LIMIT ?",
      [&](Row row) { out.push_back(op_of(row)); }, account, now, limit));
  return out;
}

Result<bool> has_ops(ReadTx& tx, EmailId email) {
  DHII_TRY_ASSIGN(const auto found, tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM pending_op WHERE email=?)", email));
  return found.value_or(false);
}

Result<std::int64_t> count_ops(ReadTx& tx, AccountId account) {
  DHII_TRY_ASSIGN(const auto count,
                  tx.db().find<std::int64_t>("SELECT count(*) FROM pending_op WHERE account=?", account));
  return count.value_or(0);
}

Result<std::vector<std::string>> names_to_delete(ReadTx& tx, AccountId account) {
  std::vector<std::string> out;
  DHII_TRY(tx.db().each(
      "SELECT imap_name FROM pending_op WHERE account=? AND kind=?",
      [&](Row row) { out.push_back(row.get<std::string>(0)); }, account, OpKind::kDeleteMailbox));
  return out;
}

Result<void> finish_op(WriteTx& tx, PendingOpId id) { return tx.db().run("DELETE FROM pending_op WHERE id=?", id); }

Result<void> postpone_op(WriteTx& tx, PendingOpId id, Timestamp not_before, std::string_view error) {
  return tx.db().run("UPDATE pending_op SET attempts=attempts+1, not_before=?, last_error=? WHERE id=?", not_before,
                     error, id);
}

Result<void> revert_op(WriteTx& tx, const PendingOp& op) {
  std::string old_name;
  MailboxId old_parent;
  DHII_TRY(tx.db().each(
      "SELECT old_name, old_parent FROM pending_op WHERE id=?",
      [&](Row row) {
        old_name = row.get<std::string>(0);
        old_parent = row.get<MailboxId>(1);
      },
      op.id));
  DHII_TRY(finish_op(tx, op.id));
  switch (op.kind) {
    case OpKind::kStoreFlags:
      return revert_flags(tx, op);
    case OpKind::kMove:
    case OpKind::kCopy:
      return revert_placing(tx, op);
    case OpKind::kExpunge:
      return revert_expunge(tx, op);
    case OpKind::kAppend:
      return {};  // kept here, where it is: undoing would destroy the only copy of what a person wrote
    case OpKind::kCreateMailbox:
      return revert_create(tx, op);
    case OpKind::kRenameMailbox:
      return revert_rename(tx, op, old_name, old_parent);
    case OpKind::kDeleteMailbox:
      return {};  // still listed upstream: the next comparison brings it back
  }
  return {};
}

}  // namespace dhii::store
