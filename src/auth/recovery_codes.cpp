#include "auth/recovery_codes.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::auth::recovery {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's base 32: no i, l, o, u
constexpr std::size_t kCharacters = 12, kGroup = 4;
constexpr std::size_t kMaxEntered = 64;

}  // namespace

std::string make_code(Random& random) {
  const std::string bytes = random.raw(kCharacters);
  std::string out;
  for (std::size_t i = 0; i < kCharacters; ++i) {
    if (i > 0 && i % kGroup == 0) out += '-';
    out += kAlphabet[static_cast<unsigned char>(bytes[i]) % kAlphabet.size()];  // 256 is a multiple of 32: no bias
  }
  return out;
}

std::string normalised(std::string_view entered) {
  std::string out;
  for (const char c : ascii_lower(entered.substr(0, kMaxEntered))) {
    if (c == 'i' || c == 'l')
      out += '1';
    else if (c == 'o')
      out += '0';
    else if (kAlphabet.find(c) != std::string_view::npos)
      out += c;
    else if (c != '-' && c != ' ')
      return {};
  }
  return out.size() == kCharacters ? out : std::string();
}

std::string hash(const crypto::HmacSha256& key, UserId user, std::string_view entered) {
  const crypto::Sha256 mac = key.of({std::to_string(user.value), ":", normalised(entered)});
  return std::string(crypto::as_view(mac));
}

}  // namespace dhii::auth::recovery
