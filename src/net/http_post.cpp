#include "net/http_post.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "net/deadline.hpp"
#include "net/http_response.hpp"

namespace dhii::net {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}
bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

Task<HttpReply> exchange(Dialer& dialer, HttpUrl url, std::string request, std::chrono::milliseconds limit,
                         std::string extra_ca_file) {
  DHII_CO_TRY_ASSIGN(auto stream, co_await dialer.connect(url.host, url.port, limit));
  if (url.tls)
    DHII_CO_TRY(co_await stream.start_tls({.host_name = url.host, .extra_ca_file = std::move(extra_ca_file)}, limit));
  DHII_CO_TRY(co_await stream.write_all(request, limit));
  HttpResponseReader reader(kMaxReplyBytes);
  std::vector<char> buffer(8 * 1024);
  while (!reader.complete()) {
    const auto got = co_await stream.read_some(buffer, limit);
    if (!got && got.error().is(NetError::kClosed)) {
      DHII_CO_TRY(reader.finish());
      break;
    }
    if (!got) co_return std::unexpected(got.error());
    DHII_CO_TRY(reader.feed({buffer.data(), *got}));
  }
  co_return HttpReply{reader.status(), reader.take_body()};
}

}  // namespace

std::optional<HttpUrl> HttpUrl::parse(std::string_view text) {
  HttpUrl out;
  if (text.size() > kMaxUrlBytes) return std::nullopt;
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
    out.tls = false;
    out.port = 80;
  } else {
    return std::nullopt;
  }
  const auto end = std::min(text.find_first_of("/?"), text.size());
  std::string_view place = text.substr(0, end);
  std::string_view target = text.substr(end);
  if (place.find('@') != std::string_view::npos || !is_target(target)) return std::nullopt;
  out.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  const auto bracket = place.rfind(']');
  const auto colon = place.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = place.substr(colon + 1);
    const auto [last, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc() || last != port.data() + port.size() || out.port == 0) return std::nullopt;
    place = place.substr(0, colon);
  }
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:";
  if (place.empty() || place.find_first_not_of(kHost) != std::string_view::npos) return std::nullopt;
  out.host = place;
  return out;
}

Task<HttpReply> http_post(Dialer& dialer, HttpUrl url, HttpFields fields, std::string body,
                          std::chrono::milliseconds limit, std::string extra_ca_file) {
  const bool literal = url.host.find(':') != std::string::npos;
  std::string request = "POST " + url.target + " HTTP/1.1\r\nHost: " + (literal ? "[" + url.host + "]" : url.host) +
                        (url.port == (url.tls ? 443 : 80) ? "" : ":" + std::to_string(url.port)) +
                        "\r\nUser-Agent: dhii-mail\r\nAccept: */*\r\nConnection: close\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : fields) {
    if (!is_plain(name) || !is_plain(value) || name.find(':') != std::string::npos)
      co_return fail(NetError::kWriteFailed, "a header field with control characters");
    request += name + ": " + value + "\r\n";
  }
  request += "\r\n" + body;
  co_return co_await with_deadline(
      limit, exchange(dialer, std::move(url), std::move(request), limit, std::move(extra_ca_file)));
}

}  // namespace dhii::net
