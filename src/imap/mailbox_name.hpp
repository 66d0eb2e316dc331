// MailboxName: a mailbox's name exactly as the server spelled it (the identity), and readable as UTF-8. Names on the
// wire are modified UTF-7 (RFC 3501 §5.1.3); servers also send raw UTF-8 and broken UTF-7, which must survive the round
// trip, so the wire form is what is kept.
#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace dhii::imap {

inline constexpr std::size_t kMaxMailboxNameBytes = 4096;  // longest path any server allows, with room for UTF-7

class MailboxName {
 public:
  MailboxName() = default;
  // As LIST, STATUS gave it, or as it was stored. Any spelling of INBOX becomes "INBOX" (RFC 9051 §5.1).
  static MailboxName from_wire(std::string_view wire);
  // From what a person typed. nullopt: empty, too long, control characters or invalid UTF-8.
  static std::optional<MailboxName> from_utf8(std::string_view name);
  static MailboxName inbox() { return from_wire("INBOX"); }

  const std::string& wire() const { return wire_; }
  // Always valid UTF-8; a name that is no valid modified UTF-7 is shown as it came.
  std::string utf8() const;
  bool is_inbox() const { return wire_ == "INBOX"; }
  bool empty() const { return wire_.empty(); }
  auto operator<=>(const MailboxName&) const = default;

 private:
  std::string wire_;
};

std::string encode_modified_utf7(std::string_view utf8);                    // input must be valid UTF-8
std::optional<std::string> decode_modified_utf7(std::string_view encoded);  // nullopt if malformed

}  // namespace dhii::imap
