#include "search/tests_on_email.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "store/blob_store.hpp"
#include "store/codec.hpp"
#include "store/folding.hpp"
#include "store/repositories.hpp"

namespace dhii::search {
namespace {

using store::Database;
using store::Row;

class DateTest final : public Test {
 public:
  DateTest(Database& db, DateBounds bounds) : db_(db), bounds_(bounds) {}
  Result<bool> passes(Id email) override {
    if (email >= bounds_.certain_low && email < bounds_.certain_high) return true;
    DHII_TRY_ASSIGN(const auto at, db_.find<Timestamp>("SELECT received_at FROM email WHERE id=?", email));
    return at && (!bounds_.before || *at < *bounds_.before) && (!bounds_.after || *at >= *bounds_.after);
  }

 private:
  Database& db_;
  DateBounds bounds_;
};

class SizeTest final : public Test {
 public:
  SizeTest(Database& db, std::optional<std::int64_t> min, std::optional<std::int64_t> max)
      : db_(db), min_(min), max_(max) {}
  Result<bool> passes(Id email) override {
    DHII_TRY_ASSIGN(const auto size, db_.find<std::int64_t>("SELECT size FROM email WHERE id=?", email));
    return size && (!min_ || *size >= *min_) && (!max_ || *size < *max_);
  }

 private:
  Database& db_;
  std::optional<std::int64_t> min_, max_;
};

class OtherMailboxTest final : public Test {
 public:
  OtherMailboxTest(Database& db, std::vector<MailboxId> mailboxes) : db_(db), mailboxes_(std::move(mailboxes)) {}
  Result<bool> passes(Id email) override {
    DHII_TRY_ASSIGN(const auto column, db_.find<std::string>("SELECT mailboxes FROM email WHERE id=?", email));
    DHII_TRY_ASSIGN(const auto mine, store::decode_mailboxes(column.value_or("")));
    return std::ranges::any_of(mine, [&](MailboxId m) { return std::ranges::find(mailboxes_, m) == mailboxes_.end(); });
  }

 private:
  Database& db_;
  std::vector<MailboxId> mailboxes_;
};

class ThreadKeywordTest final : public Test {
 public:
  ThreadKeywordTest(Database& db, Quantity quantity, std::string_view keyword)
      : db_(db), quantity_(quantity), keyword_(keyword) {}
  Result<bool> passes(Id email) override {
    bool all = true, some = false;
    DHII_TRY(db_.each(
        "SELECT bits, custom FROM email WHERE thread=(SELECT thread FROM email WHERE id=?)",
        [&](Row row) {
          const store::Keywords keywords{static_cast<std::uint32_t>(row.integer(0) & 0xffff),
                                         store::split_words(row.text(1))};
          const bool has = keywords.has(keyword_);
          all &= has;
          some |= has;
        },
        email));
    return quantity_ == Quantity::kAll ? all : quantity_ == Quantity::kSome ? some : !some;
  }

 private:
  Database& db_;
  Quantity quantity_;
  std::string keyword_;
};

class HeaderTest final : public Test {
 public:
  HeaderTest(store::ReadTx& tx, AccountId account, std::string name, std::optional<std::string> value)
      : tx_(tx), account_(account), name_(ascii_lower(name)), value_(value ? store::fold_text(*value) : "") {}
  Result<bool> passes(Id email) override {
    const EmailId id(email);
    DHII_TRY_ASSIGN(const auto found, store::get_emails(tx_, account_, std::span(&id, 1)));
    if (found.empty()) return false;
    DHII_TRY_ASSIGN(const std::string raw, tx_.blobs().get(tx_, found.front().blob));
    DHII_TRY_ASSIGN(const auto parsed, mime::parse(raw));
    return std::ranges::any_of(parsed.headers, [&](const mime::Header& h) {
      return ascii_iequals(h.name, name_) &&
             store::fold_text(mime::as_text(h.raw_value)).find(value_) != std::string::npos;
    });
  }

 private:
  store::ReadTx& tx_;
  AccountId account_;
  std::string name_, value_;
};

}  // namespace

TestPtr date_test(Database& db, DateBounds bounds) { return std::make_unique<DateTest>(db, bounds); }
TestPtr size_test(Database& db, std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
  return std::make_unique<SizeTest>(db, min, max);
}
TestPtr other_mailbox_test(Database& db, std::vector<MailboxId> mailboxes) {
  return std::make_unique<OtherMailboxTest>(db, std::move(mailboxes));
}
TestPtr thread_keyword_test(Database& db, Quantity quantity, std::string_view keyword) {
  return std::make_unique<ThreadKeywordTest>(db, quantity, keyword);
}
TestPtr header_test(store::ReadTx& tx, AccountId account, std::string name, std::optional<std::string> value) {
  return std::make_unique<HeaderTest>(tx, account, std::move(name), std::move(value));
}

}  // namespace dhii::search
