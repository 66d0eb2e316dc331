#include "webhook/url.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"

namespace dhii::webhook {
namespace {

bool is_host_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_'; }

bool is_ipv6(std::string_view s) {
  return !s.empty() && std::ranges::all_of(s, [](char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
  });
}

}  // namespace

std::optional<Url> parse_url(std::string_view text, PlainHttp plain) {
  Url out;
  if (text.size() > kMaxUrlBytes || !std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; }))
    return std::nullopt;
  if (ascii_istarts_with(text, "https://")) {
    text.remove_prefix(8);
  } else if (ascii_istarts_with(text, "http://") && plain == PlainHttp::kAllowed) {
    text.remove_prefix(7);
    out.tls = false;
    out.port = 80;
  } else {
    return std::nullopt;
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  const std::string_view rest = text.substr(end);
  if (rest.contains('#') || authority.contains('@')) return std::nullopt;
  out.authority = authority;
  out.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    out.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!is_ipv6(out.host)) return std::nullopt;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, colon);
    port = authority.substr(colon);
    if (out.host.empty() || out.host.size() > 253 || !std::ranges::all_of(out.host, is_host_char)) return std::nullopt;
  }
  if (port.empty()) return out;
  if (!port.starts_with(':') || port.size() > 6) return std::nullopt;  // "[::1]x80", ":000000080"
  port.remove_prefix(1);
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || stop != port.data() + port.size() || out.port == 0) return std::nullopt;
  return out;
}

}  // namespace dhii::webhook
