#include "mime/search_text.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/text.hpp"

namespace dhii::mime {
namespace {

// Plain text this short beside HTML may be an excuse ("your reader can't show this") instead of the message.
constexpr std::size_t kThinTextBytes = 256;
constexpr std::size_t kThinTextRatio = 50;
// Attached messages whose words count as words of this one: forwards and digests, not chains of forwards of digests.
constexpr int kMaxAttachedDepth = 2;
constexpr std::size_t kMaxAttachedMessages = 50;

void append_without_cr(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t cr = text.find('\r');
    if (cr == std::string_view::npos) {
      out += text;
      return;
    }
    out += text.substr(0, cr);
    if (cr + 1 < text.size() && text[cr + 1] != '\n') out += '\n';
    text.remove_prefix(cr + 1);
  }
}

void start_line(std::string& out) {
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
}

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 4 * kThinTextBytes)) {
    if (!is_space(c)) out += c;
  }
  return out;
}

class Extractor {
 public:
  Extractor(const Structure& s, bool& truncated) : s_(s), truncated_(truncated) {}

  std::string words_of(const std::vector<std::size_t>& parts) {
    std::string out;
    for (const std::size_t i : parts) append(out, s_.entities[i]);
    return out;
  }

 private:
  void append(std::string& out, const Entity& e) {
    if (e.type != "text/plain" && e.type != "text/html") return;
    if (out.size() >= kMaxIndexedBytes) {
      truncated_ = true;
      return;
    }
    std::string decoded;
    std::string_view bytes = e.body;
    if (e.transfer != Transfer::kIdentity && e.transfer != Transfer::kUnknown) {
      decoded = transfer_decode(e.body, e.transfer, kMaxIndexedPartBytes);
      bytes = decoded;
    }
    if (bytes.size() > kMaxIndexedPartBytes) {
      bytes = bytes.substr(0, kMaxIndexedPartBytes);
      truncated_ = true;
    }
    std::string converted;
    const std::string_view text = to_utf8_view(bytes, e.charset, converted);
    start_line(out);
    if (e.type == "text/html")
      out += html_to_text(text, kMaxIndexedBytes);
    else
      append_without_cr(out, text);
  }

  const Structure& s_;
  bool& truncated_;
};

BodyWords own_words(const Structure& s, const BodySelection& selection, bool& truncated) {
  Extractor extractor(s, truncated);
  std::string text = extractor.words_of(selection.text);
  std::vector<std::size_t> other_html;
  std::size_t html_bytes = 0;
  for (const std::size_t i : selection.html) {
    if (std::ranges::find(selection.text, i) != selection.text.end()) continue;
    other_html.push_back(i);
    html_bytes += s.entities[i].body.size();
  }
  const bool is_thin = text.size() < kThinTextBytes || text.size() * kThinTextRatio < html_bytes;
  if (other_html.empty() || !is_thin) return {.text = text, .preview = make_preview(text)};
  std::string html = extractor.words_of(other_html);
  if (without_space(html).find(without_space(text)) != std::string::npos)
    return {.text = html, .preview = make_preview(html)};
  std::string preview = make_preview(html.size() > 4 * text.size() ? html : text);
  start_line(text);
  return {.text = text + html, .preview = std::move(preview)};
}

bool is_attached_message(const Entity& e) {
  return (e.type == "message/rfc822" || e.type == "message/global") && !e.is_multipart;
}

BodyWords words_at_depth(const Structure& s, const BodySelection& selection, bool& truncated, int depth);

// Subject and words of one attached message.
void append_attached(BodyWords& out, const Entity& e, bool& truncated, int depth) {
  std::string decoded;
  std::string_view raw = e.body;
  if (e.transfer != Transfer::kIdentity) {
    decoded = transfer_decode(e.body, e.transfer, kMaxIndexedPartBytes);
    raw = decoded;
  }
  const Structure inner = parse_structure(raw);
  if (const FieldView* subject = inner.field(inner.entities[0], "subject")) {
    start_line(out.text);
    out.text += as_text(subject->value);
  }
  BodyWords words = words_at_depth(inner, select_bodies(inner), truncated, depth);
  start_line(out.text);
  out.text += words.text;
  if (out.preview.empty()) out.preview = std::move(words.preview);
}

BodyWords words_at_depth(const Structure& s, const BodySelection& selection, bool& truncated, int depth) {
  BodyWords out = own_words(s, selection, truncated);
  if (depth >= kMaxAttachedDepth) return out;
  std::size_t messages = 0;
  for (const std::size_t i : selection.attachments) {
    if (!is_attached_message(s.entities[i])) continue;
    if (++messages > kMaxAttachedMessages || out.text.size() >= kMaxIndexedBytes) break;
    append_attached(out, s.entities[i], truncated, depth + 1);
  }
  return out;
}

}  // namespace

BodyWords body_words(const Structure& s, const BodySelection& selection, DefectSet& defects) {
  bool truncated = false;
  BodyWords out = words_at_depth(s, selection, truncated, 0);
  if (out.text.size() > kMaxIndexedBytes) {
    out.text.resize(truncate_utf8(out.text, kMaxIndexedBytes).size());
    truncated = true;
  }
  if (truncated) defects.add(Defect::kTextTruncated);
  return out;
}

}  // namespace dhii::mime
