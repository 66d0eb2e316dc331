// What matched, for people: the subject and a piece of the body with the words marked (RFC 8621 §5). The index keeps no
// text, so the body is read from the message, and only when the preview does not show the match already.
#include <algorithm>

#include "base/bytes.hpp"
#include "search/match.hpp"
#include "search/plan.hpp"
#include "search/search.hpp"
#include "store/blob_store.hpp"
#include "store/repositories.hpp"
#include "store/tokenizer.hpp"

namespace dhii::search {
namespace {

constexpr std::size_t kSnippetBytes = 250;  // RFC 8621 §5: at most 255 octets before marking
constexpr std::size_t kLeadBytes = 60;      // text shown before the first match

struct Wanted {
  std::vector<std::string> tokens;  // a phrase
  bool prefix = false;              // of the last one
};
struct Wants {
  std::vector<Wanted> subject, body;
};

void want(std::vector<Wanted>& out, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    Wanted wanted{.prefix = term.prefix};
    for (const auto& token : store::query_tokens(term.text)) {
      wanted.tokens.push_back(token.text);
      if (token.single_ideograph) wanted.prefix = true;
    }
    if (!wanted.tokens.empty()) out.push_back(std::move(wanted));
  }
}

// What must not match is not shown.
void gather(const Filter& filter, Wants& wants) {
  if (filter.op == Filter::Op::kNot) return;
  for (const Filter& child : filter.children) gather(child, wants);
  if (filter.op != Filter::Op::kLeaf) return;
  const Condition& c = filter.leaf;
  if (c.text) {
    const auto terms = split_terms(*c.text);
    want(wants.subject, terms);
    want(wants.body, terms);
  }
  if (c.subject) want(wants.subject, split_terms(*c.subject));
  if (c.body) want(wants.body, split_terms(*c.body));
}

struct Mark {
  std::size_t begin, end;
};

struct TextToken {
  std::string text;
  std::size_t begin, end;
};

std::vector<TextToken> tokens_of(std::string_view text) {
  std::vector<TextToken> out;
  store::tokenize(text, store::TokenizeFor::kIndex, &out, [](void* context, const store::Token& t) {
    if (!t.colocated) static_cast<std::vector<TextToken>*>(context)->push_back({std::string(t.text), t.begin, t.end});
    return 0;
  });
  return out;
}

bool matches_at(const std::vector<TextToken>& tokens, std::size_t at, const Wanted& wanted) {
  if (at + wanted.tokens.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < wanted.tokens.size(); ++i) {
    const bool last = i + 1 == wanted.tokens.size();
    const std::string& have = tokens[at + i].text;
    if (last && wanted.prefix ? !have.starts_with(wanted.tokens[i]) : have != wanted.tokens[i]) return false;
  }
  return true;
}

std::vector<Mark> find_marks(std::string_view text, const std::vector<Wanted>& wants) {
  std::vector<Mark> marks;
  const auto tokens = tokens_of(text);
  for (std::size_t at = 0; at < tokens.size(); ++at)
    for (const Wanted& wanted : wants)
      if (matches_at(tokens, at, wanted))
        marks.push_back({tokens[at].begin, tokens[at + wanted.tokens.size() - 1].end});
  std::ranges::sort(marks, {}, [](const Mark& m) { return std::pair(m.begin, m.end); });
  std::vector<Mark> joined;
  for (const Mark& m : marks) {
    if (!joined.empty() && m.begin <= joined.back().end)
      joined.back().end = std::max(joined.back().end, m.end);
    else
      joined.push_back(m);
  }
  return joined;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\r':
      case '\t':
        out += ' ';
        break;
      default:
        out += c;
    }
}

// Only the part [from, to) of the text.
std::string render(std::string_view text, const std::vector<Mark>& marks, std::size_t from, std::size_t to) {
  std::string out;
  std::size_t pos = from;
  for (const Mark& m : marks) {
    if (m.begin < from || m.end > to) continue;
    append_escaped(out, text.substr(pos, m.begin - pos));
    out += "<mark>";
    append_escaped(out, text.substr(m.begin, m.end - m.begin));
    out += "</mark>";
    pos = m.end;
  }
  append_escaped(out, text.substr(pos, to - pos));
  return out;
}

std::size_t character_begin(std::string_view text, std::size_t pos) {
  while (pos > 0 && pos < text.size() && (static_cast<unsigned char>(text[pos]) & 0xc0U) == 0x80) --pos;
  return pos;
}

std::string cut_around(std::string_view text, const std::vector<Mark>& marks) {
  std::size_t from = marks.front().begin > kLeadBytes ? marks.front().begin - kLeadBytes : 0;
  const std::size_t space = text.find(' ', from);
  if (from > 0 && space < marks.front().begin) from = space + 1;
  from = character_begin(text, from);
  const std::size_t to = character_begin(text, std::min(text.size(), from + kSnippetBytes));
  return render(text, marks, from, std::max(to, from));
}

Result<Snippet> snippet_of(store::ReadTx& tx, const store::Email& e, const Wants& wants) {
  Snippet out{.email = e.id};
  // Marks are found in composed text, see store/tokenizer.hpp.
  const std::string subject = store::composed_for_tokens(e.envelope.subject);
  if (const auto marks = find_marks(subject, wants.subject); !marks.empty())
    out.subject = render(subject, marks, 0, subject.size());
  if (wants.body.empty()) return out;
  const std::string preview = store::composed_for_tokens(e.preview);
  if (const auto marks = find_marks(preview, wants.body); !marks.empty()) {
    out.preview = cut_around(preview, marks);
    return out;
  }
  auto raw = tx.blobs().get(tx, e.blob);
  if (!raw) return std::unexpected(raw.error());
  DHII_TRY_ASSIGN(const auto digest, mime::digest(*raw));
  const std::string body = store::composed_for_tokens(digest.search.body);
  if (const auto marks = find_marks(body, wants.body); !marks.empty()) out.preview = cut_around(body, marks);
  return out;
}

}  // namespace

Result<std::vector<Snippet>> snippets(store::ReadTx& tx, AccountId account, const Filter& filter,
                                      const std::vector<EmailId>& ids) {
  DHII_TRY_ASSIGN(const Filter expanded, expand(tx, account, filter, SystemClock().now()));
  Wants wants;
  gather(expanded, wants);
  DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account, ids));
  std::vector<Snippet> out;
  for (const auto& email : emails) {
    DHII_TRY_ASSIGN(auto snippet, snippet_of(tx, email, wants));
    out.push_back(std::move(snippet));
  }
  return out;
}

}  // namespace dhii::search
