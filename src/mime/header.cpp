#include "mime/header.hpp"

#include <utf8proc.h>

#include <cstdlib>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/encoded_word.hpp"
#include "mime/limits.hpp"
#include "mime/message_ids.hpp"
#include "mime/unfold.hpp"

namespace dhii::mime {
namespace {

// Characters that NFC would merge into the one before: U+0300..036F, conjoining Jamo, kana voice marks, and the blocks
// with vowel signs that compose. Everything else is left alone.
bool may_need_nfc(std::string_view s) {
  for (std::size_t i = ascii_prefix(s); i < s.size(); ++i) {
    const std::uint8_t b = byte_of(s[i]);
    if (b == 0xCC || b == 0xCD) return true;
    if (b == 0xE0 || b == 0xE1) return true;
    if (b == 0xE3 && i + 2 < s.size() && byte_of(s[i + 1]) == 0x82 &&
        (byte_of(s[i + 2]) == 0x99 || byte_of(s[i + 2]) == 0x9A))
      return true;
  }
  return false;
}

struct IdScan {
  std::vector<std::string> ids;
  bool is_clean = true;  // nothing but ids, white space, commas and comments
};

void add_id(std::vector<std::string>& ids, std::string_view inner) {
  std::string id;
  for (const char c : inner.substr(0, kMaxMessageIdBytes)) {
    if (!is_space(c)) id += c;
  }
  flatten_controls(id);
  if (!id.empty()) ids.emplace_back(truncate_utf8(id, kMaxMessageIdBytes));
}

IdScan scan_ids(std::string_view s) {
  IdScan out;
  for (std::size_t pos = 0; pos < s.size() && out.ids.size() < kMaxMessageIds;) {
    const char c = s[pos];
    if (c == '<') {
      std::size_t end = s.find('>', pos + 1);
      if (end == std::string_view::npos) {
        out.is_clean = false;
        end = s.size();
      }
      std::string_view inner = s.substr(pos + 1, end - pos - 1);
      if (const std::size_t again = inner.rfind('<'); again != std::string_view::npos) inner.remove_prefix(again + 1);
      add_id(out.ids, inner);
      pos = end + 1;
    } else if (c == '(') {
      const std::size_t end = s.find(')', pos);
      pos = end == std::string_view::npos ? s.size() : end + 1;
    } else {
      if (!is_space(c) && c != ',') out.is_clean = false;
      ++pos;
    }
  }
  return out;
}

}  // namespace

std::string unfold(std::string_view raw) {
  std::string out = header_to_utf8(raw);
  bool has_controls = false;
  for (const char c : out) {
    if (byte_of(c) < 0x20) {
      has_controls = true;
      break;
    }
  }
  if (!has_controls) return out;
  std::size_t to = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char c = out[i];
    const bool line_end = c == '\r' || c == '\n';
    if (line_end && i + 1 < out.size() && is_space(out[i + 1])) continue;  // the white space after it stays
    out[to++] = line_end || c == '\t' ? ' ' : c;
  }
  out.resize(to);
  return out;
}

void flatten_controls(std::string& text) {
  for (char& c : text) {
    if (byte_of(c) < 0x20 || c == 0x7F) c = ' ';
  }
}

void to_nfc(std::string& text) {
  if (!may_need_nfc(text)) return;
  utf8proc_uint8_t* made = nullptr;
  const auto n =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (n >= 0) text.assign(reinterpret_cast<const char*>(made), static_cast<std::size_t>(n));
  std::free(made);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc's own allocation
}

std::string as_raw(std::string_view raw) {
  std::string out = header_to_utf8(raw);
  while (out.ends_with('\n') || out.ends_with('\r')) out.pop_back();
  return out;
}

std::string as_text(std::string_view raw) {
  std::string text = unfold(raw.substr(0, kMaxHeaderTextBytes));
  if (text.find("=?") != std::string::npos) text = decode_encoded_words(text);
  flatten_controls(text);
  to_nfc(text);
  const std::string_view trimmed = trim(text);
  if (trimmed.size() != text.size()) text = std::string(trimmed);
  return text;
}

std::optional<std::vector<std::string>> as_message_ids(std::string_view raw) {
  IdScan scan = scan_ids(unfold(raw));
  if (!scan.is_clean || scan.ids.empty()) return std::nullopt;
  return std::move(scan.ids);
}

std::vector<std::string> lenient_message_ids(std::string_view raw) {
  const std::string text = unfold(raw);
  IdScan scan = scan_ids(text);
  if (!scan.ids.empty()) return std::move(scan.ids);
  // Without brackets: words that look like ids, so that "In-Reply-To: Your message of Monday" gives none.
  std::vector<std::string> ids;
  for (std::size_t pos = 0; pos < text.size() && ids.size() < kMaxMessageIds;) {
    const std::size_t end = std::min(text.find_first_of(" ,;", pos), text.size());
    const std::string_view word = std::string_view(text).substr(pos, end - pos);
    const std::size_t at = word.find('@');
    if (at != std::string_view::npos && at > 0 && at + 1 < word.size() && word.find('"') == std::string_view::npos)
      add_id(ids, word);
    pos = end + 1;
  }
  return ids;
}

std::optional<std::vector<std::string>> as_urls(std::string_view raw) {
  IdScan scan = scan_ids(unfold(raw));
  if (scan.ids.empty()) return std::nullopt;
  return std::move(scan.ids);
}

bool is_header_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 &&
         std::ranges::all_of(name, [](char c) { return c > 32 && c < 127 && c != ':'; });
}

}  // namespace dhii::mime
