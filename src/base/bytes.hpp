// Bytes as text: hex, base64 (RFC 4648), ASCII case, and the escaping that text from outside needs before it reaches a
// log.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dhii {

inline std::span<const std::uint8_t> as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

std::string to_hex(std::string_view bytes);                        // lower case
std::optional<std::string> from_hex(std::string_view hex);         // either case; nullopt if malformed
std::string to_base64(std::string_view bytes);                     // RFC 4648 §4, padded
std::optional<std::string> from_base64(std::string_view text);     // padded, strict
std::string to_base64url(std::string_view bytes);                  // RFC 4648 §5, unpadded
std::optional<std::string> from_base64url(std::string_view text);  // unpadded, strict, canonical

std::string ascii_lower(std::string_view s);
bool ascii_iequals(std::string_view a, std::string_view b);
bool ascii_istarts_with(std::string_view s, std::string_view prefix);
std::string_view trim(std::string_view s);  // spaces, tabs, CR, LF
bool is_valid_utf8(std::string_view s);
// Bytes that aren't valid UTF-8 become U+FFFD; NUL too (SQLite and JSON readers disagree about it).
std::string to_valid_utf8(std::string_view s);
// At most `max_bytes`, cut at a UTF-8 character boundary.
std::string_view truncate_utf8(std::string_view s, std::size_t max_bytes);

// Text from outside made safe for one log line: control characters, DEL and invalid UTF-8 as \xNN, cut at `max_bytes`
// (log injection: THREATS.md). Never put secrets through it: it hides nothing.
std::string log_escape(std::string_view s, std::size_t max_bytes = 256);

}  // namespace dhii
