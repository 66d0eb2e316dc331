#include "store/tokenizer.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>

#include "store/database.hpp"

namespace dhii::store {
namespace {

// Lower-case letter or digit, 0 for everything else below 0x80.
constexpr std::array<char, 128> make_ascii() {
  std::array<char, 128> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = static_cast<char>(c + 32);
  return table;
}
constexpr std::array<char, 128> kAscii = make_ascii();

class Tokenizer {
 public:
  Tokenizer(std::string_view text, TokenizeFor purpose, void* context, TokenSink sink)
      : text_(text), purpose_(purpose), context_(context), sink_(sink) {}

  int run() {
    std::size_t pos = 0;
    while (pos < text_.size() && code_ == 0) {
      const auto byte = static_cast<unsigned char>(text_[pos]);
      if (byte < 0x80)
        ascii(pos);
      else
        other(pos);
    }
    end_pairs();
    end_word();
    return code_;
  }

 private:
  void ascii(std::size_t& pos) {
    const char* const bytes = text_.data();
    const std::size_t size = text_.size();
    if (kAscii[static_cast<std::size_t>(bytes[pos])] == 0) {
      end_pairs();
      end_word();
      ++pos;
      return;
    }
    end_pairs();
    if (word_size_ == 0) word_begin_ = pos;
    std::size_t n = word_size_;
    for (; pos < size; ++pos) {
      const auto c = static_cast<unsigned char>(bytes[pos]);
      if (c >= 0x80) break;
      const char lower = kAscii[c];
      if (lower == 0) break;
      if (n < kMaxTokenBytes) word_[n++] = lower;
    }
    word_size_ = n;
    word_end_ = pos;
  }

  void other(std::size_t& pos) {
    const std::size_t begin = pos;
    const Folded& folded = fold(next_code_point(text_, pos));
    switch (folded.kind) {
      case CharClass::kSeparator:
        end_pairs();
        end_word();
        return;
      case CharClass::kIgnorable:
        if (word_size_ != 0) word_end_ = pos;
        return;
      case CharClass::kLetter:
        end_pairs();
        add_letter(folded.view(), begin, pos);
        return;
      case CharClass::kIdeograph:
        end_word();
        add_ideograph(folded.view(), begin, pos);
        return;
      case CharClass::kSymbol:
        end_pairs();
        end_word();
        emit(folded.view(), begin, pos, false);
        return;
    }
  }

  void add_letter(std::string_view folded, std::size_t begin, std::size_t end) {
    if (word_size_ == 0) word_begin_ = begin;
    if (word_size_ + folded.size() <= kMaxTokenBytes) {
      std::memcpy(word_.data() + word_size_, folded.data(), folded.size());
      word_size_ += folded.size();
    }
    word_end_ = end;
  }

  void add_ideograph(std::string_view folded, std::size_t begin, std::size_t end) {
    if (last_size_ != 0) {
      std::memcpy(pair_.data() + last_size_, folded.data(), folded.size());
      emit({pair_.data(), last_size_ + folded.size()}, last_begin_, end, false);
      run_has_pair_ = true;
    }
    std::memcpy(pair_.data(), folded.data(), folded.size());
    last_size_ = folded.size();
    last_begin_ = begin;
    last_end_ = end;
  }

  void end_pairs() {
    if (last_size_ == 0) return;
    if (purpose_ == TokenizeFor::kIndex || !run_has_pair_)
      emit({pair_.data(), last_size_}, last_begin_, last_end_, run_has_pair_);
    last_size_ = 0;
    run_has_pair_ = false;
  }

  void end_word() {
    if (word_size_ == 0) return;
    emit({word_.data(), word_size_}, word_begin_, word_end_, false);
    word_size_ = 0;
  }

  void emit(std::string_view token, std::size_t begin, std::size_t end, bool colocated) {
    if (code_ == 0) code_ = sink_(context_, Token{token, begin, end, colocated});
  }

  std::string_view text_;
  TokenizeFor purpose_;
  void* context_;
  TokenSink sink_;
  int code_ = 0;
  std::array<char, kMaxTokenBytes> word_;
  std::size_t word_size_ = 0, word_begin_ = 0, word_end_ = 0;
  std::array<char, 32> pair_;  // the last character of a run, and room for the next
  std::size_t last_size_ = 0, last_begin_ = 0, last_end_ = 0;
  bool run_has_pair_ = false;
};

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

// Marks that belong to the character before them where folding goes character by character: kana voicing, conjoining
// jamo.
bool needs_composing(std::string_view text) {
  if (is_ascii(text)) return false;
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto a = static_cast<unsigned char>(text[i]), b = static_cast<unsigned char>(text[i + 1]),
               c = static_cast<unsigned char>(text[i + 2]);
    if (a == 0xe3 && b == 0x82 && (c == 0x99 || c == 0x9a)) return true;  // U+3099, U+309A
    if (a == 0xe1 && b >= 0x84 && b <= 0x87) return true;                 // U+1100-11FF
    if (a == 0xef && b == 0xbe && (c == 0x9e || c == 0x9f)) return true;  // halfwidth voicing U+FF9E, U+FF9F
  }
  return false;
}

// ---- FTS5
// -----------------------------------------------------------------------------------------------------------------------

struct FtsSink {
  void* context;
  int (*token)(void*, int, const char*, int, int, int);
};

int to_fts(void* context, const Token& t) {
  const auto& sink = *static_cast<FtsSink*>(context);
  return sink.token(sink.context, t.colocated ? FTS5_TOKEN_COLOCATED : 0, t.text.data(),
                    static_cast<int>(t.text.size()), static_cast<int>(t.begin), static_cast<int>(t.end));
}

int fts_create(void*, const char**, int, Fts5Tokenizer** out) {
  static char nothing = 0;
  *out = reinterpret_cast<Fts5Tokenizer*>(&nothing);
  return SQLITE_OK;
}
void fts_delete(Fts5Tokenizer*) {}
int fts_tokenize(Fts5Tokenizer*, void* context, int flags, const char* text, int size,
                 int (*token)(void*, int, const char*, int, int, int)) {
  FtsSink sink{context, token};
  const auto purpose = (flags & FTS5_TOKENIZE_QUERY) != 0 ? TokenizeFor::kQuery : TokenizeFor::kIndex;
  return tokenize({text, static_cast<std::size_t>(size)}, purpose, &sink, to_fts);
}

}  // namespace

int tokenize(std::string_view text, TokenizeFor purpose, void* context, TokenSink sink) {
  if (!needs_composing(text)) return Tokenizer(text, purpose, context, sink).run();
  // Offsets then point into the composed text; only snippets use them, and they compose first.
  const std::string composed = compose_for_index(text);
  return Tokenizer(composed, purpose, context, sink).run();
}

std::string composed_for_tokens(std::string_view text) {
  return needs_composing(text) ? compose_for_index(text) : std::string(text);
}

std::vector<QueryToken> query_tokens(std::string_view text) {
  std::vector<QueryToken> tokens;
  tokenize(text, TokenizeFor::kQuery, &tokens, [](void* context, const Token& t) {
    std::size_t pos = 0;
    const char32_t first = next_code_point(t.text, pos);
    const bool single = pos == t.text.size() && fold(first).kind == CharClass::kIdeograph;
    static_cast<std::vector<QueryToken>*>(context)->push_back({std::string(t.text), t.begin, t.end, single});
    return 0;
  });
  return tokens;
}

Result<void> register_tokenizer(Database& db) {
  fts5_api* api = nullptr;
  sqlite3_stmt* stmt = nullptr;
  int code = sqlite3_prepare_v2(db.handle(), "SELECT fts5(?1)", -1, &stmt, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_bind_pointer(stmt, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(stmt);
    code = sqlite3_finalize(stmt);
  }
  if (code != SQLITE_OK || api == nullptr) return std::unexpected(db.error(code == SQLITE_OK ? SQLITE_ERROR : code));
  fts5_tokenizer tokenizer{fts_create, fts_delete, fts_tokenize};
  code = api->xCreateTokenizer(api, "dhii", nullptr, &tokenizer, nullptr);
  if (code != SQLITE_OK) return std::unexpected(db.error(code));
  return {};
}

}  // namespace dhii::store
