// Security events as JSON and text, the same on the command line, in exports and in the API. Pure.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "store/event_journal.hpp"

namespace dhii::security {

std::string iso_time(Timestamp when);  // RFC 3339 with milliseconds: "2026-01-01T00:00:00.000Z"
// "2026-01-01T00:00:00Z", "2026-01-01", or an age before `now`: "90s", "15m", "24h", "7d".
std::optional<Timestamp> parse_time(std::string_view text, Timestamp now);

// What happened in one sentence, with the count of repeats; nothing in it can break a line or a terminal.
std::string sentence_of(const store::EventRow& row);
boost::json::object to_json(const store::EventRow& row);
// "2026-01-01 00:00:00  warning   auth.sign_in_failed  A sign-in as ..."
std::string to_line(const store::EventRow& row);

}  // namespace dhii::security
