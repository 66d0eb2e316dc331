// The one pass that sync makes over each new message. Attachments are stepped over, never decoded.
#include "mime/envelope.hpp"
#include "mime/search_text.hpp"
#include "mime/structure.hpp"

namespace dhii::mime {
namespace {

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

Result<Digest> digest(std::string_view raw) {
  if (raw.size() > kMaxMessageBytes) return fail(MimeError::kMessageTooLarge);
  Structure s = parse_structure(raw);
  const BodySelection selection = select_bodies(s);
  Digest d;
  d.size = raw.size();
  d.envelope = make_envelope(s, s.defects);
  d.thread = make_thread_key(d.envelope);
  fill_people(d.search, d.envelope);
  BodyWords words = body_words(s, selection, s.defects);
  d.search.body = std::move(words.text);
  d.preview = std::move(words.preview);
  d.search.attachment_names = attachment_names(s, selection);
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
