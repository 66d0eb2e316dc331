#include "imap/codec/cursor.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace dhii::imap {

bool Cursor::take(char c) {
  if (peek() != c || at_end()) return false;
  ++pos_;
  return true;
}

void Cursor::skip_spaces() {
  while (!at_end() && (text_[pos_] == ' ' || text_[pos_] == '\t')) ++pos_;
}

std::string_view Cursor::take_atom() {
  const std::size_t end = std::min(text_.find_first_of(" ()\"\t", pos_), text_.size());
  const auto atom = text_.substr(pos_, end - pos_);
  pos_ = end;
  return atom;
}

std::string_view Cursor::take_flag() {
  const std::size_t end = std::min(text_.find_first_of(" ()\t", pos_), text_.size());
  const auto flag = text_.substr(pos_, end - pos_);
  pos_ = end;
  return flag;
}

std::string_view Cursor::take_item_name() {
  const std::size_t from = pos_;
  while (!at_end() && text_[pos_] != '[' && text_[pos_] != ' ' && text_[pos_] != '(' && text_[pos_] != ')' &&
         text_[pos_] != '{' && text_[pos_] != '"')
    ++pos_;
  if (take('[')) {
    bool quoted = false;
    while (!at_end() && (quoted || text_[pos_] != ']')) {
      if (text_[pos_] == '"') quoted = !quoted;
      ++pos_;
    }
    take(']');
    if (peek() == '<') {
      const auto close = text_.find('>', pos_);
      pos_ = close == std::string_view::npos ? text_.size() : close + 1;
    }
  }
  return text_.substr(from, pos_ - from);
}

std::optional<std::uint64_t> Cursor::take_number() {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text_.data() + pos_, text_.data() + text_.size(), n);
  if (error != std::errc()) return std::nullopt;
  pos_ = static_cast<std::size_t>(end - text_.data());
  return n;
}

std::optional<std::string> Cursor::take_quoted() {
  std::string out;
  for (++pos_; !at_end(); ++pos_) {
    const std::size_t plain = std::min(text_.find_first_of("\"\\", pos_), text_.size());
    out += text_.substr(pos_, plain - pos_);
    pos_ = plain;
    if (at_end()) return std::nullopt;
    if (take('"')) return out;
    ++pos_;  // the backslash; RFC lets it stand before quote and backslash only, servers put it anywhere
    if (at_end()) return std::nullopt;
    out += text_[pos_];
  }
  return std::nullopt;
}

bool Cursor::skip_quoted() {
  ++pos_;
  while (true) {
    pos_ = std::min(text_.find_first_of("\"\\", pos_), text_.size());
    if (at_end()) return false;
    if (take('"')) return true;
    pos_ = std::min(pos_ + 2, text_.size());  // the backslash and what it escapes
  }
}

Literal* Cursor::take_literal() {
  if (literal_ >= frame_.literals.size()) return nullptr;
  Literal& literal = frame_.literals[literal_];
  const std::size_t at = peek() == '~' ? pos_ + 1 : pos_;  // literal8 (RFC 3516)
  if (literal.offset != at) return nullptr;
  pos_ = text_.find('}', at) + 1;
  ++literal_;
  return &literal;
}

std::optional<std::string> Cursor::take_string() {
  if (peek() == '"') return take_quoted();
  Literal* literal = take_literal();
  if (literal == nullptr || literal->truncated) return std::nullopt;
  return std::move(literal->data);
}

std::optional<std::string> Cursor::take_astring() {
  if (peek() == '"' || peek() == '{' || peek() == '~') {
    const std::size_t from = pos_;
    if (auto s = take_string()) return s;
    if (text_[from] != '~') return std::nullopt;
    pos_ = from;  // "~peter" is an atom
  }
  const auto atom = take_atom();
  if (atom.empty()) return std::nullopt;
  return std::string(atom);
}

bool Cursor::take_nil() {
  if (!ascii_istarts_with(rest(), "NIL")) return false;
  const char next = pos_ + 3 < text_.size() ? text_[pos_ + 3] : ' ';
  if (next != ' ' && next != ')') return false;
  pos_ += 3;
  return true;
}

bool Cursor::skip_value() {
  std::size_t depth = 0;
  do {
    skip_spaces();
    if (at_end()) return false;
    const char c = peek();
    if (c == '(') {
      if (++depth > kMaxNesting) return false;
      ++pos_;
    } else if (c == ')') {
      if (depth == 0) return false;
      --depth;
      ++pos_;
    } else if (c == '"') {
      if (!skip_quoted()) return false;
    } else if (take_literal() == nullptr) {
      take_atom();
    }
  } while (depth > 0);
  return true;
}

}  // namespace dhii::imap
