// Reports as text: for people, programs, code scanners (SARIF 2.1.0), test runners (JUnit) and browsers. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "audit/findings.hpp"

namespace dhii::audit {

enum class Format : std::uint8_t { kTable, kJson, kSarif, kHtml, kJunit };
std::optional<Format> parse_format(std::string_view name);
std::string render(const Report& report, Format format);

// "46 endpoints, 46 secure, 100/100 average", for logs, events and the web app.
std::string summary_line(const Report& report);
// Without the evidence of passed probes: what is stored.
std::string stored_json(const Report& report);

}  // namespace dhii::audit
