// ViewWriter keeps what lists are read from: placements (which emails stand in a view, newest first), one row per
// thread and view, and the counters. A view is a mailbox or, negative, a whole account. Gathers the changes of one
// repository call and writes each thread and counter once, in flush(). Internal to src/store.
//
// RFC 8621 §2: an email is unread when it has neither $seen nor $draft; a thread is unread in a mailbox when any of its
// emails is, except that emails in the trash count only for the trash.
#pragma once
#include <map>
#include <span>
#include <vector>

#include "store/mail_store.hpp"

namespace dhii::store {

inline constexpr std::int64_t kBitSeen = 1, kBitFlagged = 2, kBitAnswered = 4, kBitDraft = 8;  // = Flag
inline constexpr std::int64_t kKeywordBits = 0xffff;
inline constexpr std::int64_t kBitAttachment = 1 << 16;
inline constexpr std::int64_t kBitTruncated = 1 << 17;
inline constexpr std::int64_t kBitLocal =
    1 << 18;  // made here, so that its copy coming back from upstream may be joined by Message-ID

inline bool is_unread(std::int64_t bits) { return (bits & (kBitSeen | kBitDraft)) == 0; }
inline std::int64_t account_view(AccountId account) { return -account.value; }

struct EmailPlaces {
  EmailId email;
  ThreadId thread;
  std::int64_t bits = 0;
  std::span<const MailboxId> mailboxes;
};

class ViewWriter {
 public:
  ViewWriter(WriteTx& tx, AccountId account) : tx_(tx), account_(account) {}
  ViewWriter(const ViewWriter&) = delete;
  ViewWriter& operator=(const ViewWriter&) = delete;

  Result<void> add(const EmailPlaces& email);
  Result<void> remove(const EmailPlaces& email);
  Result<void> change_bits(const EmailPlaces& email, std::int64_t new_bits);
  Result<void> change_mailboxes(const EmailPlaces& email, std::span<const MailboxId> mailboxes);
  // Threads, counters, change numbers of threads and mailboxes. Must be called once at the end.
  Result<void> flush();

 private:
  struct ThreadRow {
    std::int64_t newest = 0, total = 0, unread = 0, created = 0, updated = 0;
    std::int64_t old_newest = 0, old_total = 0;
    bool stored = false, dirty = false, stale_newest = false;
  };
  struct Thread {
    std::map<std::int64_t, ThreadRow> views;
    bool was_unread = false, was_unread_in_trash = false;
    bool emails_changed = false;
  };
  struct Delta {
    std::int64_t total = 0, unread = 0, threads = 0, unread_threads = 0;
  };
  Result<Thread*> load(ThreadId id);
  Result<void> place(const EmailPlaces& email, std::int64_t view);
  Result<void> displace(const EmailPlaces& email, std::int64_t view);
  Result<void> flush_thread(ThreadId id, Thread& thread);
  Result<void> write_row(ThreadId id, std::int64_t view, ThreadRow& row);
  Result<void> number_thread(ThreadId id, ThreadRow& account_row);
  Result<std::int64_t> newest_in(ThreadId id, std::int64_t view);
  Result<std::int64_t> trash();
  bool unread_outside_trash(const Thread& thread) const;
  bool unread_in_trash(const Thread& thread) const;

  WriteTx& tx_;
  AccountId account_;
  std::optional<std::int64_t> trash_;
  std::map<ThreadId, Thread> threads_;
  std::map<std::int64_t, Delta> deltas_;
};

// After the trash became another mailbox: unread threads of every view of the account are counted anew.
Result<void> recount_unread_threads(WriteTx& tx, AccountId account);

}  // namespace dhii::store
