// Ingest: the assembly line from fetched bytes to searchable mail of one mailbox.
//   fetch (io thread) -> digest, compress, seal (cpu pool, chunks side by side) -> one transaction for many messages
//   (db pool)
// Bounded by bytes: accept() waits while too much is under way, and so the socket isn't read (back-pressure reaches the
// server).
#pragma once
#include <cstdint>
#include <memory>

#include "imap/client.hpp"
#include "net/task_group.hpp"
#include "sync/context.hpp"

namespace dhii::sync {

inline constexpr std::size_t kChunkBytes =
    1U << 20;  // one cpu job: long enough to pay for the thread hop, short enough to share two cores
inline constexpr std::size_t kChunkMessages = 64;
inline constexpr std::size_t kCommitMessages =
    400;  // one fsync for many messages; a write by the user waits for at most one such batch
inline constexpr std::size_t kInFlightBytes =
    32U << 20;  // raw bytes between socket and disk; memory in a first sync is a few times this

// Whether committed messages move the account's progress: those of a first sync do, new mail beside it doesn't.
enum class Counted : std::uint8_t { kYes, kNo };

class Ingest final : public imap::FetchSink {
 public:
  // Tasks run in `group`, which must be closed before the context goes.
  Ingest(AccountContext& context, MailboxId mailbox, net::TaskGroup& group, Counted counted);
  ~Ingest() override;

  net::Task<> accept(imap::FetchedMessage message) override;
  // Sends on what has gathered and returns when all of it is committed. An error of any stage (a full disk, say) comes
  // out here or at accept().
  net::Task<> flush();
  std::int64_t committed() const;
  Uid highest_uid() const;
  // Told by the server but without a body: not stored.
  std::int64_t missing() const;

 private:
  struct State;
  struct StageEnd;
  std::shared_ptr<State> state_;
};

}  // namespace dhii::sync
