// Access tokens from strangers: no crash, and never accepted unless we signed them. The second half signs the input as
// claims with our own key, so that the claims' parser is reached too.
#include <cstdlib>

#include "base/bytes.hpp"
#include "crypto/jwt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii;
  static const ManualClock clock;
  static const std::string kSecret(32, 'j');
  static const crypto::Jwt jwt = [] {
    std::vector<crypto::Jwt::Key> keys;
    keys.push_back({"k1", Secret(std::string(32, 'j'))});
    return crypto::Jwt(std::move(keys), "dhii", "dhii-api", clock);
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (jwt.verify(text)) std::abort();
  std::string token = to_base64url(R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})") + "." + to_base64url(text);
  token += "." + to_base64url(crypto::as_view(crypto::hmac_sha256(as_bytes(kSecret), token)));
  if (const auto claims = jwt.verify(token); claims && (claims->user.value <= 0 || claims->expires_at <= clock.now()))
    std::abort();
  return 0;
}
