#include "mime/encoded_word.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/limits.hpp"
#include "mime/transfer.hpp"

namespace dhii::mime {
namespace {

constexpr std::size_t kMaxWordBytes = 4096;  // RFC 2047 says 75; real mail has whole subjects in one word
constexpr std::size_t kMaxCharsetBytes = 64;

struct Word {
  std::string_view charset;  // without RFC 2231 *language
  char encoding = 0;         // 'b' or 'q'
  std::string_view text;
  std::size_t length = 0;  // of the whole word; 0 = none
};

Word parse_word(std::string_view s) {
  Word w;
  if (!s.starts_with("=?")) return w;
  const std::size_t charset_end = s.substr(0, kMaxCharsetBytes + 2).find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2 || charset_end + 2 >= s.size() ||
      s[charset_end + 2] != '?')
    return w;
  const char encoding = to_lower(s[charset_end + 1]);
  if (encoding != 'b' && encoding != 'q') return w;
  const std::string_view charset = s.substr(2, charset_end - 2);
  if (charset.find_first_of(" \t<>,;\"") != std::string_view::npos) return w;
  const std::size_t begin = charset_end + 3;
  const std::string_view window = s.substr(0, begin + kMaxWordBytes);
  // "=?x?q?=41?=" starts its text with '=': the end is the first "?=" after it, but not the one made of the last '?' of
  // the opening and that '='.
  const std::size_t end = window.find("?=", begin);
  if (end == std::string_view::npos) return w;
  w.charset = charset.substr(0, charset.find('*'));
  w.encoding = encoding;
  w.text = s.substr(begin, end - begin);
  w.length = end + 2;
  return w;
}

std::string decode_q(std::string_view in) {
  std::string out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int high = in[i] == '=' && i + 2 < in.size() ? hex_digit(in[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(in[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += in[i] == '_' ? ' ' : in[i];
    }
  }
  return out;
}

std::string decode_word(const Word& w) {
  return w.encoding == 'b' ? transfer_decode(w.text, Transfer::kBase64) : decode_q(w.text);
}

bool is_all_space(std::string_view s) { return std::ranges::all_of(s, is_space); }

}  // namespace

std::size_t encoded_word_length(std::string_view s) { return parse_word(s).length; }

std::string decode_encoded_words(std::string_view in) {
  if (in.find("=?") == std::string_view::npos) return std::string(in);
  std::string out;
  std::string pending;  // decoded bytes of neighbouring words in one charset
  std::string pending_charset;
  bool after_word = false;
  std::size_t words = 0;
  std::size_t literal = 0;  // start of text not yet copied
  const auto flush = [&] {
    if (!pending_charset.empty()) out += to_utf8(pending, pending_charset).text;
    pending.clear();
    pending_charset.clear();
  };
  std::size_t pos = in.find("=?");
  while (pos != std::string_view::npos && words < kMaxEncodedWords) {
    const Word w = parse_word(in.substr(pos));
    if (w.length == 0) {
      pos = in.find("=?", pos + 2);
      continue;
    }
    ++words;
    const std::string_view between = in.substr(literal, pos - literal);
    const bool joins = after_word && is_all_space(between);
    // Raw 8-bit letters inside a word were made UTF-8 when the field was unfolded.
    const std::string charset = is_ascii(w.text) ? ascii_lower(w.charset) : "utf-8";
    if (!joins) {
      flush();
      out += between;
    } else if (charset != pending_charset) {
      flush();
    }
    pending += decode_word(w);
    pending_charset = charset;
    after_word = true;
    pos += w.length;
    literal = pos;
    pos = in.find("=?", pos);
  }
  flush();
  out += in.substr(literal);
  return out;
}

std::string make_encoded_words(std::string_view text, bool fold) {
  constexpr std::size_t kBytesPerWord = 45;  // base64 of 45 is 60, plus "=?utf-8?B?" and "?=": 72
  std::string out;
  while (!text.empty()) {
    std::string_view piece = truncate_utf8(text, kBytesPerWord);
    if (piece.empty()) piece = text.substr(0, kBytesPerWord);
    if (!out.empty()) out += fold ? "\r\n " : " ";
    out += "=?utf-8?B?";
    out += to_base64(piece);
    out += "?=";
    text.remove_prefix(piece.size());
  }
  return out;
}

}  // namespace dhii::mime
