// parse_response: one frame into one typed response. Pure. Liberal: what we don't know, or what is malformed inside a
// kind that we know, becomes OtherData and is skipped; only a line that can't be an IMAP response at all is an error
// (ImapError::kNonsense). Literals are moved out of the frame.
#pragma once
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "imap/codec/framer.hpp"
#include "imap/codec/response.hpp"

namespace dhii::imap {

inline constexpr std::size_t kMaxListItems =
    1000;  // capabilities, attributes, ID fields, labels, sections of one response

Result<Response> parse_response(Frame& frame);

// `17-Jul-1996 02:44:25 -0700` (RFC 9051 §9 date-time), a leading space or one digit for the day too. nullopt if
// malformed.
std::optional<Timestamp> parse_date_time(std::string_view text);
std::string print_date_time(Timestamp time);  // in UTC

// Framer and parser in one: what the client and most tests use.
class ResponseReader {
 public:
  explicit ResponseReader(FramerLimits limits = {}) : framer_(limits) {}
  Framer& framer() { return framer_; }
  // nullopt: more bytes are needed.
  Result<std::optional<Response>> next();

 private:
  Framer framer_;
};

}  // namespace dhii::imap
