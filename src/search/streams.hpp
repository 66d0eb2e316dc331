// Streams of email ids in time order, the pieces that a search plan is made of. Each can jump: seek(bound) answers the
// first id at or beyond `bound` in its direction, so an intersection leaps over what can't match and costs what the
// smaller side costs, however large the mailbox. Live inside one read transaction. Internal to src/search.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"
#include "store/mail_store.hpp"

namespace dhii::search {

using Id = std::int64_t;
inline constexpr Id kEndOfTime = std::numeric_limits<Id>::max() - 1;

enum class Direction { kNewestFirst, kOldestFirst };
inline Id start_of(Direction d) { return d == Direction::kNewestFirst ? kEndOfTime : 0; }
inline Id beyond(Direction d, Id id) { return d == Direction::kNewestFirst ? id - 1 : id + 1; }
inline bool reached(Direction d, Id id, Id bound) { return d == Direction::kNewestFirst ? id <= bound : id >= bound; }

class Stream {
 public:
  virtual ~Stream() = default;
  // Bounds only move on. nullopt: no more.
  virtual Result<std::optional<Id>> seek(Id bound) = 0;
  // Roughly how many ids there are, for choosing who leads; kEndOfTime when unknown.
  virtual Id estimate() const { return kEndOfTime; }
};
using StreamPtr = std::unique_ptr<Stream>;

// A condition on one email that no index answers.
class Test {
 public:
  virtual ~Test() = default;
  virtual Result<bool> passes(Id email) = 0;
};
using TestPtr = std::unique_ptr<Test>;

enum class Kind { kAll, kUnread, kFlagged, kAnswered, kDraft, kAttachment };
// The emails of a view (mailbox id, or minus the account's) of one kind.
StreamPtr view_stream(store::Database& db, Direction d, std::int64_t view, Kind kind, Id estimate);
// Of a view, those with (bits & mask) = value.
StreamPtr bits_stream(store::Database& db, Direction d, std::int64_t view, std::int64_t mask, std::int64_t value);
StreamPtr keyword_stream(store::Database& db, Direction d, AccountId account, const std::string& keyword);
// Full text; `match` is an FTS5 expression.
StreamPtr text_stream(store::Database& db, Direction d, std::string match);
StreamPtr list_stream(Direction d, std::vector<Id> ids);

// Ids in all of `all`, in none of `none`, that pass all tests, within [low, high]. `all` must not be empty.
struct Parts {
  std::vector<StreamPtr> all, none;
  std::vector<TestPtr> tests;
  Id low = 0, high = kEndOfTime;
};
StreamPtr intersection(Direction d, Parts parts);
StreamPtr union_of(Direction d, std::vector<StreamPtr> any);

}  // namespace dhii::search
