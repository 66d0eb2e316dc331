#include "store/totals.hpp"

#include "store/database.hpp"

namespace dhii::store {

Totals& Totals::operator+=(const Totals& other) {
  mailboxes += other.mailboxes;
  messages += other.messages;
  unread += other.unread;
  pending_operations += other.pending_operations;
  for (std::size_t i = 0; i < submissions.size(); ++i) submissions.at(i) += other.submissions.at(i);
  return *this;
}

Result<Totals> count_totals(ReadTx& tx) {
  Totals out;
  Database& db = tx.db();
  DHII_TRY_ASSIGN(const auto mailboxes, db.find<std::int64_t>("SELECT count(*) FROM mailbox"));
  DHII_TRY_ASSIGN(const auto pending, db.find<std::int64_t>("SELECT count(*) FROM pending_op"));
  out.mailboxes = mailboxes.value_or(0);
  out.pending_operations = pending.value_or(0);
  // Views of whole accounts are negative (migrations.cpp): each message once.
  DHII_TRY(
      db.each("SELECT coalesce(sum(total), 0), coalesce(sum(unread), 0) FROM view_count WHERE view < 0", [&](Row row) {
        out.messages = row.integer(0);
        out.unread = row.integer(1);
      }));
  DHII_TRY(db.each("SELECT state, count(*) FROM submission GROUP BY state", [&](Row row) {
    const auto state = static_cast<std::size_t>(row.integer(0));
    if (state < out.submissions.size()) out.submissions.at(state) = row.integer(1);
  }));
  return out;
}

}  // namespace dhii::store
