// Pure: the address of a webhook's receiver, taken apart and judged. https only; plain http where outgoing connections
// to this machine or private networks were allowed by the administrator. No user, no fragment, no control character.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dhii::webhook {

inline constexpr std::size_t kMaxUrlBytes = 500;

enum class PlainHttp : std::uint8_t { kRefused, kAllowed };

struct Url {
  bool tls = true;
  std::string host;  // without brackets
  std::uint16_t port = 443;
  std::string target;     // "/hook?x=1"
  std::string authority;  // for the Host field
};
std::optional<Url> parse_url(std::string_view text, PlainHttp plain);

}  // namespace dhii::webhook
