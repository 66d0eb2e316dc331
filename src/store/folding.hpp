// What letters mean to search: each code point folded (case, diacritics, width, compatibility forms: Unicode NFKD +
// casefold by utf8proc) and classed. Tables are computed once per block of 256 code points and shared. Pure,
// thread-safe. The index holds folded text only, so a change here needs a rebuilt index.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dhii::store {

enum class CharClass : std::uint8_t {
  kSeparator,
  kLetter,     // part of a word
  kIgnorable,  // combining marks, joiners, soft hyphen: words go on across them
  kIdeograph,  // scripts written without spaces, and Hangul: indexed as overlapping pairs
  kSymbol,     // emoji: a word of its own
};

struct Folded {
  CharClass kind = CharClass::kSeparator;
  std::uint8_t size = 0;
  std::array<char, 14> text{};  // UTF-8; a few ligatures fold to more and are cut
  std::string_view view() const { return {text.data(), size}; }
};

const Folded& fold(char32_t code_point);

// Decodes the character at `pos` (< size) and moves on. Malformed bytes come out as U+FFFD, one at a time.
char32_t next_code_point(std::string_view text, std::size_t& pos);

// For comparing names that people type (logins, mailbox names): NFKC with case folding; diacritics stay.
std::string fold_text(std::string_view text);
// Voicing marks (U+3099, halfwidth U+FF9E) and conjoining jamo joined with what they belong to: needed before folding
// goes one by one.
std::string compose_for_index(std::string_view text);

}  // namespace dhii::store
