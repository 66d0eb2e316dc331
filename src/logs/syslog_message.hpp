// Pure: syslog messages (RFC 5424) and their framing on a stream (RFC 6587 §3.4.1 octet counting, which RFC 5425 §4.3
// asks for over TLS), and journald's native protocol.
#pragma once
#include <string>

#include "logs/record.hpp"

namespace dhii::logs {

// Facilities of RFC 5424 §6.2.1: security events are "authpriv" (10), the rest "daemon" (3).
std::string syslog_message(const Record& record, const Origin& origin, std::string_view body);
// "LEN SP MSG".
std::string octet_counted(std::string_view message);
// RFC 5424 §6.3.3: '"', '\' and ']' escaped.
std::string sd_value(std::string_view text);

// systemd's native protocol: fields as KEY=value, values with line breaks behind a 64-bit length.
std::string journal_entry(const Record& record, const Origin& origin);

// One line for people, with a newline; `color` for terminals.
enum class Color : std::uint8_t { kNo, kYes };
std::string text_line(const Record& record, Color color);

}  // namespace dhii::logs
