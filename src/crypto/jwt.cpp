#include "crypto/jwt.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace dhii::crypto {
namespace {

namespace json = boost::json;
constexpr std::size_t kMinSecretBytes = 32;
constexpr std::size_t kMaxClaimDepth = 4;  // ours are flat; a signed bomb would need our key, but a limit costs nothing

std::string header_of(const std::string& key_id) {
  return to_base64url(R"({"alg":"HS256","kid":")" + key_id + R"(","typ":"at+jwt"})");
}

bool is_key_id(std::string_view id) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !id.empty() && id.size() <= 64 && id.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool text_is(const json::object& o, std::string_view name, std::string_view expected) {
  const json::value* v = o.if_contains(name);
  const json::string* s = v == nullptr ? nullptr : v->if_string();
  return s != nullptr && std::string_view(*s) == expected;
}

std::optional<std::int64_t> integer(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  const std::int64_t* n = v == nullptr ? nullptr : v->if_int64();
  return n == nullptr ? std::nullopt : std::optional(*n);
}

// Ids travel as text (`sub` is a StringOrURI, RFC 7519 §4.1.2) in their shortest decimal form.
std::optional<std::int64_t> id(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  const json::string* s = v == nullptr ? nullptr : v->if_string();
  if (s == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(s->data(), s->data() + s->size(), value);
  if (error != std::errc() || end != s->data() + s->size() || value <= 0) return std::nullopt;
  return value;
}

struct Parts {
  std::string_view header, payload, signature, signed_text;
};
std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

}  // namespace

ErrorText describe(JwtError e) {
  switch (e) {
    case JwtError::kTooLong:
      return {"jwt.too_long", "The access token is too long; sign in again."};
    case JwtError::kMalformed:
      return {"jwt.malformed", "The access token is malformed; sign in again."};
    case JwtError::kForeignHeader:
      return {"jwt.foreign_header", "The access token is not one of this server's; sign in again."};
    case JwtError::kBadSignature:
      return {"jwt.bad_signature", "The access token was not signed by this server; sign in again."};
    case JwtError::kWrongIssuer:
      return {"jwt.wrong_issuer", "The access token was issued elsewhere; sign in again."};
    case JwtError::kWrongAudience:
      return {"jwt.wrong_audience", "The access token was made for another service; sign in again."};
    case JwtError::kExpired:
      return {"jwt.expired", "The access token has expired; refresh it or sign in again."};
    case JwtError::kNotYetValid:
      return {"jwt.not_yet_valid", "The access token is not valid at this time; check the clock and sign in again."};
  }
  return {"jwt.unknown", "The access token was refused; sign in again."};
}

Jwt::Jwt(std::vector<Key> keys, std::string issuer, std::string audience, const Clock& clock)
    : issuer_(std::move(issuer)), audience_(std::move(audience)), clock_(clock) {
  for (const Key& key : keys) {
    if (!is_key_id(key.id) || key.secret.size() < kMinSecretBytes)
      throw std::invalid_argument("Jwt wants key ids of [A-Za-z0-9_-] and 32-byte keys");
    keys_.push_back({header_of(key.id), HmacSha256(key.secret)});
  }
  if (keys_.empty()) throw std::invalid_argument("Jwt wants a key");
}

std::string Jwt::sign(UserId user, SessionId session, std::chrono::seconds lifetime) const {
  const std::int64_t now = to_unix_seconds(clock_.now());
  const json::object claims{{"iss", issuer_},
                            {"aud", audience_},
                            {"sub", std::to_string(user.value)},
                            {"sid", std::to_string(session.value)},
                            {"iat", now},
                            {"exp", now + std::min<std::chrono::seconds>(lifetime, kMaxTokenLifetime).count()}};
  std::string token = keys_.front().header + '.' + to_base64url(json::serialize(claims));
  const Sha256 mac = keys_.front().mac.of(token);
  token += '.';
  token += to_base64url(as_view(mac));
  return token;
}

Result<Claims> Jwt::verify(std::string_view token) const {
  if (token.size() > kMaxTokenBytes) return fail(JwtError::kTooLong);
  const auto parts = split(token);
  if (!parts) return fail(JwtError::kMalformed);
  for (const Prepared& key : keys_) {
    if (planted(Fault::kUnsignedAccepted) && parts->signature.empty()) return parse_claims(parts->payload);
    if (parts->header != key.header) continue;
    const auto signature = from_base64url(parts->signature);
    if (!signature) return fail(JwtError::kMalformed);
    if (!mac_equal(key.mac.of(parts->signed_text), as_bytes(*signature)) && !planted(Fault::kForgedAccepted))
      return fail(JwtError::kBadSignature);
    return parse_claims(parts->payload);
  }
  return fail(JwtError::kForeignHeader);
}

Result<Claims> Jwt::parse_claims(std::string_view payload) const {
  const auto text = from_base64url(payload);
  if (!text) return fail(JwtError::kMalformed);
  unsigned char buffer[4096];
  json::static_resource memory(buffer);
  boost::system::error_code error;
  json::parse_options limits;
  limits.max_depth = kMaxClaimDepth;
  json::value value;
  try {
    value = json::parse(*text, error, &memory, limits);
  } catch (const std::bad_alloc&) {  // the static buffer is full: not a token of ours
    return fail(JwtError::kMalformed);
  }
  const json::object* claims = error ? nullptr : value.if_object();
  if (claims == nullptr) return fail(JwtError::kMalformed);
  const bool checked = !planted(Fault::kClaimsIgnored);
  if (checked && !text_is(*claims, "iss", issuer_)) return fail(JwtError::kWrongIssuer);
  if (checked && !text_is(*claims, "aud", audience_)) return fail(JwtError::kWrongAudience);
  const auto user = id(*claims, "sub");
  const auto session = id(*claims, "sid");
  const auto issued = integer(*claims, "iat");
  const auto expires = integer(*claims, "exp");
  if (!user || !session || !issued || !expires) return fail(JwtError::kMalformed);
  const std::int64_t now = to_unix_seconds(clock_.now());
  if (*expires <= now && !planted(Fault::kExpiredAccepted)) return fail(JwtError::kExpired);
  if (*issued > now + kMaxClockSkew.count() || *expires - *issued > std::chrono::seconds(kMaxTokenLifetime).count())
    return fail(JwtError::kNotYetValid);
  return Claims{UserId(*user), SessionId(*session), from_unix_seconds(*issued), from_unix_seconds(*expires)};
}

}  // namespace dhii::crypto
