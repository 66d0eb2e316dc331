#include <cstdint>

#include "base/bytes.hpp"
#include "smtp/codec/extensions.hpp"
#include "smtp/codec/reply.hpp"

// Any bytes: no crash, every reply within its limits and printable, and the same however the bytes are split.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii::smtp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto collect = [text](std::size_t piece) {
    ReplyReader reader;
    std::string seen;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      reader.feed(text.substr(at, piece));
      for (;;) {
        const auto reply = reader.next();
        if (!reply) return seen + "|" + std::string(reply.error().id());
        if (!*reply) break;
        const auto words = (*reply)->describe();
        if (!dhii::is_valid_utf8(words) || words.find_first_of("\r\n\x1b") != std::string::npos) __builtin_trap();
        if ((*reply)->lines().size() > kMaxReplyLines) __builtin_trap();
        (void)parse_extensions(**reply);
        seen += words + "\n";
      }
    }
    return seen;
  };
  if (collect(text.size() + 1) != collect(1)) __builtin_trap();
  return 0;
}
