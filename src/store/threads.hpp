// Which thread a new email belongs to: by hashes of its Message-ID and references, else by base subject
// (mime/thread_key.hpp). Two threads that a later message shows to be one stay two: an email's thread never changes
// (RFC 8621 §4.1.1), merging would have to destroy and recreate emails under new ids (§3), which breaks links and
// drafts for a case that full References make rare. Internal to src/store.
#pragma once
#include <set>

#include "store/mail_store.hpp"

namespace dhii::store {

// For one batch: threads that the batch itself began have no row yet.
class ThreadAssigner {
 public:
  ThreadAssigner(WriteTx& tx, AccountId account) : tx_(tx), account_(account) {}
  // The thread of `email`, existing or new, with its keys remembered.
  Result<ThreadId> assign(EmailId email, Timestamp received_at, const mime::ThreadKey& key);

 private:
  struct Known {
    ThreadId thread;
    std::int64_t at = 0;
    bool open = false;
  };
  Result<std::optional<Known>> look_up(std::int64_t hash);
  Result<void> remember(std::int64_t hash, const Known& known);
  Result<ThreadId> begin_thread(EmailId email);
  Result<std::optional<ThreadId>> find_by_subject(std::int64_t hash, std::int64_t now, const mime::ThreadKey& key);

  WriteTx& tx_;
  AccountId account_;
  std::set<ThreadId> begun_;
};

Result<std::optional<ThreadId>> thread_of_message_id(ReadTx& tx, AccountId account, std::string_view message_id);

}  // namespace dhii::store
