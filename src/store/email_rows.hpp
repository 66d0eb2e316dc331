// What the repositories share about single emails: the narrow row, changing it together with its views, removing it,
// and queueing what upstream must hear. Internal to src/store.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/repositories.hpp"
#include "store/views.hpp"

namespace dhii::store {

struct EmailRow {
  EmailId id;
  AccountId account;
  ThreadId thread;
  BlobId blob;
  std::int64_t bits = 0;  // Flag bits and kBit...
  std::vector<std::string> custom;
  std::vector<MailboxId> mailboxes;
  std::int64_t created = 0;
  Keywords keywords() const { return {static_cast<std::uint32_t>(bits & kKeywordBits), custom}; }
  EmailPlaces places() const { return {id, thread, bits, mailboxes}; }
};
Result<std::optional<EmailRow>> find_email(ReadTx& tx, EmailId id);
Result<EmailRow> get_email(ReadTx& tx, AccountId account, EmailId id);  // kNotFound

// Each moves the row to its new value, keeps the views, numbers the change. `row` is updated.
Result<void> write_keywords(WriteTx& tx, ViewWriter& views, EmailRow& row, const Keywords& keywords);
Result<void> write_mailboxes(WriteTx& tx, ViewWriter& views, EmailRow& row, std::span<const MailboxId> mailboxes);
Result<void> remove_row(WriteTx& tx, ViewWriter& views, const EmailRow& row);

Result<void> release_blob(WriteTx& tx, const BlobId& id, EmailId owner);
// After an upload's row has gone.
Result<void> release_upload(WriteTx& tx, const BlobId& id);

// True when changes have to be carried to a server: an account with mailboxes that have an upstream name.
Result<bool> is_mirrored(ReadTx& tx, AccountId account);

// ---- pending operations, inside
// --------------------------------------------------------------------------------------------------
struct OpOrigin {  // what only revert and joins need
  std::optional<BlobId> blob;
  std::string old_name;
  MailboxId old_parent;
};
Result<void> queue_op(WriteTx& tx, const PendingOp& op, const OpOrigin& origin = {});
// What local keywords must be when upstream has `flags` and operations are still on their way: the operations' changes
// on top.
Result<Keywords> with_pending_flags(ReadTx& tx, EmailId email, Keywords flags);
Result<bool> is_wanted_in(ReadTx& tx, EmailId email,
                          MailboxId mailbox);                      // a pending move, copy or append will put it there
Result<Uid> uid_of(ReadTx& tx, MailboxId mailbox, EmailId email);  // 0: not known upstream

inline std::string_view as_view(const BlobId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}
BlobId blob_of(std::string_view bytes);

}  // namespace dhii::store
