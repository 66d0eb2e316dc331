// The FETCH response (RFC 9051 §7.5.2) and what it shares with others. Part of codec/response_parser.
#pragma once
#include <cstdint>
#include <optional>

#include "imap/codec/cursor.hpp"
#include "imap/codec/response.hpp"

namespace dhii::imap {

// "(\Seen $Forwarded )". nullopt if malformed.
std::optional<Flags> take_flag_list(Cursor& in);
// From behind "FETCH". nullopt if malformed.
std::optional<FetchData> parse_fetch(Cursor& in, std::uint32_t sequence);

}  // namespace dhii::imap
