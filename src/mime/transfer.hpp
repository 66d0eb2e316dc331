// Content-Transfer-Encoding (RFC 2045 §6), both ways, tolerant in reading and strict in writing. Internal to src/mime.
// Linear, one pass, no recursion.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dhii::mime {

enum class Transfer : unsigned char { kIdentity, kBase64, kQuotedPrintable, kUuencode, kUnknown };

Transfer parse_transfer(std::string_view header_value);

// At most `max_out` decoded bytes (a little more is possible); unknown encodings pass through. Nothing fails: bytes
// that don't belong are skipped (base64) or kept as they are (quoted-printable).
std::string transfer_decode(std::string_view encoded, Transfer how, std::size_t max_out = static_cast<std::size_t>(-1));
// How many bytes transfer_decode() would give, without making them.
std::size_t transfer_decoded_size(std::string_view encoded, Transfer how);

// RFC 2045 §6.7 and §6.8 with CRLF line ends and lines of at most 76. Quoted-printable takes text with LF or CRLF line
// ends and encodes what mail servers are known to change (trailing space, leading "From " and dots).
std::string encode_base64_lines(std::string_view bytes);
std::string encode_quoted_printable(std::string_view text);

}  // namespace dhii::mime
