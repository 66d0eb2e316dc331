// SMTP replies (RFC 5321 §4.2) with enhanced status codes (RFC 3463, RFC 2034). Pure: bytes in, replies out, every size
// limited.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "smtp/errors.hpp"

namespace dhii::smtp {

inline constexpr std::size_t kMaxReplyLineBytes = 4096;  // RFC 5321 says 512; explanations with links are longer
inline constexpr std::size_t kMaxReplyLines = 256;       // EHLO answers seen hold up to 25

struct Reply {
  int code = 0;
  std::string enhanced;  // "5.1.1", empty when the server gives none
  std::string text;      // lines joined by '\n', without codes; printable valid UTF-8
  bool positive() const { return code >= 200 && code < 300; }
  bool intermediate() const { return code >= 300 && code < 400; }
  bool transient() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500; }
  std::vector<std::string_view> lines() const;
  // "550 5.1.1 User unknown", one line, for messages and logs.
  std::string describe() const;
};

class ReplyReader {
 public:
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next complete reply; nullopt: more bytes are needed; kNonsense or kTooLong: the stream is of no more use.
  Result<std::optional<Reply>> next();
  // Bytes that came and are not part of a reply taken yet.
  bool has_leftover() const { return !buffer_.empty() || lines_ > 0; }

 private:
  Result<std::optional<Reply>> take_line(std::string_view line);

  std::string buffer_;
  Reply current_;
  std::size_t lines_ = 0;
};

}  // namespace dhii::smtp
