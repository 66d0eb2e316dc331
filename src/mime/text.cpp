#include "mime/text.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/limits.hpp"

namespace dhii::mime {
namespace {

bool is_ruler(std::string_view line) {
  return line.size() >= 3 && line.find_first_not_of("-=_*#~+. ") == std::string_view::npos;
}

bool starts_old_mail(std::string_view line) {
  return line.starts_with("-----") && line.size() > 10 && line.ends_with("-----");  // -----Original Message-----
}

// "On Monday someone wrote:" before a quotation.
bool is_attribution(std::string_view line, std::string_view text, std::size_t pos) {
  if (!line.ends_with(':')) return false;
  while (pos < text.size()) {
    const std::string_view next = trim(take_line(text, pos));
    if (!next.empty()) return next.starts_with('>');
  }
  return false;
}

// Collects words with single spaces up to the limit of characters.
class PreviewWriter {
 public:
  bool add_line(std::string_view line) {
    if (!out_.empty() && !line.empty()) space_ = true;
    for (const char c : line) {
      const bool is_tail = (byte_of(c) & 0xC0U) == 0x80U;
      if (chars_ >= kMaxPreviewChars && !is_tail) return false;
      if (byte_of(c) <= 0x20 || c == 0x7F) {
        space_ = !out_.empty();
        continue;
      }
      if (space_) {
        if (chars_ + 1 >= kMaxPreviewChars) return false;
        out_ += ' ';
        ++chars_;
        space_ = false;
      }
      if (!is_tail) ++chars_;
      out_ += c;
    }
    return chars_ < kMaxPreviewChars;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::size_t chars_ = 0;
  bool space_ = false;
};

enum class Filter { kOwnWords, kEverything };

std::string collect(std::string_view text, Filter filter) {
  PreviewWriter w;
  for (std::size_t pos = 0; pos < text.size();) {
    std::string_view line = take_line(text, pos);
    if (filter == Filter::kOwnWords) {
      if (line == "-- " || starts_old_mail(trim(line))) break;
      const std::string_view words = trim(line);
      if (words.starts_with('>') || is_ruler(words) || is_attribution(words, text, pos)) continue;
    }
    if (!w.add_line(line)) break;
  }
  return w.take();
}

}  // namespace

std::string make_preview(std::string_view text) {
  std::string out = collect(text, Filter::kOwnWords);
  return out.empty() ? collect(text, Filter::kEverything) : out;
}

std::string unflow(std::string_view text, bool delsp) {
  std::string out;
  out.reserve(text.size());
  std::size_t open_depth = 0;
  bool is_open = false;  // the last line was flowed: the next one of the same depth continues it
  for (std::size_t pos = 0; pos < text.size();) {
    std::string_view line = take_line(text, pos);
    std::size_t depth = 0;
    while (depth < line.size() && line[depth] == '>') ++depth;
    std::string_view content = line.substr(depth);
    if (content.starts_with(' ')) content.remove_prefix(1);  // stuffing, RFC 3676 §4.4
    const bool is_signature = content == "-- ";
    const bool joins = is_open && depth == open_depth && !is_signature;
    if (!joins) {
      if (!out.empty() && !out.ends_with('\n')) out += '\n';
      out.append(depth, '>');
      if (depth > 0 && !content.empty()) out += ' ';
    }
    is_open = content.ends_with(' ') && !is_signature;
    open_depth = depth;
    if (is_open && delsp) content.remove_suffix(1);
    out += content;
    if (!is_open) out += '\n';
  }
  return out;
}

}  // namespace dhii::mime
