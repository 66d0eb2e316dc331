#include "store/database.hpp"
#include "store/email_rows.hpp"

namespace dhii::store {

Result<std::vector<Identity>> list_identities(ReadTx& tx, AccountId account) {
  std::vector<Identity> out;
  DHII_TRY(tx.db().each(
      "SELECT id, account, name, email, reply_to, bcc, text_signature, html_signature FROM identity WHERE account=? "
      "ORDER BY id",
      [&](Row row) {
        out.push_back({row.get<IdentityId>(0), row.get<AccountId>(1), row.get<std::string>(2), row.get<std::string>(3),
                       row.get<std::string>(4), row.get<std::string>(5), row.get<std::string>(6),
                       row.get<std::string>(7)});
      },
      account));
  return out;
}

Result<IdentityId> put_identity(WriteTx& tx, const Identity& i) {
  const ChangeNumber change = tx.next_change(i.account, DataType::kIdentity);
  if (!i.id) {
    DHII_TRY(tx.db().run(
        "INSERT INTO identity(account, name, email, reply_to, bcc, text_signature, html_signature, created, updated) "
        "VALUES(?,?,?,?,?,?,?,?,?)",
        i.account, i.name, i.email, i.reply_to_json, i.bcc_json, i.text_signature, i.html_signature, change, change));
    return IdentityId(tx.db().last_insert_id());
  }
  DHII_TRY(tx.db().run(
      "UPDATE identity SET name=?, email=?, reply_to=?, bcc=?, text_signature=?, html_signature=?, updated=? WHERE "
      "id=? AND "
      "account=?",
      i.name, i.email, i.reply_to_json, i.bcc_json, i.text_signature, i.html_signature, change, i.id, i.account));
  if (tx.db().changed_rows() == 0) return fail(StoreError::kNotFound, "identity");
  return i.id;
}

Result<void> destroy_identity(WriteTx& tx, AccountId account, IdentityId id) {
  DHII_TRY_ASSIGN(const auto created,
                  tx.db().find<std::int64_t>("SELECT created FROM identity WHERE id=? AND account=?", id, account));
  if (!created) return fail(StoreError::kNotFound, "identity");
  DHII_TRY(tx.db().run("DELETE FROM identity WHERE id=?", id));
  return tx.db().run("INSERT OR REPLACE INTO tombstone(type, id, account, created, destroyed) VALUES(?,?,?,?,?)",
                     DataType::kIdentity, id, account, *created, tx.next_change(account, DataType::kIdentity));
}

}  // namespace dhii::store
