// The sync planner: what was known of an IMAP mailbox + what the server says now -> what to do. Pure: no socket, clock
// or database. The client carries it out in mailbox_sync.cpp. Sources: RFC 9051 §2.3.1.1 (UIDs), RFC 7162 (CONDSTORE,
// QRESYNC), RFC 4549 (disconnected clients).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/repositories.hpp"

namespace dhii::sync {

// What SELECT told (RFC 9051 §6.3.2).
struct ServerView {
  UidValidity uid_validity;
  Uid uid_next;                          // 0: the server didn't say
  std::optional<ModSeq> highest_modseq;  // none: no CONDSTORE in this mailbox
  std::int64_t exists = 0;
};

enum class Step : std::uint8_t {
  kStart,       // never seen: take the newest at once, the rest in bulk
  kReset,       // UIDVALIDITY changed: every UID we know means nothing now
  kNothing,     // provably unchanged
  kDelta,       // new UIDs by range, flags by CHANGEDSINCE (or VANISHED and FETCH that came with SELECT)
  kCompareAll,  // list all UIDs and flags and compare: right on every server, slow on big mailboxes
};

// `base_count`: messages of this mailbox in our base. The first sync may be incomplete; then counts say nothing and
// aren't compared.
Step plan_select(const std::optional<store::RemoteState>& known, const ServerView& server, std::int64_t base_count);

// After a delta: does our base now have as many messages as the server? If not, something vanished that nobody told us
// of (no QRESYNC).
bool needs_compare(const store::RemoteState& known, std::int64_t base_count_now, std::int64_t server_exists);

struct ServerMessage {
  Uid uid;
  store::Keywords flags;
};

struct ComparePlan {
  std::vector<Uid> fetch;                // unknown here, newest first
  std::vector<Uid> vanished;             // unknown there
  std::vector<store::FlagUpdate> flags;  // differ
};
// Both sorted by UID. A server that lists a UID twice is taken at its last word.
ComparePlan compare(std::span<const store::RemoteMessage> base, std::span<const ServerMessage> server);

// Cuts UIDs (newest first) into fetch batches: a small first one, so that something shows at once, then bigger ones.
inline constexpr std::size_t kFirstBatch = 50;  // what a screen shows
inline constexpr std::size_t kBulkBatch = 200;  // round trips vanish, and a lost connection repeats little
std::vector<std::vector<Uid>> make_batches(std::span<const Uid> newest_first);

// ---- mailbox list
// -----------------------------------------------------------------------------------------------------------
struct ServerMailbox {
  std::string imap_name;  // full path as on the wire
  std::string delimiter;  // "" = flat
  store::Role role = store::Role::kNone;
  bool selectable = true;
  bool subscribed = true;
};
struct MailboxListPlan {
  struct Create {
    ServerMailbox mailbox;
    std::string name;              // last level, UTF-8
    std::string parent_imap_name;  // "" = top level; stands earlier in the list or exists already
  };
  std::vector<Create> create;          // parents before children
  std::vector<store::Mailbox> update;  // role or selectability changed
  std::vector<MailboxId> gone;         // not upstream any more; children before parents
};
// `leaving`: upstream names that were destroyed here and are still to be deleted there; they don't come back meanwhile.
MailboxListPlan plan_mailboxes(std::span<const store::Mailbox> local, std::span<const ServerMailbox> server,
                               std::span<const std::string> leaving);

// The order in which mailboxes are synchronised: what people look at first.
int sync_priority(const store::Mailbox& mailbox);

}  // namespace dhii::sync
