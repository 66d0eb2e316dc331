// CONTRACT. Header fields: the value forms of RFC 8621 §4.1.2, RFC 2047 and RFC 2231 decoding, addresses, dates.
// Pure, synchronous, callable from any thread, linear in the input under limits.hpp. Every string that comes out is
// valid UTF-8 without NUL and without CR or LF, except as_raw(), which keeps folding.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace dhii::mime {

// `email` is the addr-spec without brackets, comments and folding; as found when it isn't a valid one
// ("MAILER-DAEMON"). `name` is decoded; empty = none (JMAP null).
struct Address {
  std::string name;
  std::string email;
  bool operator==(const Address&) const = default;
};

// RFC 8621 §4.1.2.4. `name` is nullopt for consecutive mailboxes outside any group.
struct AddressGroup {
  std::optional<std::string> name;
  std::vector<Address> addresses;
  bool operator==(const AddressGroup&) const = default;
};

// A moment with the offset that the sender wrote (JMAP Date, RFC 8620 §1.4).
struct Date {
  Timestamp at;
  int offset_minutes = 0;  // east of Greenwich
  bool operator==(const Date&) const = default;
  std::string rfc3339() const;  // 2014-10-30T14:12:00+08:00; Z when the offset is 0
  std::string rfc5322() const;  // Thu, 30 Oct 2014 14:12:00 +0800
};

// One field as received: `name` in its own case; `raw_value` is everything after the colon without the last line end:
// the leading space and the folding are kept. Raw 8-bit bytes that aren't UTF-8 were converted by guessed charset,
// NUL dropped, so that it is valid UTF-8 always.
struct Header {
  std::string name;
  std::string raw_value;
  bool operator==(const Header&) const = default;
};

// All take a raw value: Header::raw_value or bytes from the wire.
std::string as_raw(std::string_view raw);                              // §4.1.2.1
std::string as_text(std::string_view raw);                             // §4.1.2.2: unfolded, RFC 2047, trimmed
std::vector<Address> as_addresses(std::string_view raw);               // §4.1.2.3: groups flattened
std::vector<AddressGroup> as_grouped_addresses(std::string_view raw);  // §4.1.2.4
std::optional<std::vector<std::string>> as_message_ids(
    std::string_view raw);                                              // §4.1.2.5: without <>; nullopt = unparsable
std::optional<Date> as_date(std::string_view raw);                      // §4.1.2.6
std::optional<std::vector<std::string>> as_urls(std::string_view raw);  // §4.1.2.7: without <>

// The names that the rest of the program uses for the same things.
inline std::string decode_header(std::string_view raw) { return as_text(raw); }
inline std::vector<Address> parse_addresses(std::string_view raw) { return as_addresses(raw); }

// `name` has only ftext (RFC 5322 §2.2): 33..126 without colon.
bool is_header_name(std::string_view name);
// A usable addr-spec: one @ outside quotes, something on both sides, no spaces, controls, brackets; UTF-8 allowed (RFC
// 6531).
bool is_address(std::string_view email);

}  // namespace dhii::mime
