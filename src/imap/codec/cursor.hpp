// Cursor: the tokens of a response frame (RFC 9051 §9), read left to right. Each take_* either succeeds and moves, or
// fails and stays where the caller can no longer rely on it: a failure ends the parse of that response. No recursion:
// nesting is counted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "imap/codec/framer.hpp"

namespace dhii::imap {

inline constexpr std::size_t kMaxNesting = 100;  // lists in lists: BODYSTRUCTURE of a message with parts 100 deep

class Cursor {
 public:
  explicit Cursor(Frame& frame) : frame_(frame), text_(frame.text) {}

  bool at_end() const { return pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  std::string_view rest() const { return text_.substr(pos_); }
  // True and past it, if the next character is c.
  bool take(char c);
  // Any number of spaces: several servers write too many, and one at the end of the line.
  void skip_spaces();
  // Up to a space, bracket, quote or the end; may be empty.
  std::string_view take_atom();
  // Up to a space or ")": flags and keywords, which may hold nearly anything.
  std::string_view take_flag();
  // "UID", "BODY[HEADER.FIELDS (A B)]<0>"; spaces inside the brackets belong to it.
  std::string_view take_item_name();
  std::optional<std::uint64_t> take_number();
  // Quoted string or literal. nullopt: neither, or malformed. A truncated literal counts as malformed unless taken with
  // take_literal().
  std::optional<std::string> take_string();
  std::optional<std::string> take_astring();  // string or atom; atoms may hold "]" and 8-bit characters
  bool take_nil();                            // NIL, any case
  Literal* take_literal();                    // nullptr: no literal here
  // Any value: atom, string, literal, NIL or a list of such. False if the brackets don't match or nest too deep.
  bool skip_value();

 private:
  std::optional<std::string> take_quoted();
  bool skip_quoted();

  Frame& frame_;
  std::string_view text_;
  std::size_t pos_ = 0;
  std::size_t literal_ = 0;
};

}  // namespace dhii::imap
