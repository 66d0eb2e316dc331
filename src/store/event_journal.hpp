// EventJournal: the rows of the journal of security events: appended, read, and from the old end removed; never
// changed. What a record's hash is, security/journal decides and hands in as a function. Blocking and thread-safe.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/follower.hpp"
#include "store/event_database.hpp"

namespace dhii::store {

struct EventRow {
  event::Entry entry;
  std::string name;   // as stored: a later release may have written kinds that this one doesn't know
  bool known = true;  // entry.event.kind is meaningful
  event::Severity severity = event::Severity::kInfo;
  std::string hash;
};

// Where the chain begins (after what retention removed) or ends.
struct ChainPoint {
  std::int64_t id = 0;  // 0: nothing yet
  std::string hash;     // of record `id`
  std::string mac;      // of a checkpoint only
};

struct EventFilter {
  std::optional<Timestamp> since, until;  // [since, until)
  std::vector<std::string> names;         // a name, or a family such as "auth."; at most kMaxNames; empty: all
  std::string address;                    // exactly; empty: all
  UserId user{};                          // 0: all
  std::string actor;                      // exactly; empty: all
  event::Severity least = event::Severity::kInfo;
  std::int64_t before = 0;  // only ids below; 0: from the newest
  std::int64_t after = 0;   // only ids above; then the oldest first
  std::size_t limit = 100;
};

struct EventDay {
  std::int64_t day = 0;  // since 1970, UTC
  std::string name;
  std::int64_t count = 0;
};

class EventJournal {
 public:
  static constexpr std::size_t kMaxNames = 8;
  // Hash of the record that follows `previous`.
  using Link = std::function<std::string(std::string_view previous, const event::Entry& entry, std::string_view name)>;
  // MAC of a checkpoint.
  using Mark = std::function<std::string(std::int64_t id, std::string_view hash)>;

  explicit EventJournal(EventDatabase& database) : database_(database) {}

  // In one transaction, in order; gives the entries their ids.
  Result<void> append(std::span<event::Entry> entries, const Link& link);
  Result<ChainPoint> head();   // the newest record
  Result<ChainPoint> start();  // the checkpoint, or {} when nothing was removed yet
  Result<std::optional<EventRow>> get(std::int64_t id);
  Result<std::vector<EventRow>> list(const EventFilter& filter);
  // Those of the filter that `wanted` takes, at most filter.limit. Looks at `most` records, then stops with what
  // it has: the journal has no index of words, and whoever asks may go on at `next`.
  struct Found {
    std::vector<EventRow> rows;
    std::int64_t next = 0;  // go on with `before` = this; 0: nothing is left
  };
  static constexpr std::size_t kMaxLookedAt = 20'000;  // a fifth of a second or so
  Result<Found> search(const EventFilter& filter, const std::function<bool(const EventRow&)>& wanted,
                       std::size_t most = kMaxLookedAt);
  // From id `from` on, oldest first, at most `limit`.
  Result<std::vector<EventRow>> from(std::int64_t from, std::size_t limit);
  Result<std::vector<EventDay>> days(std::int64_t first_day);
  Result<std::int64_t> count();
  // Bytes in use by the file.
  Result<std::int64_t> bytes();
  // Removes up to `limit` of the oldest records that are older than `before`, and moves the checkpoint. Returns how
  // many; 0: none is that old.
  Result<std::size_t> prune(Timestamp before, std::size_t limit, const Mark& mark);

 private:
  EventDatabase& database_;
};

}  // namespace dhii::store
