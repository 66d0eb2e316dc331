// The addresses of webhooks, from strangers: what is accepted is made of the characters that the request's lines and
// the dialer trust it to be made of (no injection into headers, no second reading of who the host is).
#include <algorithm>
#include <cstdlib>

#include "webhook/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii::webhook;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto strict = parse_url(text, PlainHttp::kRefused);
  const auto url = parse_url(text, PlainHttp::kAllowed);
  if (strict && (!strict->tls || !url)) std::abort();
  if (!url) return 0;
  const bool v6 = url->host.contains(':');
  const std::string host = v6 || url->authority.starts_with('[') ? "[" + url->host + "]" : url->host;
  const std::string_view after = std::string_view(url->authority).substr(std::min(host.size(), url->authority.size()));
  // The Host field says the host that is dialled and, if anything more, its port.
  const bool port = after.starts_with(':') && after.size() > 1 &&
                    after.find_first_not_of("0123456789", 1) == std::string_view::npos &&
                    std::stoul(std::string(after.substr(1, 9))) % 65536 == url->port;
  if (!url->authority.starts_with(host) || !(after.empty() || port) || url->port == 0 || url->host.empty())
    std::abort();
  if (!url->target.starts_with('/') || url->target.contains('#')) std::abort();
  if (!std::ranges::all_of(url->target, [](unsigned char c) { return c > 0x20 && c < 0x7f; })) std::abort();
  return 0;
}
