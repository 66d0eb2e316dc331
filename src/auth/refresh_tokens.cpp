#include "auth/refresh_tokens.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace dhii::auth {
namespace {

constexpr std::string_view kPrefix = "dhr1.";
constexpr std::size_t kMaxTokenBytes = 128;

template <class T>
std::optional<T> take_number(std::string_view& rest) {
  T value{};
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  const auto used = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || used == rest.size() || *end != '.') return std::nullopt;
  rest.remove_prefix(used + 1);
  return value;
}

}  // namespace

std::optional<RefreshTokens::Claimed> RefreshTokens::parse(std::string_view token) {
  if (token.size() > kMaxTokenBytes || !token.starts_with(kPrefix)) return std::nullopt;
  std::string_view rest = token.substr(kPrefix.size());
  const auto session = take_number<std::int64_t>(rest);
  if (!session || *session <= 0) return std::nullopt;
  const auto generation = take_number<std::uint32_t>(rest);
  if (!generation || rest.empty()) return std::nullopt;
  return Claimed{SessionId(*session), *generation};
}

Secret RefreshTokens::make(SessionId session, std::uint32_t generation, Timestamp created_at) const {
  std::string token = std::string(kPrefix) + std::to_string(session.value) + "." + std::to_string(generation);
  const crypto::Sha256 mac = mac_.of({token, "@", std::to_string(to_unix_ms(created_at))});
  token += "." + to_base64url(crypto::as_view(mac));
  return Secret::take(std::move(token));
}

bool RefreshTokens::is_genuine(std::string_view token, Timestamp created_at) const {
  const auto claimed = parse(token);
  return claimed && constant_time_equal(make(claimed->session, claimed->generation, created_at).reveal(), token);
}

std::string RefreshTokens::hash(std::string_view token) { return std::string(crypto::as_view(crypto::sha256(token))); }

}  // namespace dhii::auth
