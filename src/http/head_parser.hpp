// Pure: the head and the framing of HTTP/1.1 requests, read strictly (RFC 9112). What two readers could understand
// differently is malformed: bare line feeds, folded lines, spaces before a colon, control characters, lengths that are
// no plain numbers. So there is nothing for a request to be smuggled in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace dhii::http {

inline constexpr std::size_t kMaxHeaderBytes = 16 * 1024;  // tokens and cookies fit many times
inline constexpr std::size_t kMaxHeaderFields = 100;       // browsers send about 20
inline constexpr std::size_t kMaxChunkLineBytes = 256;     // a chunk's size and extensions, which nobody sends
inline constexpr std::size_t kMaxTrailerBytes = 4 * 1024;  // read and dropped

enum class HeadError : std::uint8_t { kNone, kIncomplete, kMalformed, kTooLarge, kTooManyFields, kUnknownVersion };

struct Head {
  std::string method, target;
  bool http_1_1 = true;
  Headers headers;
};

// Where the head ends (behind its empty line) in bytes that begin with one; 0: not yet. `from`: how far it was looked
// before.
std::size_t end_of_head(std::string_view bytes, std::size_t from = 0);
// False when more bytes can't mend it: another protocol's first byte, or an empty line of bare line feeds.
bool may_become_head(std::string_view bytes);
// `bytes` ends with the empty line.
HeadError parse_head(std::string_view bytes, Head& out);

// How the body is delimited (RFC 9112 §6.3).
struct Framing {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kAmbiguous };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;
};
Framing framing_of(const Head& head);
bool keeps_alive(const Head& head);  // RFC 9112 §9.3

// Takes a chunked body apart.
class ChunkReader {
 public:
  enum class State : std::uint8_t { kMore, kDone, kMalformed, kTooLarge };
  // Appends to `out` what it finds in `bytes`, at most up to `limit` bytes there. `used` tells how many were taken.
  State feed(std::string_view bytes, std::size_t& used, std::string& out, std::size_t limit);

 private:
  enum class Part : std::uint8_t { kSize, kData, kDataEnd, kTrailers };
  State size_line(std::string_view line, std::size_t have, std::size_t limit);
  Part part_ = Part::kSize;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace dhii::http
