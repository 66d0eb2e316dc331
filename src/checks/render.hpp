// Reports as text: for people (table, markdown) and for machines (JSON, JUnit XML, SARIF 2.1.0).
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "checks/check.hpp"

namespace dhii::checks {

enum class Format : std::uint8_t { kTable, kJson, kMarkdown, kJunit, kSarif };
std::optional<Format> parse_format(std::string_view name);

std::string render(const Report& report, Format format);
boost::json::object to_json(const Report& report);
std::string iso_time(Timestamp at);         // "2026-01-31T12:00:00Z"
std::string summary(const Report& report);  // "31 passed, 1 failed, 2 warnings, 4 skipped; score 92"

}  // namespace dhii::checks
