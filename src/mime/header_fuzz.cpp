// Any bytes as a header value, in every form that RFC 8621 §4.1.2 knows; and what is built from it never breaks a line.
#include "base/bytes.hpp"
#include "mime/build.hpp"
#include "mime/header.hpp"
#include "mime/parameters.hpp"
#include "mime/thread_key.hpp"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}
void require_line(std::string_view s) {
  require(dhii::is_valid_utf8(s) && s.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii::mime;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  require(dhii::is_valid_utf8(as_raw(raw)));
  const std::string text = as_text(raw);
  require_line(text);
  require_line(base_subject(text));
  require_line(reply_subject(text));
  for (const Address& a : as_addresses(raw)) {
    require_line(a.name);
    require_line(a.email);
  }
  for (const auto& id : as_message_ids(raw).value_or(std::vector<std::string>{})) require_line(id);
  static_cast<void>(as_urls(raw));
  if (const auto date = as_date(raw)) {
    require_line(date->rfc3339());
    require(as_date(date->rfc5322()) == date);
  }
  const ParameterizedValue value(raw);
  require(dhii::is_valid_utf8(value.text("name")));
  static_cast<void>(value.plain("boundary"));

  Draft draft;
  draft.subject = text;
  draft.from = {{text, "a@example.org"}};
  draft.headers = {{"X-Raw", std::string(raw), DraftHeader::Form::kRaw}, {"X-Text", text}};
  draft.attachments = {BuildPart{.type = "image/png", .name = text}};
  dhii::SeededRandom random(1);
  if (const auto built = build(draft, random)) {
    for (std::size_t i = 0; i < built->size(); ++i) {
      if ((*built)[i] == '\n') require(i > 0 && (*built)[i - 1] == '\r');
    }
  }
  return 0;
}
