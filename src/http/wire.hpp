// Pure: the head of an answer as bytes (RFC 9112 §4). Written by hand instead of through Beast's serializer so that
// head and body leave in one write.
#pragma once
#include <chrono>
#include <string>

#include "http/message.hpp"

namespace dhii::http {

enum class Connection : std::uint8_t { kKeepAlive, kClose };

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::chrono::sys_seconds when);
// Ends with the empty line. Adds Date, Connection and Content-Length (not for event streams, 1xx, 204, 304).
std::string render_head(const Response& response, Connection connection, bool http_1_1, std::chrono::sys_seconds now);
// RFC 9112 §7.1.
std::string chunk(std::string_view data);

}  // namespace dhii::http
