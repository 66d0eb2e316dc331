// HTML to text in one pass over the bytes: a tokenizer with one level of memory (the element whose content is skipped),
// no tree, no recursion, so that 60,000 nested tags cost what their bytes cost.
#include <array>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/limits.hpp"
#include "mime/text.hpp"

namespace dhii::mime {
namespace {

struct NamedEntity {
  std::string_view name;
  char32_t code_point;
};
constexpr NamedEntity kEntities[] = {
#include "mime/html_entities.inc"
};
constexpr std::size_t kMaxEntityBytes = 16;  // "thetasym;" and numbers with leading zeros

// Elements that begin on a new line, as browsers' style sheets have them.
constexpr std::array<std::string_view, 36> kBlocks = {
    "address", "article", "aside", "blockquote", "body", "br",  "center",  "dd",    "div",   "dl",     "dt", "fieldset",
    "figure",  "footer",  "form",  "h1",         "h2",   "h3",  "h4",      "h5",    "h6",    "header", "hr", "html",
    "li",      "main",    "nav",   "ol",         "p",    "pre", "section", "table", "tbody", "tr",     "ul", "caption"};
// Whose content is no text for readers. `title` stays out: it repeats the subject.
constexpr std::array<std::string_view, 11> kSkipped = {"script", "style", "head",   "title",  "template", "noscript",
                                                       "svg",    "math",  "object", "select", "textarea"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class TextWriter {
 public:
  TextWriter(std::size_t hint, std::size_t max) : max_(max) { out_.reserve(max == 0 ? hint : std::min(hint, max)); }

  void space() { space_ = true; }
  void block_break() { break_ = true; }
  bool is_full() const { return max_ != 0 && out_.size() >= max_; }

  // A stretch without white space.
  void word(std::string_view text) {
    separate();
    out_ += text;
  }
  void code_point(char32_t c) {
    if (c == 0xA0 || c == ' ' || c == '\t' || c == '\n' || c == '\r') return space();
    if (is_invisible(c) || (c < 0x20) || (c >= 0x7F && c < 0xA0)) return;
    separate();
    append_utf8(out_, c);
  }
  // Newsletters pad their preview with these.
  static bool is_invisible(char32_t c) {
    return c == 0xAD || c == 0x34F || (c >= 0x200B && c <= 0x200F) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF;
  }
  std::string take() {
    if (max_ != 0 && out_.size() > max_) out_ = std::string(truncate_utf8(out_, max_));
    return std::move(out_);
  }

 private:
  void separate() {
    if (break_ && !out_.empty())
      out_ += '\n';
    else if (space_ && !out_.empty())
      out_ += ' ';
    break_ = space_ = false;
  }
  std::string out_;
  std::size_t max_;
  bool space_ = false;
  bool break_ = false;
};

class HtmlReader {
 public:
  HtmlReader(std::string_view in, std::size_t max) : in_(in), out_(in.size() / 3 + 64, max) {}

  std::string run() {
    while (pos_ < in_.size() && !out_.is_full()) {
      const char c = in_[pos_];
      if (c == '<')
        markup();
      else if (c == '&')
        entity();
      else if (is_space(c) || c == '\f') {
        out_.space();
        ++pos_;
      } else {
        word();
      }
    }
    return out_.take();
  }

 private:
  void word() {
    const std::size_t begin = pos_;
    while (pos_ < in_.size()) {
      const char c = in_[pos_];
      if (c == '<' || c == '&' || byte_of(c) <= 0x20 || is_odd(c)) break;
      ++pos_;
    }
    if (pos_ > begin)
      out_.word(in_.substr(begin, pos_ - begin));
    else
      odd_character();
  }

  // Lead bytes of U+00A0, U+00AD, U+034F, U+200B..206F, U+FEFF, and controls: looked at one by one.
  static bool is_odd(char c) {
    const std::uint8_t b = byte_of(c);
    return b == 0xC2 || b == 0xCD || b == 0xE2 || b == 0xEF || b == 0x7F;
  }

  void odd_character() {
    const std::uint8_t b = byte_of(in_[pos_]);
    const std::size_t n = b < 0xC2 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    char32_t c = n == 1 ? b : b & (0xFFU >> (n + 1));
    for (std::size_t i = 1; i < n && pos_ + i < in_.size(); ++i) c = c << 6 | (byte_of(in_[pos_ + i]) & 0x3FU);
    out_.code_point(c);
    pos_ = std::min(pos_ + n, in_.size());
  }

  void entity() {
    const std::string_view rest = in_.substr(pos_ + 1, kMaxEntityBytes + 1);
    if (rest.starts_with('#')) return numeric_entity(rest.substr(1));
    std::size_t n = 0;
    while (n < rest.size() && (is_alpha(rest[n]) || is_digit(rest[n]))) ++n;
    const auto* found = std::ranges::lower_bound(kEntities, rest.substr(0, n), {}, &NamedEntity::name);
    if (n == 0 || found == std::end(kEntities) || found->name != rest.substr(0, n)) {
      out_.word("&");
      ++pos_;
      return;
    }
    out_.code_point(found->code_point);
    pos_ += 1 + n + (n < rest.size() && rest[n] == ';' ? 1 : 0);
  }

  void numeric_entity(std::string_view digits) {
    const bool hex = digits.starts_with('x') || digits.starts_with('X');
    std::size_t n = hex ? 1 : 0;
    char32_t value = 0;
    const std::size_t first = n;
    for (; n < digits.size(); ++n) {
      const int d = hex ? hex_digit(digits[n]) : is_digit(digits[n]) ? digits[n] - '0' : -1;
      if (d < 0) break;
      value = std::min<char32_t>(value * (hex ? 16 : 10) + static_cast<char32_t>(d), 0x110000);
    }
    if (n == first) {
      out_.word("&");
      ++pos_;
      return;
    }
    // &#150; means windows-1252 to browsers, and so to those who wrote it.
    out_.code_point(value >= 0x80 && value < 0xA0 ? windows_1252(static_cast<std::uint8_t>(value)) : value);
    pos_ += 2 + n + (n < digits.size() && digits[n] == ';' ? 1 : 0);
  }

  void markup() {
    const std::string_view rest = in_.substr(pos_);
    if (rest.starts_with("<!--")) return skip_past("-->", 4);
    if (rest.starts_with("<![CDATA[")) return skip_past("]]>", 9);
    if (rest.size() > 1 && (rest[1] == '!' || rest[1] == '?')) return skip_past(">", 2);
    const std::size_t name_at = rest.size() > 1 && rest[1] == '/' ? 2 : 1;
    if (rest.size() <= name_at || !is_alpha(rest[name_at])) {
      out_.word("<");
      ++pos_;
      return;
    }
    tag(rest, name_at);
  }

  // A comment without an end hides nothing: its opening is skipped alone.
  void skip_past(std::string_view end, std::size_t opening) {
    const bool known_missing = end.size() == 3 && (end[0] == '-' ? no_comment_end_ : no_cdata_end_);
    const std::size_t found = known_missing
                                  ? std::string_view::npos
                                  : in_.find(end, std::min(pos_ + opening - (end == "-->" ? 2 : 0), in_.size()));
    if (found == std::string_view::npos) {
      if (end == "-->") no_comment_end_ = true;
      if (end == "]]>") no_cdata_end_ = true;
      if (end == ">")
        pos_ = in_.size();
      else
        pos_ += opening;
      return;
    }
    pos_ = found + end.size();
  }

  void tag(std::string_view rest, std::size_t name_at) {
    std::array<char, 12> buffer{};
    std::size_t n = 0;
    while (name_at + n < rest.size() && (is_alpha(rest[name_at + n]) || is_digit(rest[name_at + n]))) {
      if (n < buffer.size()) buffer[n] = to_lower(rest[name_at + n]);
      ++n;
    }
    const std::string_view name(buffer.data(), std::min(n, buffer.size()));
    const std::string_view window = rest.substr(0, kMaxHtmlTagBytes);
    std::size_t end = std::string_view::npos;
    if (wasted_ < kMaxWastedBytes) {
      end = tag_end(window, name_at + n);
      if (end == std::string_view::npos && window.find('>') != std::string_view::npos) end = window.find('>') + 1;
      if (end == std::string_view::npos) wasted_ += window.size();
    }
    if (end == std::string_view::npos) {  // no tag, but text with a '<'
      out_.word("<");
      ++pos_;
      return;
    }
    pos_ += end;
    const bool closing = name_at == 2;
    if (contains(kBlocks, name))
      out_.block_break();
    else if (name == "td" || name == "th" || name == "img")
      out_.space();
    if (!closing && contains(kSkipped, name) && in_[pos_ - 2] != '/') skip_element(name);
  }

  // Bytes looked at in vain for the ends of tags; past it every '<' is text, which keeps "<a <a <a" linear.
  static constexpr std::size_t kMaxWastedBytes = 64 * kMaxHtmlTagBytes;
  std::size_t wasted_ = 0;

  // One past the '>' outside quotes. Quotes only count after '=', as in browsers.
  static std::size_t tag_end(std::string_view s, std::size_t i) {
    char last = 0;
    for (; i < s.size(); ++i) {
      const char c = s[i];
      if (c == '>') return i + 1;
      if ((c == '"' || c == '\'') && last == '=') {
        i = s.find(c, i + 1);
        if (i == std::string_view::npos) return i;
      }
      if (!is_space(c)) last = c;
    }
    return std::string_view::npos;
  }

  // To the closing tag of that name; nesting of the same name isn't counted (script, style, head don't nest). Without a
  // closing tag only the opening one is dropped: text must not vanish from the index.
  void skip_element(std::string_view name) {
    for (const std::string_view missing : missing_ends_) {
      if (missing == name) return;
    }
    std::size_t at = pos_;
    while (true) {
      at = in_.find("</", at);
      if (at == std::string_view::npos) {
        for (const std::string_view known : kSkipped) {
          if (known == name) missing_ends_.push_back(known);
        }
        return;
      }
      const std::string_view after = in_.substr(at + 2);
      if (after.size() >= name.size() && iequals(after.substr(0, name.size()), name) &&
          (after.size() == name.size() || is_space(after[name.size()]) || after[name.size()] == '>' ||
           after[name.size()] == '/')) {
        const std::size_t close = in_.find('>', at);
        pos_ = close == std::string_view::npos ? in_.size() : close + 1;
        return;
      }
      at += 2;
    }
  }

  std::string_view in_;
  std::size_t pos_ = 0;
  TextWriter out_;
  bool no_comment_end_ = false;
  bool no_cdata_end_ = false;
  std::vector<std::string_view> missing_ends_;  // so that 60,000 unclosed <style> cost one search
};

}  // namespace

std::string html_to_text(std::string_view html, std::size_t max_bytes) {
  if (is_utf8(html)) return HtmlReader(html, max_bytes).run();
  return HtmlReader(to_valid_utf8(html), max_bytes).run();
}

}  // namespace dhii::mime
