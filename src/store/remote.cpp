#include <algorithm>

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/email_rows.hpp"

namespace dhii::store {
namespace {

RemoteMessage remote_of(Row row) {
  return RemoteMessage{.uid = row.get<Uid>(0),
                       .email = row.get<EmailId>(1),
                       .flags = {static_cast<std::uint32_t>(row.integer(2)), split_words(row.text(3))}};
}

Result<AccountId> account_of(ReadTx& tx, MailboxId mailbox) {
  DHII_TRY_ASSIGN(const auto account, tx.db().find<AccountId>("SELECT account FROM mailbox WHERE id=?", mailbox));
  if (!account) return fail(StoreError::kNotFound, "mailbox");
  return *account;
}

// Three-way: upstream's flags are the new base; what pending operations change stays on top; everything else follows
// upstream.
Result<void> follow_flags(WriteTx& tx, ViewWriter& views, EmailRow& row, const Keywords& flags) {
  DHII_TRY_ASSIGN(const Keywords wanted, with_pending_flags(tx, row.id, flags));
  return write_keywords(tx, views, row, wanted);
}

// True while an operation will still place the email somewhere, so that it must not die with its last mailbox.
Result<bool> is_on_its_way(ReadTx& tx, EmailId email) {
  DHII_TRY_ASSIGN(const auto found,
                  tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM pending_op WHERE email=? AND to_mailbox<>0)", email));
  return found.value_or(false);
}

// Out of the mailbox, and gone when that was its last.
Result<void> leave_mailbox(WriteTx& tx, ViewWriter& views, EmailRow& row, MailboxId mailbox) {
  std::vector<MailboxId> rest = row.mailboxes;
  std::erase(rest, mailbox);
  if (rest.size() == row.mailboxes.size()) return {};
  if (!rest.empty()) return write_mailboxes(tx, views, row, rest);
  DHII_TRY_ASSIGN(const bool waits, is_on_its_way(tx, row.id));
  if (waits) return {};
  return remove_row(tx, views, row);
}

}  // namespace

Result<std::optional<RemoteState>> get_remote_state(ReadTx& tx, MailboxId mailbox) {
  std::optional<RemoteState> out;
  DHII_TRY(tx.db().each(
      "SELECT uid_validity, uid_next, highest_modseq, complete FROM remote_state WHERE mailbox=?",
      [&](Row row) {
        out = RemoteState{row.get<UidValidity>(0), row.get<Uid>(1), ModSeq(static_cast<std::uint64_t>(row.integer(2))),
                          row.get<bool>(3)};
      },
      mailbox));
  return out;
}

Result<void> set_remote_state(WriteTx& tx, MailboxId mailbox, const RemoteState& state) {
  return tx.db().run(
      "INSERT OR REPLACE INTO remote_state(mailbox, uid_validity, uid_next, highest_modseq, complete) "
      "VALUES(?,?,?,?,?)",
      mailbox, state.uid_validity, state.uid_next, state.highest_modseq, state.complete);
}

Result<std::vector<RemoteMessage>> list_remote(ReadTx& tx, MailboxId mailbox) {
  std::vector<RemoteMessage> out;
  DHII_TRY(tx.db().each(
      "SELECT uid, email, bits, custom FROM remote WHERE mailbox=? ORDER BY uid",
      [&](Row row) { out.push_back(remote_of(row)); }, mailbox));
  return out;
}

Result<std::optional<RemoteMessage>> find_remote(ReadTx& tx, MailboxId mailbox, EmailId email) {
  std::optional<RemoteMessage> out;
  DHII_TRY(tx.db().each(
      "SELECT r.uid, r.email, r.bits, r.custom FROM remote r INDEXED BY remote_email WHERE r.email=? AND r.mailbox=? "
      "ORDER BY r.uid DESC LIMIT 1",
      [&](Row row) { out = remote_of(row); }, email, mailbox));
  return out;
}

Result<std::vector<RemotePlace>> remote_places(ReadTx& tx, EmailId email) {
  std::vector<RemotePlace> out;
  DHII_TRY(tx.db().each(
      "SELECT mailbox, uid FROM remote WHERE email=? ORDER BY mailbox, uid",
      [&](Row row) { out.push_back({row.get<MailboxId>(0), row.get<Uid>(1)}); }, email));
  return out;
}

Result<std::int64_t> count_remote(ReadTx& tx, MailboxId mailbox) {
  DHII_TRY_ASSIGN(const auto count, tx.db().find<std::int64_t>("SELECT count(*) FROM remote WHERE mailbox=?", mailbox));
  return count.value_or(0);
}

Result<void> apply_remote_flags(WriteTx& tx, MailboxId mailbox, std::span<const FlagUpdate> updates) {
  DHII_TRY_ASSIGN(const AccountId account, account_of(tx, mailbox));
  ViewWriter views(tx, account);
  for (const auto& update : updates) {
    DHII_TRY_ASSIGN(const auto email,
                    tx.db().find<EmailId>("SELECT email FROM remote WHERE mailbox=? AND uid=?", mailbox, update.uid));
    if (!email) continue;  // not fetched yet: it comes with its flags
    DHII_TRY(tx.db().run("UPDATE remote SET bits=?, custom=? WHERE mailbox=? AND uid=?",
                         update.flags.bits & kKeywordBits, join_words(update.flags.custom), mailbox, update.uid));
    DHII_TRY_ASSIGN(auto row, find_email(tx, *email));
    if (row) DHII_TRY(follow_flags(tx, views, *row, update.flags));
  }
  return views.flush();
}

Result<void> apply_remote_vanished(WriteTx& tx, MailboxId mailbox, std::span<const Uid> uids) {
  DHII_TRY_ASSIGN(const AccountId account, account_of(tx, mailbox));
  ViewWriter views(tx, account);
  for (const Uid uid : uids) {
    DHII_TRY_ASSIGN(const auto email,
                    tx.db().find<EmailId>("SELECT email FROM remote WHERE mailbox=? AND uid=?", mailbox, uid));
    if (!email) continue;
    DHII_TRY(tx.db().run("DELETE FROM remote WHERE mailbox=? AND uid=?", mailbox, uid));
    DHII_TRY_ASSIGN(const Uid other, uid_of(tx, mailbox, *email));
    DHII_TRY_ASSIGN(auto row, find_email(tx, *email));
    if (!row || other) continue;  // destroyed here before, or still there under another UID
    DHII_TRY_ASSIGN(const bool wanted, is_wanted_in(tx, *email, mailbox));
    if (!wanted) DHII_TRY(leave_mailbox(tx, views, *row, mailbox));
  }
  return views.flush();
}

Result<void> forget_remote(WriteTx& tx, MailboxId mailbox) {
  DHII_TRY(tx.db().run("DELETE FROM remote WHERE mailbox=?", mailbox));
  DHII_TRY(tx.db().run("DELETE FROM remote_state WHERE mailbox=?", mailbox));
  return tx.db().run("UPDATE pending_op SET uid=0 WHERE from_mailbox=?", mailbox);
}

Result<void> drop_unplaced(WriteTx& tx, MailboxId mailbox) {
  DHII_TRY_ASSIGN(const AccountId account, account_of(tx, mailbox));
  std::vector<EmailId> unplaced;
  DHII_TRY(tx.db().each(
      "SELECT p.email FROM placement p WHERE p.view=?1 AND NOT EXISTS(SELECT 1 FROM remote r WHERE r.email=p.email AND "
      "r.mailbox=?1) AND NOT "
      "EXISTS(SELECT 1 FROM pending_op o WHERE o.email=p.email AND o.to_mailbox=?1)",
      [&](Row row) { unplaced.push_back(row.get<EmailId>(0)); }, mailbox));
  ViewWriter views(tx, account);
  for (const EmailId email : unplaced) {
    DHII_TRY_ASSIGN(auto row, find_email(tx, email));
    if (row) DHII_TRY(leave_mailbox(tx, views, *row, mailbox));
  }
  return views.flush();
}

Result<void> place_remote(WriteTx& tx, MailboxId mailbox, EmailId email, Uid uid, const Keywords& flags) {
  DHII_TRY_ASSIGN(const AccountId account, account_of(tx, mailbox));
  DHII_TRY(tx.db().run("INSERT OR REPLACE INTO remote(mailbox, uid, email, bits, custom) VALUES(?,?,?,?,?)", mailbox,
                       uid, email, flags.bits & kKeywordBits, join_words(flags.custom)));
  // Operations queued before its place was known learn it.
  DHII_TRY(tx.db().run("UPDATE pending_op SET uid=? WHERE email=? AND from_mailbox=?", uid, email, mailbox));
  DHII_TRY_ASSIGN(auto row, find_email(tx, email));
  if (!row) return {};  // destroyed here; the row stays until the expunge has run
  ViewWriter views(tx, account);
  DHII_TRY(follow_flags(tx, views, *row, flags));
  return views.flush();
}

Result<void> unplace_remote(WriteTx& tx, MailboxId mailbox, EmailId email) {
  return tx.db().run("DELETE FROM remote WHERE mailbox=? AND email=?", mailbox, email);
}

}  // namespace dhii::store
