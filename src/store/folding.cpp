#include "store/folding.hpp"

#include <utf8proc.h>

#include <atomic>
#include <cstdlib>
#include <memory>

#include "base/bytes.hpp"

namespace dhii::store {
namespace {

struct Range {
  char32_t first, last;
};
template <std::size_t N>
constexpr bool in(const Range (&ranges)[N], char32_t c) {
  for (const Range& r : ranges)
    if (c >= r.first && c <= r.last) return true;
  return false;
}

// Written without spaces between words (Han, kana, bopomofo, Thai, Lao, Myanmar, Khmer), and Hangul, whose particles
// stick to the word.
constexpr Range kPaired[] = {{0x0e01, 0x0eff}, {0x1000, 0x109f}, {0x1100, 0x11ff}, {0x1780, 0x17ff},  {0x2e80, 0x2fdf},
                             {0x3005, 0x3007}, {0x3041, 0x3096}, {0x309d, 0x309f}, {0x30a1, 0x30fa},  {0x30fc, 0x30ff},
                             {0x3105, 0x318e}, {0x31a0, 0x31bf}, {0x31f0, 0x31ff}, {0x3400, 0x4dbf},  {0x4e00, 0x9fff},
                             {0xa960, 0xa97f}, {0xac00, 0xd7ff}, {0xf900, 0xfaff}, {0x20000, 0x3fffd}};
// Their marks are vowels or voicing, not decoration: never stripped.
constexpr Range kKeepMarks[] = {{0x0900, 0x10ff}, {0x1100, 0x11ff}, {0x1780, 0x17ff}, {0x3040, 0x30ff},
                                {0x3130, 0x318f}, {0x31f0, 0x31ff}, {0xac00, 0xd7ff}, {0xff66, 0xffdc}};
constexpr Range kEmoji[] = {{0x2600, 0x27bf}, {0x1f000, 0x1faff}};

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}
bool is_word(utf8proc_category_t category) {
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

CharClass class_of(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (c == 0x640 || category == UTF8PROC_CATEGORY_CF)
    return CharClass::kIgnorable;  // Arabic tatweel only stretches a word
  if (is_mark(category)) {
    if (in(kPaired, c)) return CharClass::kIdeograph;
    return in(kKeepMarks, c) ? CharClass::kLetter : CharClass::kIgnorable;
  }
  if (in(kEmoji, c) && (category == UTF8PROC_CATEGORY_SO || category == UTF8PROC_CATEGORY_CN))
    return CharClass::kSymbol;
  if (!is_word(category)) return CharClass::kSeparator;
  return in(kPaired, c) ? CharClass::kIdeograph : CharClass::kLetter;
}

std::string map(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &out, static_cast<utf8proc_option_t>(options));
  if (size < 0) return std::string(text);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

Folded compute(char32_t c) {
  Folded folded{.kind = class_of(c)};
  if (folded.kind == CharClass::kSeparator || folded.kind == CharClass::kIgnorable) return folded;
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
  const std::string_view self(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  const int how = in(kKeepMarks, c) ? UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD
                                    : UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                          UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
  const std::string mapped = map(self, how);
  // Forms like "㈱" bring brackets along: only what belongs to words stays.
  bool first = true;
  for (std::size_t pos = 0; pos < mapped.size();) {
    const std::size_t begin = pos;
    const char32_t part = next_code_point(mapped, pos);
    const CharClass kind = class_of(part);
    if (kind == CharClass::kSeparator || kind == CharClass::kIgnorable) continue;
    if (first) folded.kind = kind;
    first = false;
    if (folded.size + (pos - begin) > folded.text.size()) break;
    mapped.copy(folded.text.data() + folded.size, pos - begin, begin);
    folded.size = static_cast<std::uint8_t>(folded.size + (pos - begin));
    if (folded.kind == CharClass::kIdeograph) break;  // pairs are made of single characters
  }
  if (folded.size == 0) folded.kind = CharClass::kIgnorable;
  return folded;
}

using Page = std::array<Folded, 256>;
std::array<std::atomic<const Page*>, 0x1100>
    g_pages{};  // filled once per block, never freed: 4 KiB each, some dozens in practice

const Page& make_page(std::size_t number) {
  auto page = std::make_unique<Page>();
  for (std::size_t i = 0; i < page->size(); ++i) (*page)[i] = compute(static_cast<char32_t>(number * 256 + i));
  const Page* expected = nullptr;
  if (g_pages[number].compare_exchange_strong(expected, page.get(), std::memory_order_acq_rel)) return *page.release();
  return *expected;
}

}  // namespace

const Folded& fold(char32_t code_point) {
  const std::size_t number = code_point >> 8U;
  if (number >= g_pages.size()) return fold(0xfffd);
  const Page* page = g_pages[number].load(std::memory_order_acquire);
  return (page != nullptr ? *page : make_page(number))[code_point & 0xffU];
}

char32_t next_code_point(std::string_view text, std::size_t& pos) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(pos);
  if (lead < 0x80) {
    ++pos;
    return lead;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || pos + length > text.size()) {
    ++pos;
    return 0xfffd;
  }
  char32_t c = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(pos + i) & 0xc0U) != 0x80) {
      ++pos;
      return 0xfffd;
    }
    c = (c << 6U) | (byte(pos + i) & 0x3fU);
  }
  pos += length;
  return c;
}

std::string fold_text(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  return map(valid, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

std::string compose_for_index(std::string_view text) {
  return map(to_valid_utf8(text), UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

}  // namespace dhii::store
