// Import and export of mail files: mbox, Maildir, single .eml files and folders of them. Blocking; run from the command
// line or on a pool. Nothing is dropped: what can't be taken is named in the report with the reason.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/mail_store.hpp"
#include "store/repositories.hpp"

namespace dhii::transfer {

enum class TransferError { kUnreadable, kUnwritable, kNoMessages };
ErrorText describe(TransferError e);

struct ImportTarget {
  store::MailStore* store = nullptr;
  AccountId account;
  MailboxId mailbox;
  std::size_t max_message_bytes = 64U << 20;  // bigger ones are reported, the rest goes on
};

struct ImportReport {
  std::int64_t imported = 0;
  std::int64_t already_there = 0;     // the same content is in the account
  std::vector<std::string> problems;  // "file: reason", one for each message not taken
};

using Progress = std::function<void(const ImportReport&)>;

// `path`: an mbox file, a single message, a Maildir (cur/ new/), or a folder with any of these below it (symbolic links
// aren't followed).
Result<ImportReport> import_path(const ImportTarget& target, const std::filesystem::path& path,
                                 const Progress& progress = {});

// The sample mailbox: an mbox whose messages name their mailbox, keywords and age in X-Dhii-* headers, which don't stay
// in the message. Makes the mailboxes.
Result<ImportReport> import_sample(store::MailStore& store, AccountId account, std::string_view mbox, Timestamp now);
// The mailboxes that a local account begins with (inbox, drafts, sent, archive, junk, trash), with roles.
Result<void> create_standard_mailboxes(store::WriteTx& tx, AccountId account);

enum class ExportFormat { kMbox, kMaildir, kEml };
// All mail of the account, a file (mbox) or folder (Maildir, eml) for each mailbox, below `directory`, which is made.
// Returns how many messages were written.
Result<std::int64_t> export_account(store::MailStore& store, AccountId account, const std::filesystem::path& directory,
                                    ExportFormat format);

// A mailbox's or message's name as one safe file name: no separators, no leading dot, no control characters
// (THREATS.md: path traversal).
std::string safe_file_name(std::string_view name);

}  // namespace dhii::transfer
