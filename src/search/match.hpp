// Words and phrases as FTS5 expressions. What a person types becomes quoted strings only, so that nothing in it is FTS5
// syntax. Pure. Internal to src/search.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/search.hpp"

namespace dhii::search {

inline constexpr std::size_t kMaxTermBytes = 512;  // one word or phrase; longer ones are cut
inline constexpr std::size_t kMaxTerms = 64;       // of one text condition; the rest is left out

struct Term {
  std::string text;
  bool prefix = false;  // typed with a trailing *
};
// "quoted phrases" and words.
std::vector<Term> split_terms(std::string_view text);
// The canonical form of one term inside Condition::text: what parse_query() makes and need not parse again.
std::string quote_term(const Term& term);
std::optional<Term> unquote_term(std::string_view text);

// `column`: of table fts; empty: all. Empty result: nothing that could be looked up (punctuation only).
std::string match_term(std::string_view column, const Term& term);
std::string match_all(std::string_view column, const std::vector<Term>& terms);

// If the filter, as far down as it goes, only asks for text: one expression for all of it.
// `text` conditions must have been replaced by what parse_query() makes of them.
std::optional<std::string> match_of(const Filter& filter);

}  // namespace dhii::search
