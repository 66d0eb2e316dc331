// The one pass that sync makes over each new message. Attachments are stepped over, never decoded.
#include <unordered_set>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/envelope.hpp"
#include "mime/search_text.hpp"
#include "mime/structure.hpp"
#include "mime/text.hpp"

namespace dhii::mime {
namespace {

// Plain text this short beside HTML is an excuse ("your reader can't show this"), not the message.
constexpr std::size_t kThinTextBytes = 256;
constexpr std::size_t kThinTextRatio = 50;

std::string people(const std::vector<Address>& list) {
  std::string out;
  for (const Address& a : list) {
    if (out.size() > kMaxIndexedListBytes) break;
    if (!out.empty()) out += ", ";
    out += a.name;
    if (!a.name.empty() && !a.email.empty()) out += ' ';
    out += a.email;
  }
  return out;
}

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

class BodyText {
 public:
  explicit BodyText(const Structure& s) : s_(s) {}

  void add(std::size_t index) {
    const Entity& e = s_.entities[index];
    if (e.type != "text/plain" && e.type != "text/html") return;
    if (out_.size() >= kMaxIndexedBytes || !seen_.insert(index).second) {
      truncated_ = truncated_ || out_.size() >= kMaxIndexedBytes;
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
    if (!out_.empty() && !out_.ends_with('\n')) out_ += '\n';
    if (e.type == "text/html")
      out_ += html_to_text(text, kMaxIndexedBytes);
    else
      append_without_cr(out_, text);
  }

  std::size_t size() const { return out_.size(); }
  bool is_truncated() const { return truncated_; }
  std::string take() {
    if (out_.size() > kMaxIndexedBytes) {
      out_.resize(truncate_utf8(out_, kMaxIndexedBytes).size());
      truncated_ = true;
    }
    return std::move(out_);
  }

 private:
  const Structure& s_;
  std::string out_;
  std::unordered_set<std::size_t> seen_;
  bool truncated_ = false;
};

std::string attachment_names(const Structure& s, const BodySelection& selection) {
  std::string out;
  const auto add = [&](std::size_t index) {
    if (out.size() > kMaxIndexedListBytes) return;
    const std::string name = s.file_name(s.entities[index]);
    if (name.empty()) return;
    if (!out.empty()) out += '\n';
    out += name;
  };
  for (const std::size_t i : selection.attachments) add(i);
  for (const std::size_t i : selection.text) {
    if (!s.entities[i].type.starts_with("text/")) add(i);
  }
  return out;
}

void fill_people(SearchText& search, const Envelope& e) {
  search.subject = e.subject;
  search.from = people(e.from);
  search.to = people(e.to);
  search.cc = people(e.cc);
  search.bcc = people(e.bcc);
}

}  // namespace

std::string search_body(const Structure& s, const BodySelection& selection, DefectSet& defects) {
  BodyText body(s);
  for (const std::size_t i : selection.text) body.add(i);
  std::size_t html_bytes = 0;
  for (const std::size_t i : selection.html) html_bytes += s.entities[i].body.size();
  if (body.size() < kThinTextBytes || body.size() * kThinTextRatio < html_bytes) {
    for (const std::size_t i : selection.html) body.add(i);
  }
  std::string out = body.take();
  if (body.is_truncated()) defects.add(Defect::kTextTruncated);
  return out;
}

Result<Digest> digest(std::string_view raw) {
  if (raw.size() > kMaxMessageBytes) return fail(MimeError::kMessageTooLarge);
  Structure s = parse_structure(raw);
  const BodySelection selection = select_bodies(s);
  Digest d;
  d.size = raw.size();
  d.envelope = make_envelope(s, s.defects);
  d.thread = make_thread_key(d.envelope);
  fill_people(d.search, d.envelope);
  d.search.body = search_body(s, selection, s.defects);
  d.search.attachment_names = attachment_names(s, selection);
  d.preview = make_preview(d.search.body);
  d.has_attachment = has_real_attachment(s, selection);
  d.defects = s.defects.list();
  return d;
}

Result<Digest> digest_header(std::string_view raw_header) {
  Structure s = parse_header_block(raw_header);
  Digest d;
  d.size = raw_header.size();
  d.envelope = make_envelope(s, s.defects);
  d.thread = make_thread_key(d.envelope);
  fill_people(d.search, d.envelope);
  d.defects = s.defects.list();
  return d;
}

}  // namespace dhii::mime
