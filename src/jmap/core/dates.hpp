// Date and UTCDate of RFC 8620 §1.4: RFC 3339 with capital T and Z; fractions only when they say something.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "mime/header.hpp"

namespace dhii::jmap {

std::string utc_text(Timestamp when);
// Only "Z".
std::optional<Timestamp> parse_utc_date(std::string_view text);
// Any offset.
std::optional<mime::Date> parse_date(std::string_view text);

}  // namespace dhii::jmap
