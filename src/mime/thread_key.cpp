#include "mime/thread_key.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"

namespace dhii::mime {
namespace {

// Lower case, in front of ':' or '：'. From clients in many languages; "re" and "fw(d)" are RFC 5256's own.
constexpr std::string_view kReplyMarks[] = {"re",   "r",    "aw",   "antw", "antwort", "sv",   "vs",   "ref",  "rif",
                                            "res",  "odp",  "ynt",  "ats",  "απ",      "σχετ", "回复", "回覆", "答复",
                                            "答覆", "返信", "回信", "답장", "회신",    "הת",   "השב",  "رد",   "ответ",
                                            "отв",  "на",   "vá",   "bls",  "atb",     "ri",   "yan"};
constexpr std::string_view kForwardMarks[] = {"fw",         "fwd",  "wg",    "tr",          "vl",     "vb",
                                              "rv",         "enc",  "i",     "pd",          "ilt",    "vidarebefordrat",
                                              "doorst",     "fs",   "προθ",  "转发",        "轉寄",   "轉發",
                                              "転送",       "전달", "הועבר", "إعادة توجيه", "пересл", "fwd message",
                                              "továbbítás", "tov",  "trs",   "pr"};
constexpr std::size_t kMaxMarkBytes = 40;

bool is_mark(std::string_view word, const auto& marks) {
  return std::ranges::any_of(marks, [&](std::string_view m) { return ascii_iequals(word, m); });
}

std::string collapse(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (const char c : s) {
    if (is_space(c)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c;
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string_view ltrim(std::string_view s) {
  while (!s.empty() && is_space(s[0])) s.remove_prefix(1);
  return s;
}

// "[list] ", but not when nothing would remain (RFC 5256 §2.1 step 4).
bool strip_blob(std::string_view& s) {
  if (!s.starts_with('[')) return false;
  const std::size_t end = s.find_first_of("[]", 1);
  if (end == std::string_view::npos || s[end] != ']') return false;
  const std::string_view rest = ltrim(s.substr(end + 1));
  if (rest.empty()) return false;
  s = rest;
  return true;
}

// "Re:", "RE[2]:", "Re (3):", "Re^2:", "回复：".
bool strip_mark(std::string_view& s, bool& is_forward) {
  const std::size_t ascii = s.substr(0, kMaxMarkBytes).find(':');
  const std::size_t wide = s.substr(0, kMaxMarkBytes).find("：");
  const std::size_t colon = std::min(ascii, wide);
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view word = trim(s.substr(0, colon));
  const std::size_t counter = word.find_first_of("[(^*");
  if (counter != std::string_view::npos) {
    const std::string_view digits = word.substr(counter);
    if (digits.find_first_not_of("[](){}^*0123456789") != std::string_view::npos) return false;
    word = trim(word.substr(0, counter));
  }
  const bool forward = is_mark(word, kForwardMarks);
  if (!forward && !is_mark(word, kReplyMarks)) return false;
  is_forward = forward;
  s = ltrim(s.substr(colon + (colon == ascii ? 1 : 3)));
  return true;
}

bool strip_trailer(std::string_view& s) {
  s = trim(s);
  if (s.size() < 5 || !ascii_iequals(s.substr(s.size() - 5), "(fwd)")) return false;
  s.remove_suffix(5);
  return true;
}

// "[fwd: subject]"
bool strip_forward_brackets(std::string_view& s) {
  if (!s.ends_with(']')) return false;
  if (ascii_istarts_with(s, "[fwd:"))
    s.remove_prefix(5);
  else if (ascii_istarts_with(s, "[fw:"))
    s.remove_prefix(4);
  else
    return false;
  s.remove_suffix(1);
  s = trim(s);
  return true;
}

struct Stripped {
  std::string_view rest;  // without marks, with its "[list]" tags if `keep_blobs`
  bool had_mark = false;
};

Stripped strip(std::string_view s, bool keep_blobs) {
  Stripped out{.rest = trim(s)};
  bool again = true;
  while (again) {
    again = false;
    while (strip_trailer(out.rest)) again = out.had_mark = true;
    if (strip_forward_brackets(out.rest)) again = out.had_mark = true;
    bool is_forward = false;
    if (strip_mark(out.rest, is_forward)) {
      again = out.had_mark = true;
      continue;
    }
    std::string_view behind = out.rest;
    if (!strip_blob(behind)) continue;
    if (!keep_blobs) {
      out.rest = behind;
      again = true;
    } else if (strip_mark(behind, is_forward)) {  // "[list] Re: x": the mark alone can't go
      out.had_mark = true;
    }
  }
  return out;
}

std::string marked(std::string_view mark, std::string_view subject) {
  const std::string text = collapse(subject);
  const std::string_view rest = strip(text, true).rest;
  return std::string(mark) + (rest.empty() ? "" : " ") + std::string(rest);
}

}  // namespace

std::string base_subject(std::string_view decoded_subject) {
  const std::string text = collapse(decoded_subject);
  return ascii_lower(strip(text, false).rest);
}

bool has_reply_mark(std::string_view decoded_subject) {
  const std::string text = collapse(decoded_subject);
  return strip(text, false).had_mark;
}

std::string reply_subject(std::string_view decoded_subject) { return marked("Re:", decoded_subject); }
std::string forward_subject(std::string_view decoded_subject) { return marked("Fwd:", decoded_subject); }

}  // namespace dhii::mime
