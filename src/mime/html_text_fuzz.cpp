// Any bytes as HTML, as text for a preview and as flowed text.
#include "base/bytes.hpp"
#include "mime/build.hpp"
#include "mime/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const std::string text = dhii::mime::html_to_text(raw);
  if (!dhii::is_valid_utf8(text) || text.find('\0') != std::string::npos) std::abort();
  if (!dhii::is_valid_utf8(dhii::mime::html_to_text(raw, 50))) std::abort();
  if (!dhii::is_valid_utf8(dhii::mime::make_preview(text))) std::abort();
  static_cast<void>(dhii::mime::unflow(raw, true));
  if (!dhii::is_valid_utf8(dhii::mime::to_flowed(raw))) std::abort();
  return 0;
}
