#include "store/owners.hpp"

#include "store/control_database.hpp"
#include "store/types.hpp"

namespace dhii::store {
namespace {

// AUTOINCREMENT never gives an id twice: what is above the last one was never given.
Result<bool> above_last(ReadTx& tx, std::string_view table, std::int64_t id) {
  DHII_TRY_ASSIGN(const auto last, tx.db().find<std::int64_t>("SELECT seq FROM sqlite_sequence WHERE name=?", table));
  return id > last.value_or(0);
}

Result<bool> is_remembered(ReadTx& tx, DataType type, std::int64_t id) {
  DHII_TRY_ASSIGN(const auto found, tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM tombstone WHERE type=? AND id=?)",
                                                       static_cast<std::int64_t>(type), id));
  return found.value_or(false);
}

}  // namespace

Result<std::optional<UserId>> owner_of(ControlStore& control, ControlThing thing, std::int64_t id) {
  return control.database().read([&](Database& db) -> Result<std::optional<UserId>> {
    std::optional<std::int64_t> user;
    switch (thing) {
      case ControlThing::kAccount: {
        DHII_TRY_ASSIGN(user, db.find<std::int64_t>("SELECT user FROM account WHERE id=?", id));
        break;
      }
      case ControlThing::kWebhook: {
        DHII_TRY_ASSIGN(user, db.find<std::int64_t>("SELECT user FROM webhook WHERE id=?", id));
        break;
      }
      case ControlThing::kPasskey: {
        DHII_TRY_ASSIGN(user, db.find<std::int64_t>("SELECT user FROM passkey WHERE id=?", id));
        break;
      }
    }
    return user ? std::optional(UserId(*user)) : std::nullopt;
  });
}

Result<bool> never_existed(ReadTx& tx, MailThing thing, std::int64_t id) {
  switch (thing) {
    case MailThing::kMailbox:
      return above_last(tx, "mailbox", id);
    case MailThing::kIdentity:
      return above_last(tx, "identity", id);
    case MailThing::kSubmission:
      return above_last(tx, "submission", id);
    case MailThing::kTemplate:
      return above_last(tx, "template", id);
    case MailThing::kEmail: {
      DHII_TRY_ASSIGN(const auto here, tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM email WHERE id=?)", id));
      DHII_TRY_ASSIGN(const bool was, is_remembered(tx, DataType::kEmail, id));
      return !here.value_or(false) && !was;
    }
    case MailThing::kThread: {
      DHII_TRY_ASSIGN(const auto here,
                      tx.db().find<bool>("SELECT EXISTS(SELECT 1 FROM thread_view WHERE thread=?)", id));
      DHII_TRY_ASSIGN(const bool was, is_remembered(tx, DataType::kThread, id));
      return !here.value_or(false) && !was;
    }
  }
  return false;
}

}  // namespace dhii::store
