// Flags of a message or mailbox: the system flags of RFC 9051 §2.3.2 as bits, everything else as keywords.
// Compared without regard to case (RFC 9051 §2.3.2); keywords keep the spelling that was seen.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::imap {

enum class SystemFlag : std::uint8_t {
  kSeen = 1,
  kAnswered = 2,
  kFlagged = 4,
  kDeleted = 8,
  kDraft = 16,
  kRecent = 32,    // never ours to set
  kWildcard = 64,  // "\*" in PERMANENTFLAGS: new keywords may be made
};

// More keywords than this on one message are dropped: no client shows them, and each costs memory (real mailboxes have
// < 30).
inline constexpr std::size_t kMaxKeywords = 256;
inline constexpr std::size_t kMaxKeywordBytes = 255;

class Flags {
 public:
  Flags() = default;
  Flags(std::initializer_list<SystemFlag> flags) {
    for (const SystemFlag f : flags) set(f);
  }
  void set(SystemFlag f) { system_ |= static_cast<std::uint8_t>(f); }
  void clear(SystemFlag f) { system_ &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(f)); }
  bool has(SystemFlag f) const { return (system_ & static_cast<std::uint8_t>(f)) != 0; }
  // "\Seen" or "$Forwarded", any case. Over-long, over-many and repeated keywords are dropped.
  void add(std::string_view name);
  bool has_keyword(std::string_view keyword) const;
  const std::vector<std::string>& keywords() const { return keywords_; }
  bool empty() const { return system_ == 0 && keywords_.empty(); }
  std::uint8_t system_bits() const { return system_; }
  // "\Seen \Flagged $Forwarded": what goes between the brackets of STORE and APPEND; \Recent and \* left out.
  std::string to_text() const;
  bool operator==(const Flags& other) const;

 private:
  std::uint8_t system_ = 0;
  std::vector<std::string> keywords_;
};

// True for a keyword that may be sent: an atom of RFC 9051 §9 (no CTL, space, brackets, quotes, wildcards, backslash).
bool is_valid_keyword(std::string_view keyword);

}  // namespace dhii::imap
