// Byte tests that every mime parser needs, inline because they sit in the inner loops. Internal to src/mime.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dhii::mime {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
inline bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
inline std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

inline int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char l = to_lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Length of the leading run of bytes below 0x80, eight at a time.
inline std::size_t ascii_prefix(std::string_view s) {
  std::size_t i = 0;
  for (; i + 8 <= s.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, s.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (i < s.size() && byte_of(s[i]) < 0x80) ++i;
  return i;
}
inline bool is_ascii(std::string_view s) { return ascii_prefix(s) == s.size(); }

// `lower` must be lower case already.
inline bool iequals(std::string_view s, std::string_view lower) {
  return s.size() == lower.size() &&
         std::equal(s.begin(), s.end(), lower.begin(), [](char a, char b) { return to_lower(a) == b; });
}

// The line at `pos` without its line end; `pos` moves to the next one.
inline std::string_view take_line(std::string_view text, std::size_t& pos) {
  const auto* found = static_cast<const char*>(std::memchr(text.data() + pos, '\n', text.size() - pos));
  const std::size_t end = found == nullptr ? text.size() : static_cast<std::size_t>(found - text.data());
  std::string_view line = text.substr(pos, end - pos);
  pos = found == nullptr ? end : end + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void append_utf8(std::string& out, char32_t code_point);  // U+FFFD for NUL, surrogates and beyond U+10FFFF

}  // namespace dhii::mime
