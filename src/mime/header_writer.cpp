#include "mime/header_writer.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/encoded_word.hpp"

namespace dhii::mime {
namespace {

constexpr std::size_t kLineLength = 76;       // RFC 2047 §2 for lines with encoded words; RFC 5322 §2.1.1 says 78
constexpr std::size_t kHardLineLength = 998;  // RFC 5322 §2.1.1
constexpr std::size_t kMaxRawLine = kHardLineLength - 300;  // leaves room for the name

bool needs_encoding(std::string_view word) {
  return !is_ascii(word) || word.find("=?") != std::string_view::npos || word.size() > kHardLineLength - 100 ||
         std::ranges::any_of(word, [](char c) { return byte_of(c) < 0x20 && c != '\t'; });
}

struct Word {
  std::string_view separator;  // the white space before it
  std::string_view text;
};

std::vector<Word> split_words(std::string_view s) {
  std::vector<Word> out;
  for (std::size_t pos = 0; pos < s.size();) {
    const std::size_t begin = std::min(s.find_first_not_of(" \t", pos), s.size());
    const std::size_t end = std::min(s.find_first_of(" \t", begin), s.size());
    out.push_back({s.substr(pos, begin - pos), s.substr(begin, end - begin)});
    pos = end;
  }
  return out;
}

// The stretch of words that goes into encoded words: [first, last).
std::pair<std::size_t, std::size_t> encoded_stretch(const std::vector<Word>& words) {
  std::size_t first = words.size();
  std::size_t last = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    // White space at the ends would be lost, and a fold before nothing but white space is forbidden.
    const bool bare_space = words[i].text.empty() || (i == 0 && !words[i].separator.empty());
    if (!bare_space && !needs_encoding(words[i].text)) continue;
    first = std::min(first, i);
    last = i + 1;
  }
  return {std::min(first, last), last};
}

bool is_atext_phrase(std::string_view s) {
  constexpr std::string_view kAtext = "!#$%&'*+-/=?^_`{|}~ ";
  return std::ranges::all_of(
             s, [&](char c) { return is_alpha(c) || is_digit(c) || kAtext.find(c) != std::string_view::npos; }) &&
         s.find("=?") == std::string_view::npos && !s.starts_with(' ') && !s.ends_with(' ') &&
         s.find("  ") == std::string_view::npos;
}

std::string quote_string(std::string_view s) {
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool is_token(std::string_view s) {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  return !s.empty() && std::ranges::all_of(s, [&](char c) {
    return c > 32 && byte_of(c) < 127 && kSpecials.find(c) == std::string_view::npos;
  });
}

bool is_attribute_char(char c) {  // RFC 2231 §7
  constexpr std::string_view kOther = "!#$&+-.^_`{|}~";
  return is_alpha(c) || is_digit(c) || kOther.find(c) != std::string_view::npos;
}

std::string percent(std::string_view s) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : s) {
    if (is_attribute_char(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte_of(c) >> 4];
      out += kHex[byte_of(c) & 15];
    }
  }
  return out;
}

// One parameter as one or more "name=value" texts (RFC 2231 §3 sections when it would be too long for a line).
std::vector<std::string> parameter_texts(const std::string& name, std::string_view value) {
  constexpr std::size_t kPiece = 40;  // of raw value; percent-encoded up to 120
  const bool extended =
      !is_ascii(value) || std::ranges::any_of(value, [](char c) { return byte_of(c) < 0x20 || c == 0x7F; });
  if (!extended && value.size() <= 60)
    return {name + '=' + (is_token(value) ? std::string(value) : quote_string(value))};
  if (extended && value.size() <= 15) return {name + "*=UTF-8''" + percent(value)};
  std::vector<std::string> out;
  while (!value.empty()) {
    std::string_view piece = truncate_utf8(value, extended ? 18 : kPiece);
    if (piece.empty()) piece = value.substr(0, kPiece);
    const std::string section = name + '*' + std::to_string(out.size());
    if (extended)
      out.push_back(section + "*=" + (out.empty() ? "UTF-8''" : "") + percent(piece));
    else
      out.push_back(section + '=' + quote_string(piece));
    value.remove_prefix(piece.size());
  }
  return out;
}

// What can't be written between < and > without changing the list's meaning.
bool is_writable_email(std::string_view email) {
  if (is_address(email)) return true;
  constexpr std::string_view kSpecials = "<>(),;:\"\\[] ";
  return is_valid_utf8(email) && std::ranges::all_of(email, [&](char c) {
           return byte_of(c) > 0x20 && c != 0x7F && kSpecials.find(c) == std::string_view::npos;
         });
}

bool is_folded_safely(std::string_view v) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const char c = v[i];
    if (c == '\0' || c == '\n') return false;
    if (c == '\r') {
      if (i + 3 >= v.size() || v[i + 1] != '\n' || (v[i + 2] != ' ' && v[i + 2] != '\t')) return false;
      const std::size_t end = std::min(v.find('\r', i + 2), v.size());
      if (trim(v.substr(i + 2, end - i - 2)).empty())
        return false;  // a line of only white space ends headers for some readers
      ++i;
      line = 0;
    } else if (++line > kMaxRawLine) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_header_safe(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Result<void> HeaderWriter::begin(std::string_view name) {
  if (!is_header_name(name)) return fail(MimeError::kBadHeaderName, log_escape(name));
  out_ += name;
  out_ += ':';
  column_ = name.size() + 1;
  return {};
}

void HeaderWriter::token(std::string_view separator, std::string_view text) {
  if (column_ + separator.size() + text.size() > kLineLength && !separator.empty()) {
    out_ += "\r\n";
    column_ = 0;
  }
  out_ += separator;
  out_ += text;
  column_ += separator.size() + text.size();
}

void HeaderWriter::end() { out_ += "\r\n"; }

Result<void> HeaderWriter::text(std::string_view name, std::string_view utf8) {
  if (!is_header_safe(utf8)) return fail(MimeError::kBadHeaderValue, std::string(name));
  const std::string clean = to_valid_utf8(utf8);
  DHII_TRY(begin(name));
  const std::vector<Word> words = split_words(clean);
  const auto [first, last] = encoded_stretch(words);
  for (std::size_t i = 0; i < words.size();) {
    if (i != first || first == last) {
      token(i == 0 ? " " : words[i].separator, words[i].text);
      ++i;
      continue;
    }
    // Text between two encoded words is theirs: the separator before the stretch is written, the ones inside are
    // encoded.
    const char* begin_at = i == 0 ? words[i].separator.data() : words[i].text.data();
    const char* end_at = words[last - 1].text.data() + words[last - 1].text.size();
    const std::string encoded = make_encoded_words({begin_at, static_cast<std::size_t>(end_at - begin_at)}, false);
    for (const Word& piece : split_words(encoded))
      token(piece.separator.empty() ? (i == 0 ? " " : words[i].separator) : piece.separator, piece.text);
    i = last;
  }
  end();
  return {};
}

Result<void> HeaderWriter::addresses(std::string_view name, const std::vector<Address>& list) {
  DHII_TRY(begin(name));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Address& a = list[i];
    if (!is_header_safe(a.name) || !is_header_safe(a.email)) return fail(MimeError::kBadHeaderValue, std::string(name));
    if (!is_writable_email(a.email) || (a.email.empty() && a.name.empty()))
      return fail(MimeError::kBadAddress, log_escape(a.email.empty() ? a.name : a.email));
    const std::string_view comma = i + 1 < list.size() ? "," : "";
    if (a.name.empty()) {
      token(" ", a.email.find('@') == std::string::npos ? '<' + a.email + '>' + std::string(comma)
                                                        : a.email + std::string(comma));
      continue;
    }
    std::string phrase = needs_encoding(a.name)    ? make_encoded_words(to_valid_utf8(a.name), false)
                         : is_atext_phrase(a.name) ? a.name
                                                   : quote_string(a.name);
    if (phrase.starts_with('"') && phrase.size() < kLineLength)
      token(" ", phrase);
    else
      for (const Word& w : split_words(phrase)) token(w.separator.empty() ? " " : w.separator, w.text);
    token(" ", '<' + a.email + '>' + std::string(comma));
  }
  end();
  return {};
}

Result<void> HeaderWriter::message_ids(std::string_view name, const std::vector<std::string>& ids) {
  DHII_TRY(begin(name));
  for (const std::string& id : ids) {
    const bool ok =
        !id.empty() && id.size() < kHardLineLength - 100 &&
        std::ranges::all_of(id, [](char c) { return byte_of(c) > 0x20 && c != 0x7F && c != '<' && c != '>'; });
    if (!ok) return fail(MimeError::kBadHeaderValue, std::string(name));
    token(" ", '<' + id + '>');
  }
  end();
  return {};
}

Result<void> HeaderWriter::raw(std::string_view name, std::string_view value) {
  if (!is_folded_safely(value) || !is_valid_utf8(value)) return fail(MimeError::kBadHeaderValue, std::string(name));
  DHII_TRY(begin(name));
  if (!value.starts_with(' ') && !value.starts_with('\t')) out_ += ' ';
  out_ += value;
  end();
  return {};
}

Result<void> HeaderWriter::parameterized(std::string_view name, std::string_view value,
                                         const std::vector<std::pair<std::string, std::string>>& parameters) {
  DHII_TRY(begin(name));
  token(" ", value);
  for (const auto& [parameter, text] : parameters) {
    if (!is_token(parameter) || parameter.find('*') != std::string::npos)
      return fail(MimeError::kBadHeaderName, log_escape(parameter));
    if (!is_header_safe(text)) return fail(MimeError::kBadHeaderValue, parameter);
    for (const std::string& piece : parameter_texts(parameter, to_valid_utf8(text))) {
      out_ += ';';
      ++column_;
      token(" ", piece);
    }
  }
  end();
  return {};
}

Result<void> HeaderWriter::custom(const DraftHeader& header) {
  constexpr std::string_view kOurs[] = {"mime-version", "content-type", "content-transfer-encoding"};
  if (std::ranges::any_of(kOurs, [&](std::string_view ours) { return iequals(header.name, ours); })) {
    return fail(MimeError::kBadHeaderName, header.name);
  }
  return header.form == DraftHeader::Form::kRaw ? raw(header.name, header.value) : text(header.name, header.value);
}

std::string encode_text(std::string_view utf8) {
  std::string out;
  const std::string clean = to_valid_utf8(utf8);
  if (!needs_encoding(clean)) return clean;
  return make_encoded_words(clean, false);
}

}  // namespace dhii::mime
