// Pure: the refresh cookie. "__Host-" pins it to this host, to TLS and to the whole path (RFC 6265bis §4.1.3.2); on
// plain HTTP, which is loopback only, browsers refuse that prefix, so it has another name there.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace dhii::api {

std::string_view refresh_cookie_name(const http::Request& request);
std::optional<std::string> refresh_cookie(const http::Request& request);
void set_refresh_cookie(const http::Request& request, http::Response& response, std::string_view token,
                        std::chrono::seconds lifetime);
void clear_refresh_cookie(const http::Request& request, http::Response& response);

}  // namespace dhii::api
