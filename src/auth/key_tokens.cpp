#include "auth/key_tokens.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::auth {
namespace {

constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";  // without i, l, o, 0, 1
constexpr unsigned kFairBytes =
    256 / kAlphabet.size() * kAlphabet.size();  // larger ones would favour the first letters
constexpr std::size_t kApiKeyCharacters = 43;   // 32 bytes in base64url
constexpr std::size_t kGroup = 4;
constexpr std::size_t kMaxBasicBytes = 1024;  // a login, a colon and a password, in base64

std::string random_letters(Random& random, std::size_t count) {
  std::string out;
  while (out.size() < count) {
    std::string bytes = random.raw(count);
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < kFairBytes && out.size() < count) out += kAlphabet[byte % kAlphabet.size()];
    }
    wipe(bytes);
  }
  return out;
}

}  // namespace

Secret make_api_key(Random& random) { return Secret::take(std::string(kApiKeyPrefix) + random.token(kApiKeyBytes)); }

Secret make_app_password(Random& random) {
  std::string letters = random_letters(random, kAppPasswordCharacters);
  std::string out;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i > 0 && i % kGroup == 0) out += '-';
    out += letters[i];
  }
  wipe(letters);
  return Secret::take(std::move(out));
}

std::optional<std::string> normal_api_key(std::string_view text) {
  if (!text.starts_with(kApiKeyPrefix) || text.size() != kApiKeyPrefix.size() + kApiKeyCharacters) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> normal_app_password(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (kAlphabet.find(lower) == std::string_view::npos || out.size() == kAppPasswordCharacters) return std::nullopt;
    out += lower;
  }
  if (out.size() != kAppPasswordCharacters) return std::nullopt;
  return out;
}

std::string key_hint(std::string_view key) {
  const std::size_t prefix = key.starts_with(kApiKeyPrefix) ? kApiKeyPrefix.size() : 0;
  return std::string(key.substr(0, prefix + kGroup));
}

std::optional<BasicCredentials> parse_basic(std::string_view base64) {
  if (base64.size() > kMaxBasicBytes) return std::nullopt;
  auto text = from_base64(base64);
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  if (colon == std::string::npos || colon == 0 || !is_valid_utf8(*text)) {
    wipe(*text);
    return std::nullopt;
  }
  BasicCredentials out{text->substr(0, colon), Secret(std::string_view(*text).substr(colon + 1))};
  wipe(*text);
  return out;
}

}  // namespace dhii::auth
