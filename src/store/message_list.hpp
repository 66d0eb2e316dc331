// Reading pages of messages, newest first, straight off the index: what GET /api/v1/messages shows of each, as views
// into the row, without building an Email. In a read transaction.
#pragma once
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/mail_store.hpp"
#include "store/types.hpp"

namespace dhii::store {

struct ListedAddress {
  std::string_view name, email;
};
// Views are valid while the callback runs.
struct ListedMessage {
  EmailId id;
  AccountId account;
  ThreadId thread;
  std::int64_t size = 0;
  Timestamp received_at;
  Keywords keywords;
  bool has_attachment = false;
  std::vector<MailboxId> mailboxes;
  std::string_view subject, preview;
  std::vector<ListedAddress> from, to;
};

struct MessagePage {
  AccountId account;
  MailboxId mailbox;  // 0: the whole account
  EmailId below;      // 0: from the newest; else older than this
  bool unread_only = false, flagged_only = false;
  std::size_t limit = 50;
};
using EachMessage = std::function<void(const ListedMessage&)>;
Result<void> list_messages(ReadTx& tx, const MessagePage& page, const EachMessage& each);
// Those of the account, in the order of `ids`; missing ones are left out.
Result<void> list_messages(ReadTx& tx, AccountId account, std::span<const EmailId> ids, const EachMessage& each);

// Which account an email, mailbox or thread of this user belongs to; kNotFound.
Result<AccountId> account_of(ReadTx& tx, EmailId id);
Result<AccountId> account_of(ReadTx& tx, ThreadId id);

}  // namespace dhii::store
