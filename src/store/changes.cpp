#include <algorithm>

#include "store/database.hpp"
#include "store/email_rows.hpp"
#include "store/tx_state.hpp"

namespace dhii::store {
namespace {

struct Entry {
  std::int64_t change, id;
  enum class Kind { kCreated, kUpdated, kDestroyed } kind;
};

// Objects with updated > since, in order of change, at most `max`.
Result<std::vector<Entry>> living(ReadTx& tx, AccountId account, DataType type, std::int64_t since, std::size_t max) {
  std::vector<Entry> out;
  const auto take = [&](Row row) {
    out.push_back(
        {row.integer(2), row.integer(0), row.integer(1) > since ? Entry::Kind::kCreated : Entry::Kind::kUpdated});
  };
  switch (type) {
    case DataType::kEmail:
      DHII_TRY(
          tx.db().each("SELECT id, created, updated FROM email WHERE account=? AND updated>? ORDER BY updated LIMIT ?",
                       take, account, since, max));
      break;
    case DataType::kThread:
      DHII_TRY(
          tx.db().each("SELECT thread, created, updated FROM thread_view WHERE view=?1 AND view<0 AND updated>?2 ORDER "
                       "BY updated LIMIT ?3",
                       take, account_view(account), since, max));
      break;
    case DataType::kMailbox:
      DHII_TRY(tx.db().each(
          "SELECT id, created, updated FROM mailbox WHERE account=? AND updated>? ORDER BY updated LIMIT ?", take,
          account, since, max));
      break;
    case DataType::kIdentity:
      DHII_TRY(tx.db().each(
          "SELECT id, created, updated FROM identity WHERE account=? AND updated>? ORDER BY updated LIMIT ?", take,
          account, since, max));
      break;
    case DataType::kEmailSubmission:
      DHII_TRY(tx.db().each(
          "SELECT id, created, updated FROM submission WHERE account=? AND updated>? ORDER BY updated LIMIT ?", take,
          account, since, max));
      break;
    case DataType::kEmailDelivery:
      break;  // a push type only (RFC 8621 §1.5)
  }
  return out;
}

Result<std::vector<Entry>> dead(ReadTx& tx, AccountId account, DataType type, std::int64_t since, std::size_t max) {
  std::vector<Entry> out;
  // Created and destroyed since: the client never knew it (RFC 8620 §5.2).
  DHII_TRY(tx.db().each(
      "SELECT id, destroyed FROM tombstone WHERE account=? AND type=? AND destroyed>? AND created<=? ORDER BY "
      "destroyed LIMIT ?",
      [&](Row row) { out.push_back({row.integer(1), row.integer(0), Entry::Kind::kDestroyed}); }, account, type, since,
      since, max));
  return out;
}

}  // namespace

Result<ChangeNumber> state_of(ReadTx& tx, AccountId account, DataType type) {
  if (const TxState* pending = tx.pending()) {
    const auto it = pending->accounts.find(account);
    if (it != pending->accounts.end() && it->second.changed[static_cast<std::size_t>(type)] != 0)
      return ChangeNumber(it->second.changed[static_cast<std::size_t>(type)]);
  }
  DHII_TRY_ASSIGN(const auto changed,
                  tx.db().find<ChangeNumber>("SELECT changed FROM state WHERE account=? AND type=?", account, type));
  return changed.value_or(ChangeNumber());
}

Result<Changes> changes_since(ReadTx& tx, AccountId account, DataType type, ChangeNumber since, std::size_t max) {
  DHII_TRY_ASSIGN(const ChangeNumber now, state_of(tx, account, type));
  DHII_TRY_ASSIGN(const auto floor,
                  tx.db().find<std::int64_t>("SELECT floor FROM state WHERE account=? AND type=?", account, type));
  if (since > now || since.value < floor.value_or(0))
    return fail(StoreError::kInvalid, "no such state, or too long ago");
  if (max == 0) max = 1;
  DHII_TRY_ASSIGN(auto entries, living(tx, account, type, since.value, max + 1));
  DHII_TRY_ASSIGN(const auto gone, dead(tx, account, type, since.value, max + 1));
  entries.insert(entries.end(), gone.begin(), gone.end());
  std::ranges::sort(entries, {}, &Entry::change);

  Changes out{.old_state = since, .new_state = now};
  // Each object has a change number of its own, so any cut is a state.
  if (entries.size() > max) {
    entries.resize(max);
    out.has_more = true;
    out.new_state = ChangeNumber(entries.back().change);
  }
  for (const Entry& e : entries)
    (e.kind == Entry::Kind::kCreated   ? out.created
     : e.kind == Entry::Kind::kUpdated ? out.updated
                                       : out.destroyed)
        .push_back(e.id);
  if (type == DataType::kMailbox && !out.updated.empty()) {
    DHII_TRY_ASSIGN(const auto others, tx.db().find<std::int64_t>(
                                           "SELECT count(*) FROM mailbox WHERE account=? AND updated_properties>? AND "
                                           "created<=?",
                                           account, since, since));
    out.only_counts = others.value_or(0) == 0 && out.created.empty() && out.destroyed.empty();
  }
  return out;
}

}  // namespace dhii::store
