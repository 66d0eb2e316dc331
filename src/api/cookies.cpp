#include "api/cookies.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace dhii::api {

std::string_view refresh_cookie_name(const http::Request& request) {
  return request.secure ? "__Host-dhii_refresh" : "dhii_refresh";
}

std::optional<std::string> refresh_cookie(const http::Request& request) {
  const std::string_view wanted = refresh_cookie_name(request);
  std::optional<std::string> out;
  for (const auto& [name, value] : request.headers) {
    if (!ascii_iequals(name, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
      if (out) return std::nullopt;  // two of that name: somebody planted one
      out = std::string(pair.substr(equals + 1));
    }
  }
  return out;
}

void set_refresh_cookie(const http::Request& request, http::Response& response, std::string_view token,
                        std::chrono::seconds lifetime) {
  std::string cookie = std::string(refresh_cookie_name(request)) + "=" + std::string(token) +
                       "; Path=/; Max-Age=" + std::to_string(lifetime.count());
  if (request.secure) cookie += "; Secure";
  cookie += "; HttpOnly; SameSite=Strict";
  response.headers.add("Set-Cookie", cookie);
  wipe(cookie);
}

void clear_refresh_cookie(const http::Request& request, http::Response& response) {
  set_refresh_cookie(request, response, "", std::chrono::seconds(0));
}

}  // namespace dhii::api
