// The Mailbox type (RFC 8621 §2): its properties as JSON. Private to jmap.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jmap/core/standard.hpp"
#include "store/types.hpp"

namespace dhii::jmap {

struct MailboxRow {
  MailboxId id;
  store::Mailbox mailbox;
  bool read_only = false;  // the account is
};

Result<std::vector<MailboxRow>> mailbox_rows(store::ReadTx& tx, const AccountInfo& account);
// All properties (RFC 8621 §2), as a client sees them.
json::object render_mailbox(const MailboxRow& row, const json::storage_ptr& storage);
const MailboxRow* find_row(const std::vector<MailboxRow>& rows, MailboxId id);

}  // namespace dhii::jmap
