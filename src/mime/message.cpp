#include "mime/message.hpp"

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/charset.hpp"
#include "mime/envelope.hpp"
#include "mime/search_text.hpp"
#include "mime/structure.hpp"
#include "mime/unfold.hpp"

namespace dhii::mime {
namespace {

std::vector<Header> make_headers(const Structure& s, const Entity& e) {
  std::vector<Header> out;
  out.reserve(e.field_count);
  for (std::uint32_t i = e.first_field; i < e.first_field + e.field_count; ++i) {
    out.push_back({std::string(s.fields[i].name), as_raw(s.fields[i].value)});
  }
  return out;
}

std::string text_of(const Structure& s, const Entity& e, std::string_view name) {
  const FieldView* f = s.field(e, name);
  return f == nullptr ? std::string() : as_text(f->value);
}

std::string without_brackets(std::string id) {
  const std::string_view t = trim(id);
  if (t.starts_with('<') && t.ends_with('>')) return std::string(t.substr(1, t.size() - 2));
  return std::string(t);
}

std::vector<std::string> split_languages(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t end = std::min(text.find(',', pos), text.size());
    const std::string_view tag = trim(text.substr(pos, end - pos));
    if (!tag.empty() && tag.size() <= 64 && out.size() < 32) out.emplace_back(tag);
    pos = end + 1;
  }
  return out;
}

Part make_part(const Structure& s, std::size_t index) {
  const Entity& e = s.entities[index];
  Part p;
  p.part_id = s.part_id(index);
  p.type = e.type;
  p.disposition = e.disposition;
  p.name = s.file_name(e);
  p.cid = without_brackets(text_of(s, e, "content-id"));
  p.location = text_of(s, e, "content-location");
  p.languages = split_languages(text_of(s, e, "content-language"));
  p.headers = make_headers(s, e);
  if (e.is_multipart) return p;
  p.size = transfer_decoded_size(e.body, e.transfer);
  if (e.type.starts_with("text/")) p.charset = e.charset.empty() ? "us-ascii" : e.charset;
  return p;
}

// Children after parents in `entities`, depth bounded by kMaxDepth.
Part make_tree(const Structure& s, std::size_t& cursor) {
  const std::size_t index = cursor++;
  Part part = make_part(s, index);
  part.parts.reserve(s.entities[index].child_count);
  while (cursor < s.entities.size() && s.entities[cursor].parent == static_cast<std::int32_t>(index))
    part.parts.push_back(make_tree(s, cursor));
  return part;
}

std::vector<std::string> ids_of(const Structure& s, const std::vector<std::size_t>& indices) {
  std::vector<std::string> out;
  out.reserve(indices.size());
  for (const std::size_t i : indices) out.push_back(s.part_id(i));
  return out;
}

const Part* find_in(const Part& part, std::string_view id) {
  if (!part.part_id.empty() && part.part_id == id) return &part;
  for (const Part& child : part.parts) {
    if (const Part* found = find_in(child, id)) return found;
  }
  return nullptr;
}

void crlf_to_lf(std::string& text) {
  std::size_t to = text.find('\r');
  if (to == std::string::npos) return;
  for (std::size_t i = to; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text[to++] = text[i];
  }
  text.resize(to);
}

// Not inside a tag or an entity (RFC 8621 §4.1.4 maxBodyValueBytes).
std::size_t html_cut(std::string_view text) {
  const std::size_t open = text.rfind('<');
  if (open != std::string_view::npos && text.find('>', open) == std::string_view::npos) return open;
  const std::size_t amp = text.rfind('&');
  if (amp != std::string_view::npos && text.size() - amp < 12 && text.find(';', amp) == std::string_view::npos)
    return amp;
  return text.size();
}

}  // namespace

std::string_view defect_name(Defect d) {
  switch (d) {
    case Defect::kNoHeader:
      return "no_header";
    case Defect::kBadHeaderLine:
      return "bad_header_line";
    case Defect::kHeaderTooLarge:
      return "header_too_large";
    case Defect::kTooManyParts:
      return "too_many_parts";
    case Defect::kTooDeep:
      return "too_deep";
    case Defect::kMissingBoundary:
      return "missing_boundary";
    case Defect::kUnterminated:
      return "unterminated";
    case Defect::kBadTransferEncoding:
      return "bad_transfer_encoding";
    case Defect::kTextTruncated:
      return "text_truncated";
    case Defect::kContainsNul:
      return "contains_nul";
    case Defect::kMissingDate:
      return "missing_date";
    case Defect::kMissingFrom:
      return "missing_from";
  }
  return "unknown";
}

const Part* Parsed::find(std::string_view part_id) const { return find_in(root, part_id); }

Result<Parsed> parse(std::string_view raw) {
  if (raw.size() > kMaxMessageBytes) return fail(MimeError::kMessageTooLarge);
  Structure s = parse_structure(raw);
  const BodySelection selection = select_bodies(s);
  Parsed p;
  p.envelope = make_envelope(s, s.defects);
  p.headers = make_headers(s, s.entities[0]);
  std::size_t cursor = 0;
  p.root = make_tree(s, cursor);
  p.text_body = ids_of(s, selection.text);
  p.html_body = ids_of(s, selection.html);
  p.attachments = ids_of(s, selection.attachments);
  p.has_attachment = has_real_attachment(s, selection);
  p.preview = body_words(s, selection, s.defects).preview;
  p.defects = s.defects.list();
  return p;
}

BodyReader::BodyReader(std::string_view raw) {
  if (raw.size() <= kMaxMessageBytes) structure_ = std::make_unique<const Structure>(parse_structure(raw));
}
BodyReader::BodyReader(BodyReader&&) noexcept = default;
BodyReader& BodyReader::operator=(BodyReader&&) noexcept = default;
BodyReader::~BodyReader() = default;

Result<std::string> BodyReader::decode(std::string_view part_id) const {
  if (!structure_) return fail(MimeError::kMessageTooLarge);
  const Entity* e = structure_->find_leaf(part_id);
  if (e == nullptr) return fail(MimeError::kNoSuchPart, std::string(part_id));
  return transfer_decode(e->body, e->transfer);
}

Result<BodyValue> BodyReader::value(std::string_view part_id, std::size_t max_bytes) const {
  if (!structure_) return fail(MimeError::kMessageTooLarge);
  const Entity* e = structure_->find_leaf(part_id);
  if (e == nullptr) return fail(MimeError::kNoSuchPart, std::string(part_id));
  if (!e->type.starts_with("text/")) return fail(MimeError::kNotText, e->type);
  // Four bytes at most become one in any charset (UTF-32), so that more need not be decoded.
  const std::size_t cap =
      max_bytes == 0 || max_bytes > kMaxMessageBytes ? static_cast<std::size_t>(-1) : max_bytes * 4 + 1024;
  const std::string bytes = transfer_decode(e->body, e->transfer, cap);
  Converted converted = to_utf8(bytes, e->charset);
  BodyValue out{.value = std::move(converted.text),
                .is_encoding_problem = converted.problem || e->transfer == Transfer::kUnknown};
  crlf_to_lf(out.value);
  if (max_bytes != 0 && out.value.size() > max_bytes) {
    out.is_truncated = true;
    std::size_t cut = truncate_utf8(out.value, max_bytes).size();
    if (e->type == "text/html") cut = html_cut(std::string_view(out.value).substr(0, cut));
    out.value.resize(cut);
  } else if (bytes.size() >= cap) {
    out.is_truncated = true;
  }
  return out;
}

Result<std::string> decode_part(std::string_view raw, std::string_view part_id) {
  return BodyReader(raw).decode(part_id);
}

Result<BodyValue> body_value(std::string_view raw, std::string_view part_id, std::size_t max_bytes) {
  return BodyReader(raw).value(part_id, max_bytes);
}

}  // namespace dhii::mime
