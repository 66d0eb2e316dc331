// The search box: tokens -> recursive descent -> Filter. OR binds tighter than the AND between neighbours, as in web
// mail that people know.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/bytes.hpp"
#include "search/match.hpp"
#include "search/search.hpp"
#include "store/folding.hpp"
#include "store/repositories.hpp"
#include "store/tokenizer.hpp"

namespace dhii::search {
namespace {

using namespace std::chrono;

constexpr int kMaxParentheses = 32;  // nesting that a person could mean

struct Lexeme {
  enum class Kind { kTerm, kOpen, kClose, kOr, kNot } kind;
  std::string name;  // operator before the colon, lower case; empty: plain term
  Term term;
  bool quoted = false;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::string_view kOperators[] = {"from", "to",     "cc",      "bcc",      "subject", "body",
                                           "in",   "is",     "has",     "filename", "before",  "after",
                                           "on",   "larger", "smaller", "keyword"};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Lexeme> run() {
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      if (is_blank(c)) {
        ++pos_;
        continue;
      }
      if (c == '(' || c == ')') {
        ++pos_;
        out_.push_back({.kind = c == '(' ? Lexeme::Kind::kOpen : Lexeme::Kind::kClose});
      } else if (c == '-' && pos_ + 1 < text_.size() && !is_blank(text_[pos_ + 1])) {
        ++pos_;
        out_.push_back({.kind = Lexeme::Kind::kNot});
      } else {
        word();
      }
    }
    return std::move(out_);
  }

 private:
  void word() {
    Lexeme lexeme{.kind = Lexeme::Kind::kTerm};
    if (text_[pos_] == '"') {
      value(lexeme);
    } else {
      const std::size_t colon = text_.find(':', pos_);
      const std::string name = colon == std::string_view::npos ? "" : ascii_lower(text_.substr(pos_, colon - pos_));
      const bool known = std::ranges::find(kOperators, name) != std::end(kOperators);
      if (known && colon + 1 < text_.size() && !is_blank(text_[colon + 1])) {
        lexeme.name = name;
        pos_ = colon + 1;
      }
      value(lexeme);
      if (lexeme.name.empty() && !lexeme.quoted && !lexeme.term.prefix) {
        if (lexeme.term.text == "OR") lexeme.kind = Lexeme::Kind::kOr;
        if (lexeme.term.text == "AND") return;  // what stands beside each other is ANDed anyhow
        if (lexeme.term.text == "NOT") lexeme.kind = Lexeme::Kind::kNot;
      }
    }
    out_.push_back(std::move(lexeme));
  }

  void value(Lexeme& lexeme) {
    if (text_[pos_] == '"') {
      const std::size_t end = std::min(text_.find('"', pos_ + 1), text_.size());
      lexeme.term.text = text_.substr(pos_ + 1, end - pos_ - 1);
      lexeme.quoted = true;
      pos_ = std::min(end + 1, text_.size());
      if (pos_ < text_.size() && text_[pos_] == '*') {
        lexeme.term.prefix = true;
        ++pos_;
      }
      return;
    }
    const std::size_t begin = pos_;
    while (pos_ < text_.size() && !is_blank(text_[pos_]) && text_[pos_] != '"' && text_[pos_] != '(' &&
           text_[pos_] != ')')
      ++pos_;
    lexeme.term.text = text_.substr(begin, pos_ - begin);
    if (lexeme.term.text.size() > 1 && lexeme.term.text.ends_with('*')) {
      lexeme.term.prefix = true;
      lexeme.term.text.pop_back();
    }
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::vector<Lexeme> out_;
};

// ---- values of operators
// -----------------------------------------------------------------------------------------------------------

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

struct Span {
  Timestamp begin, end;
};

// YYYY, YYYY-MM, YYYY-MM-DD (also with slashes), in UTC.
std::optional<Span> parse_date(std::string_view text) {
  std::string clean(text);
  std::ranges::replace(clean, '/', '-');
  std::vector<int> parts;
  for (std::string_view rest = clean; !rest.empty() && parts.size() < 4;) {
    const std::size_t dash = std::min(rest.find('-'), rest.size());
    const auto part = number(rest.substr(0, dash));
    if (!part) return std::nullopt;
    parts.push_back(*part);
    rest.remove_prefix(std::min(dash + 1, rest.size()));
  }
  if (parts.empty() || parts.size() > 3 || parts[0] < 1000 || parts[0] > 9999) return std::nullopt;
  const year y(parts[0]);
  const month m(parts.size() > 1 ? static_cast<unsigned>(parts[1]) : 1U);
  const day d(parts.size() > 2 ? static_cast<unsigned>(parts[2]) : 1U);
  if (!m.ok() || !(y / m / d).ok()) return std::nullopt;
  const sys_days begin(y / m / d);
  sys_days end = begin + days(1);
  if (parts.size() == 1) end = sys_days((y + years(1)) / January / 1);
  if (parts.size() == 2) end = sys_days((y / m / 1) + months(1));
  return Span{begin, end};
}

// "7d", "3w", "2m", "1y" back from now.
std::optional<Timestamp> parse_age(std::string_view text, Timestamp now) {
  if (text.size() < 2) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count || *count > 1000) return std::nullopt;
  switch (text.back()) {
    case 'd':
      return now - days(*count);
    case 'w':
      return now - weeks(*count);
    case 'm':
      return now - days(30 * *count);
    case 'y':
      return now - days(365 * *count);
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t unit = 1;
  std::string lower = ascii_lower(text);
  if (lower.ends_with('b')) lower.pop_back();
  if (lower.ends_with('k')) unit = 1024;
  if (lower.ends_with('m')) unit = 1024 * 1024;
  if (lower.ends_with('g')) unit = 1024 * 1024 * 1024;
  if (unit > 1) lower.pop_back();
  const auto count = number(lower);
  if (!count) return std::nullopt;
  return *count * unit;
}

Filter leaf(Condition condition) { return {.leaf = std::move(condition)}; }
Filter negated(Filter filter) {
  Filter out{.op = Filter::Op::kNot};
  out.children.push_back(std::move(filter));
  return out;
}

class Parser {
 public:
  Parser(store::ReadTx& tx, AccountId account, std::vector<Lexeme> lexemes, Timestamp now)
      : tx_(tx), account_(account), lexemes_(std::move(lexemes)), now_(now) {}

  Result<Filter> run() {
    std::vector<Filter> all;
    while (pos_ < lexemes_.size()) {
      if (auto part = sequence()) all.push_back(std::move(*part));
      if (pos_ < lexemes_.size()) ++pos_;  // a ")" that nothing opened
    }
    if (failed_) return std::unexpected(*failed_);
    if (nodes_ > kMaxFilterNodes) return fail(SearchError::kTooComplex);
    return joined(Filter::Op::kAnd, std::move(all));
  }

 private:
  bool at(Lexeme::Kind kind) const { return pos_ < lexemes_.size() && lexemes_[pos_].kind == kind; }

  Filter joined(Filter::Op op, std::vector<Filter> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    if (parts.empty()) return {};
    ++nodes_;
    return {.op = op, .children = std::move(parts)};
  }

  // Up to ")" or the end; nullopt when there is nothing in it.
  std::optional<Filter> sequence() {
    std::vector<Filter> all;
    while (pos_ < lexemes_.size() && !at(Lexeme::Kind::kClose)) {
      if (auto part = alternatives()) all.push_back(std::move(*part));
    }
    if (all.empty()) return std::nullopt;
    return joined(Filter::Op::kAnd, std::move(all));
  }

  std::optional<Filter> alternatives() {
    std::vector<Filter> any;
    for (;;) {
      if (auto one = unary()) any.push_back(std::move(*one));
      if (!at(Lexeme::Kind::kOr)) break;
      while (at(Lexeme::Kind::kOr)) ++pos_;
      if (pos_ == lexemes_.size() || at(Lexeme::Kind::kClose)) break;  // a trailing OR says nothing
    }
    if (any.empty()) return std::nullopt;
    return joined(Filter::Op::kOr, std::move(any));
  }

  std::optional<Filter> unary() {
    bool refuse = false;
    for (; at(Lexeme::Kind::kNot); ++pos_) refuse = !refuse;
    if (pos_ >= lexemes_.size() || at(Lexeme::Kind::kClose) || at(Lexeme::Kind::kOr)) return std::nullopt;
    std::optional<Filter> filter;
    if (at(Lexeme::Kind::kOpen)) {
      ++pos_;
      if (++depth_ > kMaxParentheses) {
        failed_ = Error(SearchError::kTooComplex);
        pos_ = lexemes_.size();
        return std::nullopt;
      }
      filter = sequence();
      --depth_;
      if (at(Lexeme::Kind::kClose)) ++pos_;
    } else {
      filter = term(lexemes_[pos_++]);
    }
    if (!filter || !refuse) return filter;
    ++nodes_;
    return negated(std::move(*filter));
  }

  std::optional<Filter> term(const Lexeme& lexeme) {
    ++nodes_;
    if (!lexeme.name.empty()) {
      if (auto filter = operation(lexeme)) return filter;
      return word({.text = lexeme.name + ":" + lexeme.term.text, .prefix = lexeme.term.prefix});
    }
    return word(lexeme.term);
  }

  static std::optional<Filter> word(const Term& term) {
    if (store::query_tokens(term.text).empty()) return std::nullopt;  // punctuation asks for nothing
    Condition c;
    c.text = quote_term(term);
    return leaf(std::move(c));
  }

  std::optional<Filter> operation(const Lexeme& lexeme) {
    const std::string& name = lexeme.name;
    const std::string& value = lexeme.term.text;
    if (value.empty()) return std::nullopt;
    if (name == "in") return in(value);
    if (name == "is") return is(ascii_lower(value));
    if (name == "before" || name == "after" || name == "on") return date(name, value);
    Condition c;
    if (name == "larger" || name == "smaller") {
      const auto size = parse_size(value);
      if (!size) return std::nullopt;
      (name == "larger" ? c.min_size : c.max_size) = *size;
      return leaf(std::move(c));
    }
    if (name == "has") {
      if (!ascii_lower(value).starts_with("attach")) return std::nullopt;
      c.has_attachment = true;
      return leaf(std::move(c));
    }
    if (name == "keyword") {
      c.has_keyword = ascii_lower(value);
      return leaf(std::move(c));
    }
    if (store::query_tokens(value).empty()) return std::nullopt;
    text_field(c, name) = quote_term(lexeme.term);
    return leaf(std::move(c));
  }

  static std::optional<std::string>& text_field(Condition& c, std::string_view name) {
    if (name == "from") return c.from;
    if (name == "to") return c.to;
    if (name == "cc") return c.cc;
    if (name == "bcc") return c.bcc;
    if (name == "subject") return c.subject;
    if (name == "body") return c.body;
    return c.filename;
  }

  static std::optional<Filter> is(std::string_view what) {
    struct Named {
      std::string_view name, keyword;
      bool has;
    };
    static constexpr Named kNames[] = {
        {"unread", "$seen", false},       {"read", "$seen", true},          {"seen", "$seen", true},
        {"unseen", "$seen", false},       {"flagged", "$flagged", true},    {"starred", "$flagged", true},
        {"unflagged", "$flagged", false}, {"answered", "$answered", true},  {"replied", "$answered", true},
        {"draft", "$draft", true},        {"forwarded", "$forwarded", true}};
    for (const auto& n : kNames) {
      if (n.name != what) continue;
      Condition c;
      (n.has ? c.has_keyword : c.not_keyword) = std::string(n.keyword);
      return leaf(std::move(c));
    }
    return std::nullopt;
  }

  std::optional<Filter> date(std::string_view name, std::string_view value) {
    Condition c;
    if (const auto span = parse_date(value)) {
      if (name == "before") c.before = span->begin;
      if (name == "after") c.after = span->begin;
      if (name == "on") {
        c.after = span->begin;
        c.before = span->end;
      }
      return leaf(std::move(c));
    }
    const auto moment = parse_age(value, now_);
    if (!moment || name == "on") return std::nullopt;
    (name == "before" ? c.before : c.after) = *moment;
    return leaf(std::move(c));
  }

  std::optional<Filter> in(const std::string& value) {
    const std::string folded = store::fold_text(value);
    if (folded == "anywhere" || folded == "all") return leaf({});
    auto mailboxes = store::list_mailboxes(tx_, account_);
    if (!mailboxes) {
      failed_ = mailboxes.error();
      return std::nullopt;
    }
    Condition c;
    const store::Role role = store::parse_role(folded);
    for (const auto& m : *mailboxes)
      if (role != store::Role::kNone && m.role == role) c.in_mailbox = m.id;
    for (const auto& m : *mailboxes)
      if (!c.in_mailbox && (store::fold_text(m.name) == folded || store::fold_text(path_of(*mailboxes, m)) == folded))
        c.in_mailbox = m.id;
    if (!c.in_mailbox) return std::nullopt;
    return leaf(std::move(c));
  }

  static std::string path_of(const std::vector<store::Mailbox>& all, const store::Mailbox& mailbox) {
    std::string path = mailbox.name;
    MailboxId parent = mailbox.parent;
    for (std::size_t depth = 0; parent && depth < all.size(); ++depth) {
      const auto above = std::ranges::find(all, parent, &store::Mailbox::id);
      if (above == all.end()) break;
      path = above->name + "/" + path;
      parent = above->parent;
    }
    return path;
  }

  store::ReadTx& tx_;
  AccountId account_;
  std::vector<Lexeme> lexemes_;
  Timestamp now_;
  std::size_t pos_ = 0, nodes_ = 0;
  int depth_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

Result<Filter> parse_query(store::ReadTx& tx, AccountId account, std::string_view text, Timestamp now) {
  const std::string valid = to_valid_utf8(text);
  auto lexemes = Lexer(valid).run();
  if (lexemes.size() > 2 * kMaxFilterNodes) return fail(SearchError::kTooComplex);
  return Parser(tx, account, std::move(lexemes), now).run();
}

}  // namespace dhii::search
