#include "store/threads.hpp"

#include <cstdlib>

#include "store/database.hpp"

namespace dhii::store {
namespace {

constexpr std::size_t kMaxKeysPerEmail = 50;  // the newest references; a hostile References field can hold a thousand
constexpr std::int64_t kSubjectWindow = 60 * 24 * 3600;  // seconds: "Re: hello" a year later is another hello

// 64 bits are enough: 10 million ids collide with probability 10^-6, and a forged collision can do no more than a
// forged References field.
std::int64_t hash_of(char kind, std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ static_cast<std::uint8_t>(kind);
  for (const char c : text) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  h = (h ^ (h >> 33U)) * 0xff51afd7ed558ccdULL;
  return static_cast<std::int64_t>(h ^ (h >> 33U));
}

std::vector<std::int64_t> id_hashes(const mime::ThreadKey& key) {
  std::vector<std::int64_t> hashes;
  if (!key.own_id.empty()) hashes.push_back(hash_of('m', key.own_id));
  for (auto it = key.references.rbegin(); it != key.references.rend() && hashes.size() < kMaxKeysPerEmail; ++it)
    hashes.push_back(hash_of('m', *it));
  return hashes;
}

}  // namespace

// A key whose thread has died is as good as unknown: ids of destroyed threads don't come back.
Result<std::optional<ThreadAssigner::Known>> ThreadAssigner::look_up(std::int64_t hash) {
  std::optional<Known> known;
  DHII_TRY(tx_.db().each(
      "SELECT k.thread, k.at, k.open, EXISTS(SELECT 1 FROM thread_view t WHERE t.thread=k.thread AND t.view=-?2) FROM "
      "thread_key k "
      "WHERE k.hash=?1 AND k.account=?2",
      [&](Row row) {
        const auto thread = row.get<ThreadId>(0);
        if (row.get<bool>(3) || begun_.contains(thread)) known = Known{thread, row.integer(1), row.get<bool>(2)};
      },
      hash, account_));
  return known;
}

Result<void> ThreadAssigner::remember(std::int64_t hash, const Known& known) {
  return tx_.db().run("INSERT OR REPLACE INTO thread_key(hash, account, thread, at, open) VALUES(?,?,?,?,?)", hash,
                      account_, known.thread, known.at, known.open);
}

// Thread ids are ids of first emails; one whose first email has gone may still live, or be remembered as destroyed.
Result<ThreadId> ThreadAssigner::begin_thread(EmailId email) {
  for (ThreadId id(email.value);; ++id.value) {
    DHII_TRY_ASSIGN(
        const auto taken,
        tx_.db().find<bool>(
            "SELECT EXISTS(SELECT 1 FROM thread_view WHERE thread=?1) OR EXISTS(SELECT 1 FROM tombstone WHERE "
            "type=?2 AND id=?1)",
            id, DataType::kThread));
    if (!taken.value_or(false) && begun_.insert(id).second) return id;
  }
}

Result<std::optional<ThreadId>> ThreadAssigner::find_by_subject(std::int64_t hash, std::int64_t now,
                                                                const mime::ThreadKey& key) {
  DHII_TRY_ASSIGN(const auto known, look_up(hash));
  if (!known || std::abs(known->at - now) > kSubjectWindow) return std::optional<ThreadId>();
  // Newest first, the reply is here before what it answers: an open reply waits for it.
  const bool joins = key.may_join_by_subject() || (known->open && !key.is_reply);
  return joins ? std::optional(known->thread) : std::nullopt;
}

Result<ThreadId> ThreadAssigner::assign(EmailId email, Timestamp received_at, const mime::ThreadKey& key) {
  const std::vector<std::int64_t> ids = id_hashes(key);
  std::vector<std::int64_t> unknown;
  std::optional<ThreadId> thread;
  for (const std::int64_t hash : ids) {
    DHII_TRY_ASSIGN(const auto known, look_up(hash));
    if (!known)
      unknown.push_back(hash);
    else if (!thread)
      thread = known->thread;
  }
  // Only messages without references stand for their subject: those with references are found by id.
  const bool has_subject = key.references.empty() && !key.base_subject.empty();
  const std::int64_t subject = has_subject ? hash_of('s', key.base_subject) : 0;
  const std::int64_t now = to_unix_seconds(received_at);
  if (!thread && has_subject) {
    DHII_TRY_ASSIGN(thread, find_by_subject(subject, now, key));
  }
  if (!thread) {
    DHII_TRY_ASSIGN(thread, begin_thread(email));
  }
  for (const std::int64_t hash : unknown) DHII_TRY(remember(hash, {.thread = *thread}));
  if (has_subject) DHII_TRY(remember(subject, {.thread = *thread, .at = now, .open = key.may_join_by_subject()}));
  return *thread;
}

Result<std::optional<ThreadId>> thread_of_message_id(ReadTx& tx, AccountId account, std::string_view message_id) {
  return tx.db().find<ThreadId>("SELECT thread FROM thread_key WHERE hash=? AND account=?", hash_of('m', message_id),
                                account);
}

}  // namespace dhii::store
