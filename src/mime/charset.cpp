#include "mime/charset.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"

namespace dhii::mime {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMaxLabelBytes = 64;  // longest registered charset name is 45
constexpr std::size_t kMaxHandles = 24;     // per thread; a mailbox uses a handful of charsets
constexpr std::size_t kGuessBytes = 4096;   // enough to tell scripts apart

// WHATWG's windows-1252: what mail that says ISO-8859-1 means. 0 = undefined.
constexpr std::array<char16_t, 32> kWindows1252 = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                   0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

// Names found in mail -> the superset that senders mean, as glibc's iconv spells it.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"cp936", "GB18030"},
    {"windows-936", "GB18030"},
    {"euc-cn", "GB18030"},
    {"gb-2312", "GB18030"},
    {"chinese", "GB18030"},
    {"hz-gb-2312", "HZ"},
    {"big5", "BIG5-HKSCS"},
    {"big-5", "BIG5-HKSCS"},
    {"x-x-big5", "BIG5-HKSCS"},
    {"cn-big5", "BIG5-HKSCS"},
    {"ks_c_5601-1987", "CP949"},
    {"ks_c_5601-1989", "CP949"},
    {"ks_c_5601", "CP949"},
    {"ksc5601", "CP949"},
    {"euc-kr", "CP949"},
    {"euckr", "CP949"},
    {"x-windows-949", "CP949"},
    {"windows-949", "CP949"},
    {"korean", "CP949"},
    {"5601", "CP949"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"ms_kanji", "CP932"},
    {"windows-31j", "CP932"},
    {"cp932", "CP932"},
    {"euc-jp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"eucjp", "EUC-JP-MS"},
    {"iso-2022-jp", "ISO-2022-JP-3"},
    {"iso-2022-jp-1", "ISO-2022-JP-3"},
    {"iso-2022-jp-ms", "ISO-2022-JP-3"},
    {"cp50220", "ISO-2022-JP-3"},
    {"cp50221", "ISO-2022-JP-3"},
    {"csiso2022jp", "ISO-2022-JP-3"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"x-utf-7", "UTF-7"},
    {"utf7", "UTF-7"},
    {"x-mac-roman", "MACINTOSH"},
    {"mac", "MACINTOSH"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-8-e", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-11", "CP874"},
    {"tis-620", "CP874"},
    {"koi8r", "KOI8-R"},
    {"utf16", "UTF-16"},
};

enum class Kind { kUtf8, kLatin, kAscii, kIconv };
struct Charset {
  Kind kind = Kind::kAscii;
  std::string iconv_name;
};

std::string clean_label(std::string_view label) {
  std::string out;
  for (const char c : label.substr(0, kMaxLabelBytes)) {
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+')
      out += to_lower(c);
    else if (c == ' ' && out.empty())
      continue;
    else if (c != '"' && c != '\'')
      break;
  }
  return out;
}

Charset resolve(std::string_view label) {
  std::string name = clean_label(label);
  if (name == "utf-8" || name == "utf8" || name == "unicode-1-1-utf-8" || name == "utf-8n" || name == "utf8mb4" ||
      name == "utf_8")
    return {Kind::kUtf8, {}};
  if (name == "us-ascii" || name == "ascii" || name == "ansi_x3.4-1968" || name.empty()) return {Kind::kAscii, {}};
  if (name == "iso-8859-1" || name == "iso8859-1" || name == "latin1" || name == "latin-1" || name == "windows-1252" ||
      name == "cp1252" || name == "iso_8859-1" || name == "x-cp1252" || name == "ansi" || name == "cp-1252")
    return {Kind::kLatin, {}};
  for (const auto& [alias, target] : kAliases) {
    if (name == alias) return {Kind::kIconv, std::string(target)};
  }
  if (name.starts_with("windows-"))
    name.replace(0, 8, "cp");
  else if (name.starts_with("x-"))
    name.erase(0, 2);
  else if (name.starts_with("cp-"))
    name.erase(2, 1);
  return {Kind::kIconv, std::move(name)};
}

class IconvHandles {
 public:
  IconvHandles() = default;
  IconvHandles(const IconvHandles&) = delete;
  IconvHandles& operator=(const IconvHandles&) = delete;
  ~IconvHandles() { clear(); }

  // nullptr-like (iconv_t)-1 for charsets that the system doesn't know; remembered too.
  iconv_t get(const std::string& name) {
    for (const auto& [known, handle] : handles_) {
      if (known == name) return handle;
    }
    if (handles_.size() >= kMaxHandles) clear();
    // Names went through clean_label: no "//TRANSLIT" or paths can come in.
    const iconv_t handle = ::iconv_open("UTF-8", name.c_str());
    handles_.emplace_back(name, handle);
    return handle;
  }

 private:
  void clear() {
    for (const auto& [name, handle] : handles_) {
      if (handle != none()) ::iconv_close(handle);
    }
    handles_.clear();
  }
  static iconv_t none() {
    return reinterpret_cast<iconv_t>(-1);
  }  // NOLINT(performance-no-int-to-ptr): iconv's own convention
  std::vector<std::pair<std::string, iconv_t>> handles_;
};

bool is_no_handle(iconv_t handle) {
  return handle == reinterpret_cast<iconv_t>(-1);
}  // NOLINT(performance-no-int-to-ptr)

// Replaces each byte that doesn't convert by U+FFFD and goes on after it.
Converted run_iconv(iconv_t handle, std::string_view bytes) {
  Converted out;
  ::iconv(handle, nullptr, nullptr, nullptr, nullptr);
  std::array<char, 16384> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by iconv
  char* in =
      const_cast<char*>(bytes.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): iconv doesn't write there
  std::size_t left = bytes.size();
  out.text.reserve(bytes.size() + bytes.size() / 2);
  while (true) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const bool finishing = left == 0;
    const std::size_t rc =
        finishing ? ::iconv(handle, nullptr, nullptr, &to, &room) : ::iconv(handle, &in, &left, &to, &room);
    const int error = errno;
    out.text.append(buffer.data(), buffer.size() - room);
    if (finishing) break;
    if (rc != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    out.problem = true;
    out.text += kReplacement;
    ++in;
    --left;
  }
  return out;
}

void remove_nul(Converted& c) {
  if (c.text.find('\0') == std::string::npos) return;
  c.text = to_valid_utf8(c.text);
  c.problem = true;
}

Converted from_latin(std::string_view bytes) {
  Converted out;
  out.text.reserve(bytes.size() + bytes.size() / 8);
  while (!bytes.empty()) {
    const std::size_t plain = ascii_prefix(bytes);
    out.text.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    while (!bytes.empty() && byte_of(bytes[0]) >= 0x80) {
      append_utf8(out.text, windows_1252(byte_of(bytes[0])));
      bytes.remove_prefix(1);
    }
  }
  return out;
}

enum class Unknown { kGuess, kLatin };
Converted by_guess(std::string_view bytes);

Converted by_iconv(std::string_view bytes, const std::string& name, Unknown fallback) {
  thread_local IconvHandles handles;
  const iconv_t handle = handles.get(name);
  if (!is_no_handle(handle)) return run_iconv(handle, bytes);
  Converted out = fallback == Unknown::kGuess ? by_guess(bytes) : from_latin(bytes);
  out.problem = true;
  return out;
}

bool has_iso2022_escape(std::string_view bytes) {
  for (std::size_t i = bytes.find('\x1b'); i != std::string_view::npos; i = bytes.find('\x1b', i + 1)) {
    const std::string_view rest = bytes.substr(i + 1, 2);
    if (rest == "$B" || rest == "$@" || rest == "(J") return true;
  }
  return false;
}

// More whole multi-byte characters than strays: broken UTF-8, otherwise not UTF-8 at all.
bool looks_like_broken_utf8(std::string_view bytes) {
  std::size_t good = 0;
  std::size_t bad = 0;
  bytes = bytes.substr(0, kGuessBytes);
  for (std::size_t i = 0; i < bytes.size();) {
    const std::uint8_t b = byte_of(bytes[i]);
    const std::size_t n = b < 0x80 ? 1 : b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
    const bool whole = b < 0x80 || (b >= 0xC2 && i + n <= bytes.size() && is_valid_utf8(bytes.substr(i, n)));
    if (b >= 0x80) ++(whole ? good : bad);
    i += whole ? n : 1;
  }
  return good > bad;
}

Converted from_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (is_utf8(bytes)) return {std::string(bytes), false};
  if (looks_like_broken_utf8(bytes)) return {to_valid_utf8(bytes), true};
  return by_guess(bytes);
}

Converted from_ascii(std::string_view bytes) {
  if (has_iso2022_escape(bytes)) return by_iconv(bytes, "ISO-2022-JP-3", Unknown::kLatin);
  if (is_ascii(bytes)) return {std::string(bytes), false};
  if (is_utf8(bytes)) return {std::string(bytes), true};
  return by_guess(bytes);
}

Converted by_label(std::string_view bytes, std::string_view label) {
  const Charset charset = resolve(label);
  switch (charset.kind) {
    case Kind::kUtf8:
      return from_utf8(bytes);
    case Kind::kLatin:
      return from_latin(bytes);
    case Kind::kAscii:
      return from_ascii(bytes);
    case Kind::kIconv:

      break;
  }
  return by_iconv(bytes, charset.iconv_name, Unknown::kGuess);
}

// Never guesses again: what doesn't convert is replaced, and a charset whose converter is missing on this machine is
// read as windows-1252.
Converted by_guess(std::string_view bytes) {
  const std::string_view guess = guess_charset(bytes);
  Converted out = guess == "utf-8"          ? Converted{to_valid_utf8(bytes), true}
                  : guess == "windows-1252" ? from_latin(bytes)
                                            : by_iconv(bytes, resolve(guess).iconv_name, Unknown::kLatin);
  out.problem = true;
  return out;
}

// Walks text as a charset of one and two bytes would be read; tells how well it fits.
struct PairWalk {
  std::size_t pairs = 0, low_trails = 0, common_leads = 0, errors = 0;
};

template <class IsLead, class IsTrail, class IsCommon>
PairWalk walk_pairs(std::string_view s, IsLead is_lead, IsTrail is_trail, IsCommon is_common) {
  PairWalk w;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const std::uint8_t lead = byte_of(s[i]);
    if (lead < 0x80) continue;
    if (i + 1 == s.size()) break;  // cut at the end of what is looked at
    const std::uint8_t trail = byte_of(s[i + 1]);
    if (!is_lead(lead) || !is_trail(trail)) {
      ++w.errors;
      continue;
    }
    ++w.pairs;
    w.low_trails += trail < 0x80 ? 1 : 0;
    w.common_leads += is_common(lead) ? 1 : 0;
    ++i;
  }
  return w;
}

// Kanji and kana lead with 0x81..0x9F, which Western text has only as lone quotes and dashes. Half-width kana are rare.
bool looks_like_shift_jis(std::string_view s) {
  const PairWalk w = walk_pairs(
      s, [](std::uint8_t b) { return (b >= 0x81 && b <= 0x9F) || (b >= 0xE0 && b <= 0xEF); },
      [](std::uint8_t b) { return b >= 0x40 && b != 0x7F && b <= 0xFC; }, [](std::uint8_t b) { return b <= 0x9F; });
  return w.pairs >= 3 && w.errors * 50 <= w.pairs && w.common_leads * 3 >= w.pairs && w.pairs * 8 >= s.size();
}

// The 5,401 frequent characters lead with 0xA4..0xC6; a third of all trails lie in the ASCII half.
bool looks_like_big5(std::string_view s) {
  const PairWalk w = walk_pairs(
      s, [](std::uint8_t b) { return b >= 0xA1 && b <= 0xF9; },
      [](std::uint8_t b) { return (b >= 0x40 && b <= 0x7E) || (b >= 0xA1 && b <= 0xFE); },
      [](std::uint8_t b) { return b >= 0xA4 && b <= 0xC6; });
  return w.pairs >= 3 && w.errors * 50 <= w.pairs && w.common_leads * 10 >= w.pairs * 8 &&
         w.low_trails * 6 >= w.pairs && w.pairs * 8 >= s.size();
}

struct PairCounts {
  std::size_t runs = 0, odd_runs = 0, high = 0, upper_half = 0;
  std::size_t kana_euc = 0, hangul = 0, hanzi = 0, pairs = 0, c1 = 0;
  std::size_t koi_lower = 0, win_lower = 0;
};

// One look at the runs of high bytes: double-byte charsets have even runs with typical lead bytes.
PairCounts count_pairs(std::string_view s) {
  PairCounts n;
  for (std::size_t i = 0; i < s.size();) {
    if (byte_of(s[i]) < 0x80) {
      ++i;
      continue;
    }
    std::size_t j = i;
    while (j < s.size() && byte_of(s[j]) >= 0x80) {
      const std::uint8_t b = byte_of(s[j]);
      n.c1 += b < 0xA0 ? 1 : 0;
      n.upper_half += b >= 0xC0 ? 1 : 0;
      n.koi_lower += b >= 0xC0 && b <= 0xDF ? 1 : 0;
      n.win_lower += b >= 0xE0 ? 1 : 0;
      ++j;
    }
    ++n.runs;
    n.high += j - i;
    n.odd_runs += (j - i) % 2;
    for (std::size_t k = i; k + 1 < j; k += 2) {
      const std::uint8_t lead = byte_of(s[k]);
      ++n.pairs;
      n.kana_euc += lead == 0xA4 || lead == 0xA5 ? 1 : 0;
      n.hangul += lead >= 0xB0 && lead <= 0xC8 ? 1 : 0;
      n.hanzi += lead >= 0xB0 && lead <= 0xF7 ? 1 : 0;
    }
    i = j;
  }
  return n;
}

}  // namespace

void append_utf8(std::string& out, char32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    out += kReplacement;
  } else if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string_view guess_charset(std::string_view bytes) {
  const std::string_view s = bytes.substr(0, kGuessBytes);
  if (has_iso2022_escape(s)) return "iso-2022-jp";
  if (is_valid_utf8(truncate_utf8(bytes, kGuessBytes))) return "utf-8";
  const PairCounts n = count_pairs(s);
  if (n.high < 2) return "windows-1252";
  if (looks_like_shift_jis(s)) return "shift_jis";
  const bool even = n.odd_runs * 8 <= n.runs && n.c1 == 0 && n.pairs >= 2;
  if (even && n.kana_euc * 3 >= n.pairs) return "euc-jp";
  // Cyrillic: nearly every letter is a high byte of the upper half, in runs of any length.
  const bool dense = n.high >= n.runs * 3 && n.upper_half * 10 >= n.high * 9;
  if (even && n.hangul * 10 >= n.pairs * 9) return "euc-kr";
  if (dense && n.odd_runs * 4 >= n.runs) return n.koi_lower > n.win_lower ? "koi8-r" : "windows-1251";
  if (looks_like_big5(s)) return "big5";
  if (even && n.hanzi * 10 >= n.pairs * 7) return "gb18030";
  if (dense) return n.koi_lower > n.win_lower ? "koi8-r" : "windows-1251";
  return "windows-1252";
}

Converted to_utf8(std::string_view bytes, std::string_view label) {
  Converted out = by_label(bytes, label);
  remove_nul(out);
  return out;
}

std::string_view to_utf8_view(std::string_view bytes, std::string_view label, std::string& storage) {
  const Kind kind = resolve(label).kind;
  const bool plain = kind == Kind::kUtf8 ? !bytes.starts_with("\xEF\xBB\xBF") && is_utf8(bytes)
                                         : (kind == Kind::kAscii || kind == Kind::kLatin) && is_ascii(bytes) &&
                                               (kind == Kind::kLatin || bytes.find('\x1b') == std::string_view::npos);
  if (plain && bytes.find('\0') == std::string_view::npos) return bytes;
  storage = to_utf8(bytes, label).text;
  return storage;
}

bool is_utf8(std::string_view s) {
  while (true) {
    s.remove_prefix(ascii_prefix(s));
    if (s.empty()) return true;
    std::size_t n = 0;  // one run of non-ASCII at a time
    while (n < s.size() && byte_of(s[n]) >= 0x80) ++n;
    if (!is_valid_utf8(s.substr(0, n))) return false;
    s.remove_prefix(n);
  }
}

char32_t windows_1252(unsigned char b) { return b >= 0x80 && b < 0xA0 ? kWindows1252[b - 0x80] : b; }

std::string header_to_utf8(std::string_view bytes) {
  std::string without_nul;
  if (bytes.find('\0') != std::string_view::npos) {
    without_nul.reserve(bytes.size());
    std::ranges::copy_if(bytes, std::back_inserter(without_nul), [](char c) { return c != '\0'; });
    bytes = without_nul;
  }
  if (bytes.find('\x1b') != std::string_view::npos && has_iso2022_escape(bytes))
    return to_utf8(bytes, "iso-2022-jp").text;
  if (is_utf8(bytes)) return std::string(bytes);
  return to_utf8(bytes, guess_charset(bytes)).text;
}

void warm_up_charsets() {
  for (const std::string_view label :
       {"gb18030",     "big5",         "euc-kr",       "shift_jis",    "euc-jp",       "iso-2022-jp",
        "koi8-r",      "utf-7",        "iso-8859-2",   "iso-8859-5",   "iso-8859-7",   "iso-8859-9",
        "iso-8859-15", "windows-1250", "windows-1251", "windows-1253", "windows-1255", "windows-1256",
        "tis-620",     "utf-16",       "macintosh",    "iso-2022-kr"}) {
    static_cast<void>(to_utf8("x", label));
  }
}

}  // namespace dhii::mime
