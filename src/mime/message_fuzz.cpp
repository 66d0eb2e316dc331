// Any bytes as a message: no crash, and what comes out is clean text.
#include "base/bytes.hpp"
#include "mime/build.hpp"
#include "mime/message.hpp"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}
void require_clean(std::string_view s) { require(dhii::is_valid_utf8(s) && s.find('\0') == std::string_view::npos); }

void visit(const dhii::mime::Part& part, std::string_view raw, int& left) {
  require_clean(part.name);
  for (const auto& child : part.parts) visit(child, raw, left);
  if (part.part_id.empty() || left-- <= 0) return;
  const auto bytes = dhii::mime::decode_part(raw, part.part_id);
  require(bytes && bytes->size() == part.size);
  if (!part.type.starts_with("text/")) return;
  const auto value = dhii::mime::body_value(raw, part.part_id, 64);
  require(value.has_value());
  require_clean(value->value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto digest = dhii::mime::digest(raw);
  const auto parsed = dhii::mime::parse(raw);
  require(digest && parsed);
  require_clean(digest->search.body);
  require_clean(digest->envelope.subject);
  require_clean(digest->preview);
  require(digest->preview == parsed->preview && digest->defects == parsed->defects);
  int left = 20;
  visit(parsed->root, raw, left);
  static_cast<void>(dhii::mime::strip_bcc(raw));
  static_cast<void>(dhii::mime::digest_header(raw));
  return 0;
}
