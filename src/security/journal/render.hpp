// Security events as JSON and text, the same on the command line, in exports and in the API. Pure.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/event_journal.hpp"

namespace dhii::security {

std::string iso_time(Timestamp when);  // RFC 3339 with milliseconds: "2026-01-01T00:00:00.000Z"
// "2026-01-01T00:00:00Z", "2026-01-01", or an age before `now`: "90s", "15m", "24h", "7d".
std::optional<Timestamp> parse_time(std::string_view text, Timestamp now);

// What happened in one sentence, with the count of repeats; nothing in it can break a line or a terminal.
std::string sentence_of(const store::EventRow& row);
// The words of a search, folded; at most kMaxWords. `text` comes from a person.
std::vector<std::string> words_of(std::string_view text);
inline constexpr std::size_t kMaxWords = 10;
// Each word stands in what is shown of the event, in any order and case. Nothing else is looked at.
bool has_words(const store::EventRow& row, std::span<const std::string> words);
boost::json::object to_json(const store::EventRow& row);
// "2026-01-01 00:00:00  warning   auth.sign_in_failed  A sign-in as ..."
std::string to_line(const store::EventRow& row);

}  // namespace dhii::security
