// Conditions that no index answers, decided email by email after the indexes have narrowed things down. Internal to
// src/search.
#pragma once
#include "search/search.hpp"
#include "search/streams.hpp"

namespace dhii::search {

// Exact where ids alone can't tell: an id is moved up when its second is taken. Emails outside [doubtful_low,
// doubtful_high] pass unseen.
struct DateBounds {
  std::optional<Timestamp> before, after;
  Id certain_low = 0, certain_high = kEndOfTime;
};
TestPtr date_test(store::Database& db, DateBounds bounds);
TestPtr size_test(store::Database& db, std::optional<std::int64_t> min, std::optional<std::int64_t> max);
TestPtr other_mailbox_test(store::Database& db, std::vector<MailboxId> mailboxes);

enum class Quantity { kAll, kSome, kNone };
TestPtr thread_keyword_test(store::Database& db, Quantity quantity, std::string_view keyword);
// Reads the message itself: slow, so it comes last.
TestPtr header_test(store::ReadTx& tx, AccountId account, std::string name, std::optional<std::string> value);

}  // namespace dhii::search
