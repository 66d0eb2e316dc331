// Bytes in any charset to UTF-8. Never fails: what can't be converted becomes U+FFFD and is reported. Internal to
// src/mime. Thread-safe: each thread keeps its own iconv handles. glibc loads converters from disk on first use, so a
// process that is going to lose sight of /usr/lib must call warm_up_charsets() before.
#pragma once
#include <string>
#include <string_view>

namespace dhii::mime {

struct Converted {
  std::string text;      // valid UTF-8 without NUL
  bool problem = false;  // unknown charset, or bytes that don't belong to it
};

// `label` as found in mail ("UTF-8", "ks_c_5601-1987", "x-sjis", empty, wrong). Declared US-ASCII or nothing with 8-bit
// bytes or ISO-2022 escapes is guessed.
Converted to_utf8(std::string_view bytes, std::string_view label);

// The same without a copy when there is nothing to convert: the result views `bytes` or `storage`.
std::string_view to_utf8_view(std::string_view bytes, std::string_view label, std::string& storage);

// As dhii::is_valid_utf8, faster on text that is mostly ASCII.
bool is_utf8(std::string_view bytes);

char32_t windows_1252(unsigned char high_byte);  // 0x80..0xFF

// A likely charset of undeclared bytes: "utf-8", "iso-2022-jp", "gb18030", "euc-kr", "shift_jis", "euc-jp", "big5",
// "windows-1251", "koi8-r" or "windows-1252". Modest: looks at the first 4 KB.
std::string_view guess_charset(std::string_view bytes);

// Header bytes: UTF-8 stays, anything else is guessed. NUL dropped.
std::string header_to_utf8(std::string_view bytes);

void warm_up_charsets();

}  // namespace dhii::mime
