// Words for the full-text index. Latin and kin: runs of letters and digits, folded; punctuation separates, so addresses
// and file names fall into their parts. Scripts without spaces (and Hangul): overlapping pairs, so that a phrase of
// pairs finds any substring of two or more characters; the last character of a run also stands alone, at the same
// position, so that a single one is found by prefix. Pure apart from register_tokenizer(); thread-safe.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/folding.hpp"

namespace dhii::store {

class Database;

inline constexpr std::size_t kMaxTokenBytes =
    64;  // longer words are cut, in mail and in queries alike: base64 lines are no words

enum class TokenizeFor { kIndex, kQuery };

struct Token {
  std::string_view text;   // folded; valid during the call only
  std::size_t begin, end;  // bytes of the source
  bool colocated;          // stands at the position of the token before it
};

// Calls `sink(const Token&)` until it returns a number other than 0, and returns that.
using TokenSink = int (*)(void* context, const Token& token);
int tokenize(std::string_view text, TokenizeFor purpose, void* context, TokenSink sink);

// The text that offsets point into: `text` itself, or composed where marks must join what they belong to.
std::string composed_for_tokens(std::string_view text);

struct QueryToken {
  std::string text;
  std::size_t begin, end;
  bool single_ideograph;  // must be asked for by prefix
};
std::vector<QueryToken> query_tokens(std::string_view text);

// Makes tokenize='dhii' known to a connection.
Result<void> register_tokenizer(Database& db);

}  // namespace dhii::store
