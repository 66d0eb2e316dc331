#include "audit/jwt_tools.hpp"

#include "base/bytes.hpp"
#include "crypto/mac.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;

std::optional<json::object> decoded(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  json::value value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string head_of(const TokenParts& t) {
  return to_base64url(json::serialize(t.header)) + "." + to_base64url(json::serialize(t.payload));
}

}  // namespace

std::optional<TokenParts> TokenParts::of(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto header = decoded(token.substr(0, first));
  auto payload = decoded(token.substr(first + 1, second - first - 1));
  if (!header || !payload) return std::nullopt;
  return TokenParts{std::move(*header), std::move(*payload), std::string(token.substr(second + 1))};
}

std::string TokenParts::assembled() const { return head_of(*this) + "." + signature; }

std::string TokenParts::signed_with(std::string_view key) const {
  const std::string head = head_of(*this);
  return head + "." + to_base64url(crypto::as_view(crypto::hmac_sha256(as_bytes(key), head)));
}

}  // namespace dhii::audit
