// The hash chain of the journal: hash = HMAC-SHA-256(key, previous hash || canonical record). Whoever changes, removes
// or inserts a record without the key breaks the link that follows it. A head is the newest link, signed (Ed25519) and
// written to a file that can be copied elsewhere: it shows that the end was cut off. Pure but for verify(), which reads
// the journal.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/mac.hpp"
#include "event/follower.hpp"
#include "store/event_journal.hpp"

namespace dhii::security {

// Every field with its length in front, so that no two records have the same bytes.
std::string canonical(const event::Entry& entry, std::string_view name, event::Severity severity);

class Chain {
 public:
  explicit Chain(const Secret& key) : mac_(key) {}
  std::string link(std::string_view previous, const event::Entry& entry, std::string_view name,
                   event::Severity severity) const;
  // Of the checkpoint that retention leaves: "the chain rightly begins after record `id`".
  std::string mark(std::int64_t id, std::string_view hash) const;

 private:
  crypto::HmacSha256 mac_;
};

// One line of the heads file.
struct Head {
  std::int64_t id = 0;
  Timestamp at{};
  std::string hash;
};
std::string signed_line(const Head& head, const Secret& seed);  // one JSON object, without line end
// Nothing when the line is not one of ours or its signature is wrong.
std::optional<Head> parse_signed_line(std::string_view line, std::string_view public_key);

struct Verdict {
  std::int64_t first = 0, last = 0;  // ids that are there
  std::int64_t checked = 0;
  std::size_t heads = 0;  // signed heads that were compared
  std::string broken;     // empty: whole. Otherwise a sentence that says what is wrong with which record
  std::int64_t broken_id = 0;
  bool whole() const { return broken.empty(); }
};
// Reads everything, a slice at a time. `heads`: lines of the heads file.
Result<Verdict> verify(store::EventJournal& journal, const Chain& chain, std::span<const std::string> heads,
                       std::string_view public_key, const std::function<void(std::int64_t)>& progress = {});

}  // namespace dhii::security
