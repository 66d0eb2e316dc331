// Address lists (RFC 5322 §3.4 with §4.4, RFC 6854) as broken as they come. One pass, no recursion: nested comments and
// groups are counters, so that nesting bombs cost what their bytes cost (THREATS: Dovecot CVE-2024-23184).
#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/encoded_word.hpp"
#include "mime/header.hpp"
#include "mime/limits.hpp"
#include "mime/unfold.hpp"

namespace dhii::mime {
namespace {

struct Token {
  std::string text;  // unquoted
  bool is_quoted = false;
  bool is_glued = false;  // no white space before it
  bool has_at = false;    // an atom with '@'
};

class AddressParser {
 public:
  explicit AddressParser(std::string_view s) : s_(s) {}

  std::vector<AddressGroup> run() {
    while (pos_ < s_.size() && count_ < kMaxAddresses) step();
    flush();
    return std::move(groups_);
  }

 private:
  void step() {
    const char c = s_[pos_];
    switch (c) {
      case ' ':
      case '>':
        glued_ = false;
        ++pos_;
        return;
      case '(':
        comment();
        return;
      case '"':
        quoted();
        return;
      case '<':
        angle();
        return;
      case ',':
        ++pos_;
        flush();
        return;
      case ';':
        ++pos_;
        flush();
        in_group_ = open_group_ = false;
        return;
      case ':':
        colon();
        return;
      default:
        atom();
        return;
    }
  }

  void comment() {
    int depth = 0;
    std::string text;
    for (; pos_ < s_.size(); ++pos_) {
      const char c = s_[pos_];
      if (c == '\\' && pos_ + 1 < s_.size())
        text += s_[++pos_];
      else if (c == '(' && depth++ == 0)
        continue;
      else if (c == ')' && --depth == 0)
        break;
      else
        text += c;
    }
    if (pos_ < s_.size()) ++pos_;
    if (!trim(text).empty()) comment_ = std::move(text);
  }

  void quoted() {
    Token t{.is_quoted = true, .is_glued = glued_};
    for (++pos_; pos_ < s_.size() && s_[pos_] != '"'; ++pos_) {
      if (s_[pos_] == '\\' && pos_ + 1 < s_.size()) ++pos_;
      t.text += s_[pos_];
    }
    if (pos_ < s_.size()) ++pos_;
    glued_ = true;
    tokens_.push_back(std::move(t));
  }

  void angle() {
    if (has_angle_) flush();
    std::string text;
    bool in_quotes = false;
    for (++pos_; pos_ < s_.size(); ++pos_) {
      const char c = s_[pos_];
      if (c == '"') in_quotes = !in_quotes;
      if (c == '\\' && in_quotes && pos_ + 1 < s_.size()) {
        text += c;
        text += s_[++pos_];
        continue;
      }
      if (!in_quotes && c == '>') break;
      if (!in_quotes && c == '(') {
        std::string kept = std::move(comment_);
        comment();
        comment_ = std::move(kept);
        --pos_;
        continue;
      }
      if (!in_quotes && (c == ' ' || c == '<')) continue;
      text += c;
    }
    if (pos_ < s_.size()) ++pos_;
    has_angle_ = true;
    angle_ = std::move(text);
    glued_ = false;
  }

  // A group begins after a phrase; anywhere else the colon belongs to what stands around it ("mailto:", "[IPv6:...").
  void colon() {
    ++pos_;
    const bool has_at = std::ranges::any_of(tokens_, &Token::has_at);
    if (has_at || has_angle_) return;
    if (tokens_.size() == 1 && iequals(tokens_[0].text, "mailto")) {
      tokens_.clear();
      return;
    }
    groups_.push_back({.name = name_of(0, tokens_.size()), .addresses = {}});
    in_group_ = open_group_ = true;
    reset();
  }

  void atom() {
    Token t{.is_glued = glued_};
    if (const std::size_t n = encoded_word_length(s_.substr(pos_)); n > 0) {
      t.text = s_.substr(pos_, n);
      pos_ += n;
    } else {
      const std::size_t begin = pos_;
      while (pos_ < s_.size() && !ends_atom(s_[pos_])) {
        if (s_[pos_] == '@') t.has_at = true;
        if (s_[pos_] == '[') pos_ = std::min(s_.find_first_of("],", pos_), s_.size() - 1);
        ++pos_;
      }
      if (pos_ == begin) ++pos_;
      t.text = s_.substr(begin, pos_ - begin);
    }
    glued_ = true;
    tokens_.push_back(std::move(t));
  }

  static bool ends_atom(char c) {
    return c == ' ' || c == '(' || c == '"' || c == '<' || c == '>' || c == ',' || c == ';' || c == ':';
  }

  std::string name_of(std::size_t begin, std::size_t end) const {
    std::string raw;
    for (std::size_t i = begin; i < end; ++i) {
      if (!raw.empty() && !tokens_[i].is_glued) raw += ' ';
      raw += tokens_[i].text;
    }
    std::string name = decode_encoded_words(raw);
    flatten_controls(name);
    return std::string(truncate_utf8(trim(name), kMaxAddressBytes));
  }

  void emit(std::string name, std::string_view email) {
    if (name.empty() && !comment_.empty()) {
      name = decode_encoded_words(comment_);
      flatten_controls(name);
      name = truncate_utf8(trim(name), kMaxAddressBytes);
    }
    comment_.clear();
    if (name.empty() && email.empty()) return;
    if (!open_group_) {
      groups_.emplace_back();
      open_group_ = true;
    }
    std::string clean(truncate_utf8(email, kMaxAddressBytes));
    flatten_controls(clean);
    groups_.back().addresses.push_back({std::move(name), std::move(clean)});
    ++count_;
  }

  // <@a,@b:c@d> (RFC 5322 §4.4) and <mailto:c@d>
  static std::string_view without_route(std::string_view a) {
    if (a.starts_with('@')) {
      const std::size_t colon = a.find(':');
      if (colon != std::string_view::npos) a.remove_prefix(colon + 1);
    }
    if (ascii_istarts_with(a, "mailto:")) a.remove_prefix(7);
    return a;
  }

  void flush() {
    if (has_angle_) {
      const std::string_view email = without_route(angle_);
      const bool address_in_name = email.empty() && std::ranges::any_of(tokens_, &Token::has_at);
      if (!address_in_name) {
        emit(name_of(0, tokens_.size()), email);
        reset();
        return;
      }
    }
    if (std::ranges::any_of(tokens_, &Token::has_at))
      flush_bare();
    else if (tokens_.size() == 1 && !tokens_[0].is_quoted && !tokens_[0].text.starts_with("=?"))
      emit({}, tokens_[0].text);
    else if (!tokens_.empty())
      emit(name_of(0, tokens_.size()), {});
    reset();
  }

  // Addresses without brackets: each token with '@' is one, glued to what touches it; the words before it are its name.
  void flush_bare() {
    std::size_t name_begin = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!tokens_[i].has_at) continue;
      std::size_t first = i;
      std::size_t last = i;
      if (tokens_[i].text.starts_with('@') && first > name_begin) --first;
      while (first > name_begin && (tokens_[first].is_glued || tokens_[first].text.starts_with('.'))) --first;
      if (tokens_[i].text.ends_with('@') && last + 1 < tokens_.size()) ++last;
      while (
          last + 1 < tokens_.size() && !tokens_[last + 1].has_at &&
          (tokens_[last + 1].is_glued || tokens_[last + 1].text.starts_with('.') || tokens_[last].text.ends_with('.')))
        ++last;
      std::string email;
      for (std::size_t k = first; k <= last; ++k)
        email += tokens_[k].is_quoted ? '"' + tokens_[k].text + '"' : tokens_[k].text;
      emit(name_of(name_begin, first), email);
      name_begin = last + 1;
      i = last;
    }
  }

  void reset() {
    tokens_.clear();
    angle_.clear();
    comment_.clear();
    has_angle_ = glued_ = false;
  }

  std::string_view s_;
  std::size_t pos_ = 0;
  std::size_t count_ = 0;
  std::vector<Token> tokens_;
  std::string angle_, comment_;
  bool has_angle_ = false;
  bool glued_ = false;
  bool in_group_ = false;
  bool open_group_ = false;  // groups_.back() takes the next address
  std::vector<AddressGroup> groups_;
};

}  // namespace

std::vector<AddressGroup> as_grouped_addresses(std::string_view raw) { return AddressParser(unfold(raw)).run(); }

std::vector<Address> as_addresses(std::string_view raw) {
  std::vector<AddressGroup> groups = as_grouped_addresses(raw);
  if (groups.empty()) return {};
  std::vector<Address> out = std::move(groups[0].addresses);
  for (std::size_t i = 1; i < groups.size(); ++i) std::ranges::move(groups[i].addresses, std::back_inserter(out));
  return out;
}

bool is_address(std::string_view email) {
  const std::size_t at = email.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == email.size() || email.size() > 320) return false;
  std::string_view local = email.substr(0, at);
  const bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
  if (quoted) local = local.substr(1, local.size() - 2);
  const auto bad = [](char c) { return byte_of(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(email, bad) || !is_valid_utf8(email)) return false;
  constexpr std::string_view kSpecials = " <>()[],;:@\"\\";
  if (quoted ? local.find_first_of("\"\\") != std::string_view::npos
             : local.find_first_of(kSpecials) != std::string_view::npos)
    return false;
  std::string_view domain = email.substr(at + 1);
  if (domain.front() == '[' && domain.back() == ']' && domain.size() > 2) domain = "literal";
  return domain.find_first_of(" <>()[],;:@\"\\") == std::string_view::npos && !domain.starts_with('.') &&
         domain.find("..") == std::string_view::npos;
}

}  // namespace dhii::mime
