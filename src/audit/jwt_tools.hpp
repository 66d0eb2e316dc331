// Access tokens taken apart and put together wrongly, as an attacker does. Pure.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dhii::audit {

struct TokenParts {
  boost::json::object header, payload;
  std::string signature;  // as it stands, base64url
  static std::optional<TokenParts> of(std::string_view token);
  // With the signature that it has.
  std::string assembled() const;
  // HMAC-SHA-256 under `key` over the present header and payload.
  std::string signed_with(std::string_view key) const;
};

}  // namespace dhii::audit
