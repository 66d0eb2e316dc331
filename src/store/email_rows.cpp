#include "store/email_rows.hpp"

#include <algorithm>
#include <cstring>

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/index.hpp"
#include "store/pack_store.hpp"

namespace dhii::store {

BlobId blob_of(std::string_view bytes) {
  BlobId id;
  std::memcpy(id.bytes.data(), bytes.data(), std::min(bytes.size(), id.bytes.size()));
  return id;
}

Result<std::optional<EmailRow>> find_email(ReadTx& tx, EmailId id) {
  std::optional<EmailRow> out;
  DHII_TRY(tx.db().each(
      "SELECT id, account, thread, blob, bits, custom, mailboxes, created FROM email WHERE id=?",
      [&](Row row) -> Result<void> {
        DHII_TRY_ASSIGN(auto mailboxes, decode_mailboxes(row.text(6)));
        out = EmailRow{row.get<EmailId>(0), row.get<AccountId>(1),    row.get<ThreadId>(2), blob_of(row.text(3)),
                       row.integer(4),      split_words(row.text(5)), std::move(mailboxes), row.integer(7)};
        return {};
      },
      id));
  return out;
}

Result<EmailRow> get_email(ReadTx& tx, AccountId account, EmailId id) {
  DHII_TRY_ASSIGN(auto row, find_email(tx, id));
  if (!row || row->account != account) return fail(StoreError::kNotFound, "email");
  return std::move(*row);
}

Result<void> write_keywords(WriteTx& tx, ViewWriter& views, EmailRow& row, const Keywords& keywords) {
  const std::int64_t bits = (row.bits & ~kKeywordBits) | (keywords.bits & kKeywordBits);
  if (bits == row.bits && keywords.custom == row.custom) return {};
  DHII_TRY(tx.db().run("UPDATE email SET bits=?, custom=?, updated=? WHERE id=?", bits, join_words(keywords.custom),
                       tx.next_change(row.account, DataType::kEmail), row.id));
  for (const auto& gone : row.custom)
    if (!std::ranges::binary_search(keywords.custom, gone))
      DHII_TRY(tx.db().run("DELETE FROM keyword WHERE account=? AND keyword=? AND email=?", row.account, gone, row.id));
  for (const auto& now : keywords.custom)
    DHII_TRY(
        tx.db().run("INSERT OR IGNORE INTO keyword(account, keyword, email) VALUES(?,?,?)", row.account, now, row.id));
  if (bits != row.bits) DHII_TRY(views.change_bits(row.places(), bits));
  row.bits = bits;
  row.custom = keywords.custom;
  return {};
}

Result<void> write_mailboxes(WriteTx& tx, ViewWriter& views, EmailRow& row, std::span<const MailboxId> mailboxes) {
  std::vector<MailboxId> now(mailboxes.begin(), mailboxes.end());
  std::ranges::sort(now);
  now.erase(std::ranges::unique(now).begin(), now.end());
  if (now == row.mailboxes) return {};
  DHII_TRY(tx.db().run("UPDATE email SET mailboxes=?, updated=? WHERE id=?", Blob{encode_mailboxes(now)},
                       tx.next_change(row.account, DataType::kEmail), row.id));
  DHII_TRY(views.change_mailboxes(row.places(), now));
  row.mailboxes = std::move(now);
  return {};
}

Result<void> release_blob(WriteTx& tx, const BlobId& id, EmailId owner) {
  return static_cast<PackStore&>(tx.blobs()).release(tx, id, owner);
}

Result<void> release_upload(WriteTx& tx, const BlobId& id) {
  DHII_TRY_ASSIGN(const auto uploaded,
                  tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM upload WHERE blob=?1)", Blob{as_view(id)}));
  return uploaded.value_or(false) ? Result<void>() : release_blob(tx, id, EmailId());
}

Result<void> remove_row(WriteTx& tx, ViewWriter& views, const EmailRow& row) {
  DHII_TRY(views.remove(row.places()));
  DHII_TRY(tx.db().run("DELETE FROM email WHERE id=?", row.id));
  for (const auto& keyword : row.custom)
    DHII_TRY(
        tx.db().run("DELETE FROM keyword WHERE account=? AND keyword=? AND email=?", row.account, keyword, row.id));
  DHII_TRY(tx.db().run("DELETE FROM pending_op WHERE email=? AND kind=?", row.id, OpKind::kStoreFlags));
  DHII_TRY(unindex_email(tx.db(), row.id));
  DHII_TRY(tx.db().run("INSERT OR REPLACE INTO tombstone(type, id, account, created, destroyed) VALUES(?,?,?,?,?)",
                       DataType::kEmail, row.id, row.account, row.created,
                       tx.next_change(row.account, DataType::kEmail)));
  return release_blob(tx, row.blob, row.id);
}

Result<bool> is_mirrored(ReadTx& tx, AccountId account) {
  DHII_TRY_ASSIGN(
      const auto found,
      tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM mailbox WHERE account=? AND imap_name<>'')", account));
  return found.value_or(false);
}

Result<void> queue_op(WriteTx& tx, const PendingOp& op, const OpOrigin& origin) {
  auto statement = tx.db().prepare(
      "INSERT INTO pending_op(account, kind, email, from_mailbox, to_mailbox, uid, add_flags, remove_flags, imap_name, "
      "new_imap_name, blob, "
      "old_name, old_parent) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  statement.bind(op.account, op.kind, op.email, op.from, op.to, op.uid, join_words(op.add_flags),
                 join_words(op.remove_flags), op.imap_name, op.new_imap_name,
                 Blob{origin.blob ? as_view(*origin.blob) : std::string_view()}, origin.old_name, origin.old_parent);
  DHII_TRY(statement.run());
  tx.note_pending_op(op.account);
  return {};
}

Result<Keywords> with_pending_flags(ReadTx& tx, EmailId email, Keywords flags) {
  DHII_TRY(tx.db().each(
      "SELECT add_flags, remove_flags FROM pending_op WHERE email=? AND kind=? ORDER BY id",
      [&](Row row) {
        for (const auto& f : split_words(row.text(1))) flags.remove(f);
        for (const auto& f : split_words(row.text(0))) flags.add(f);
      },
      email, OpKind::kStoreFlags));
  return flags;
}

Result<bool> is_wanted_in(ReadTx& tx, EmailId email, MailboxId mailbox) {
  DHII_TRY_ASSIGN(
      const auto found,
      tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM pending_op WHERE email=? AND to_mailbox=?)", email, mailbox));
  return found.value_or(false);
}

Result<Uid> uid_of(ReadTx& tx, MailboxId mailbox, EmailId email) {
  DHII_TRY_ASSIGN(const auto uid,
                  tx.db().find<Uid>("SELECT uid FROM remote WHERE email=? AND mailbox=?", email, mailbox));
  return uid.value_or(Uid());
}

}  // namespace dhii::store
