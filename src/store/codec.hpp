// Compact binary forms of what a row keeps in one column: an email's envelope and preview, its mailboxes, a
// submission's recipients. Varints and length-prefixed strings behind a version byte. Reading is bounds-checked: a
// damaged column is kCorrupt, never a crash.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/types.hpp"

namespace dhii::store {

std::string encode_envelope(const mime::Envelope& envelope, std::string_view preview);
struct StoredEnvelope {
  mime::Envelope envelope;
  std::string preview;
};
Result<StoredEnvelope> decode_envelope(std::string_view bytes);
// Only what a list shows, as views into `bytes`.
struct ListedMessage;
Result<void> read_listed(std::string_view bytes, ListedMessage& out);

std::string encode_mailboxes(std::span<const MailboxId> mailboxes);  // sorted
Result<std::vector<MailboxId>> decode_mailboxes(std::string_view bytes);

std::string encode_recipients(std::span<const Recipient> recipients);
Result<std::vector<Recipient>> decode_recipients(std::string_view bytes);

// Custom keywords and IMAP flags: neither may contain a space.
std::string join_words(std::span<const std::string> words);
std::vector<std::string> split_words(std::string_view text);

}  // namespace dhii::store
