#include "store/message_list.hpp"

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/views.hpp"

namespace dhii::store {
namespace {

// One row buffer for a whole page: its vectors keep their memory.
class Lister {
 public:
  explicit Lister(const EachMessage& each) : each_(each) {}

  // Columns: id, account, thread, size, received_at, bits, custom, mailboxes, data.
  Result<void> operator()(Row row) {
    m_.id = row.get<EmailId>(0);
    m_.account = row.get<AccountId>(1);
    m_.thread = row.get<ThreadId>(2);
    m_.size = row.integer(3);
    m_.received_at = row.get<Timestamp>(4);
    m_.keywords.bits = static_cast<std::uint32_t>(row.integer(5) & kKeywordBits);
    m_.has_attachment = (row.integer(5) & kBitAttachment) != 0;
    const auto custom = row.text(6);
    m_.keywords.custom = custom.empty() ? std::vector<std::string>() : split_words(custom);
    DHII_TRY_ASSIGN(m_.mailboxes, decode_mailboxes(row.text(7)));
    DHII_TRY(read_listed(row.text(8), m_));
    each_(m_);
    return {};
  }

 private:
  const EachMessage& each_;
  ListedMessage m_;
};

}  // namespace

Result<void> list_messages(ReadTx& tx, const MessagePage& page, const EachMessage& each) {
  const std::int64_t view = page.mailbox ? page.mailbox.value : account_view(page.account);
  const Sql all =
      "SELECT e.id, e.account, e.thread, e.size, e.received_at, e.bits, e.custom, e.mailboxes, e.data FROM placement p "
      "CROSS JOIN email e ON e.id=p.email WHERE p.view=? AND p.email<? ORDER BY p.email DESC LIMIT ?";
  const Sql unread =
      "SELECT e.id, e.account, e.thread, e.size, e.received_at, e.bits, e.custom, e.mailboxes, e.data FROM placement p "
      "INDEXED BY placement_unread CROSS JOIN email e ON e.id=p.email WHERE p.view=? AND p.email<? AND (p.bits & 1) = "
      "0 "
      "ORDER BY p.email DESC LIMIT ?";
  const Sql flagged =
      "SELECT e.id, e.account, e.thread, e.size, e.received_at, e.bits, e.custom, e.mailboxes, e.data FROM placement p "
      "INDEXED BY placement_flagged CROSS JOIN email e ON e.id=p.email WHERE p.view=? AND p.email<? AND (p.bits & 2) "
      "<> "
      "0 ORDER BY p.email DESC LIMIT ?";
  const Sql both =
      "SELECT e.id, e.account, e.thread, e.size, e.received_at, e.bits, e.custom, e.mailboxes, e.data FROM placement p "
      "INDEXED BY placement_flagged CROSS JOIN email e ON e.id=p.email WHERE p.view=? AND p.email<? AND (p.bits & 2) "
      "<> "
      "0 AND (p.bits & 1) = 0 ORDER BY p.email DESC LIMIT ?";
  const Sql sql = page.unread_only ? (page.flagged_only ? both : unread) : (page.flagged_only ? flagged : all);
  const std::int64_t below = page.below ? page.below.value : INT64_MAX;
  return tx.db().each(sql, Lister(each), view, below, page.limit);
}

Result<void> list_messages(ReadTx& tx, AccountId account, std::span<const EmailId> ids, const EachMessage& each) {
  Lister lister(each);
  for (const EmailId id : ids)
    DHII_TRY(tx.db().each(
        "SELECT id, account, thread, size, received_at, bits, custom, mailboxes, data FROM email WHERE id=? AND "
        "account=?",
        lister, id, account));
  return {};
}

Result<AccountId> account_of(ReadTx& tx, EmailId id) {
  DHII_TRY_ASSIGN(const auto found, tx.db().find<AccountId>("SELECT account FROM email WHERE id=?", id));
  if (!found) return fail(StoreError::kNotFound, "message");
  return *found;
}

Result<AccountId> account_of(ReadTx& tx, ThreadId id) {
  DHII_TRY_ASSIGN(const auto found, tx.db().find<AccountId>("SELECT account FROM email WHERE thread=? LIMIT 1", id));
  if (!found) return fail(StoreError::kNotFound, "thread");
  return *found;
}

}  // namespace dhii::store
