#include "search/match.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "store/tokenizer.hpp"

namespace dhii::search {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string join(const std::vector<std::string>& parts, std::string_view with) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += with;
    out += part;
  }
  return parts.size() > 1 ? "(" + out + ")" : out;
}

// Everything in the leaf but text.
bool has_other_than_text(const Condition& c) {
  return c.in_mailbox || !c.in_mailbox_other_than.empty() || c.before || c.after || c.min_size || c.max_size ||
         c.all_in_thread_have_keyword || c.some_in_thread_have_keyword || c.none_in_thread_have_keyword ||
         c.has_keyword || c.not_keyword || c.has_attachment || c.header;
}

std::vector<std::string> leaf_matches(const Condition& c) {
  std::vector<std::string> parts;
  const auto add = [&](const std::optional<std::string>& value, std::string_view column) {
    if (!value) return;
    std::string match = match_all(column, split_terms(*value));
    if (!match.empty()) parts.push_back(std::move(match));
  };
  if (c.text) {
    const auto term = unquote_term(*c.text);
    std::string match = term ? match_term("", *term) : match_all("", split_terms(*c.text));
    if (!match.empty()) parts.push_back(std::move(match));
  }
  add(c.from, "sender");
  add(c.to, "recipient");
  add(c.cc, "cc");
  add(c.bcc, "bcc");
  add(c.subject, "subject");
  add(c.body, "body");
  add(c.filename, "filename");
  return parts;
}

}  // namespace

std::vector<Term> split_terms(std::string_view text) {
  std::vector<Term> terms;
  for (std::size_t pos = 0; pos < text.size() && terms.size() < kMaxTerms;) {
    if (is_blank(text[pos])) {
      ++pos;
      continue;
    }
    Term term;
    if (text[pos] == '"') {
      const std::size_t end = std::min(text.find('"', pos + 1), text.size());
      term.text = text.substr(pos + 1, end - pos - 1);
      pos = std::min(end + 1, text.size());
      if (pos < text.size() && text[pos] == '*') {
        term.prefix = true;
        ++pos;
      }
    } else {
      const std::size_t begin = pos;
      while (pos < text.size() && !is_blank(text[pos]) && text[pos] != '"') ++pos;
      term.text = text.substr(begin, pos - begin);
      if (term.text.size() > 1 && term.text.ends_with('*')) {
        term.prefix = true;
        term.text.pop_back();
      }
    }
    if (!term.text.empty()) terms.push_back(std::move(term));
  }
  return terms;
}

std::string quote_term(const Term& term) {
  std::string out = "\"";
  for (const char c : term.text)
    if (c != '"') out.push_back(c);
  return out + (term.prefix ? "\"*" : "\"");
}

std::optional<Term> unquote_term(std::string_view text) {
  Term term;
  if (text.ends_with('*')) {
    term.prefix = true;
    text.remove_suffix(1);
  }
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.find('"') != std::string_view::npos) return std::nullopt;
  term.text = text;
  return term;
}

std::string match_term(std::string_view column, const Term& term) {
  const std::string_view text = truncate_utf8(term.text, kMaxTermBytes);
  const auto tokens = store::query_tokens(text);
  if (tokens.empty()) return {};
  std::string out = column.empty() ? "" : std::string(column) + " : ";
  out += '"';
  for (const char c : text)
    if (c != '"' && c != '\0') out.push_back(c);
  out += '"';
  // A single character of a script that is indexed in pairs stands at the beginning of a pair.
  if (term.prefix || tokens.back().single_ideograph) out += " *";
  return out;
}

std::string match_all(std::string_view column, const std::vector<Term>& terms) {
  std::vector<std::string> parts;
  for (const Term& term : terms) {
    std::string match = match_term(column, term);
    if (!match.empty()) parts.push_back(std::move(match));
  }
  return join(parts, " AND ");
}

std::optional<std::string> match_of(const Filter& filter) {
  if (filter.op == Filter::Op::kLeaf) {
    if (has_other_than_text(filter.leaf)) return std::nullopt;
    const auto parts = leaf_matches(filter.leaf);
    if (parts.empty()) return std::nullopt;
    return join(parts, " AND ");
  }
  if (filter.op == Filter::Op::kNot || filter.children.empty()) return std::nullopt;
  std::vector<std::string> parts, without;
  for (const Filter& child : filter.children) {
    const bool negated = child.op == Filter::Op::kNot && filter.op == Filter::Op::kAnd;
    if (!negated) {
      auto match = match_of(child);
      if (!match) return std::nullopt;
      parts.push_back(std::move(*match));
      continue;
    }
    for (const Filter& refused : child.children) {  // NOT: none of the conditions may match (RFC 8620 §5.5)
      auto match = match_of(refused);
      if (!match) return std::nullopt;
      without.push_back(std::move(*match));
    }
  }
  if (parts.empty()) return std::nullopt;
  std::string out = join(parts, filter.op == Filter::Op::kAnd ? " AND " : " OR ");
  if (without.empty()) return out;
  return "(" + out + " NOT " + join(without, " OR ") + ")";
}

}  // namespace dhii::search
