// Access tokens: JWT (RFC 7519) with HS256 only, typed "at+jwt" (RFC 9068 §2.1), checked as RFC 8725 asks. Thread-safe,
// no I/O. The token never chooses anything: its header must be, byte for byte, one that we write for a key that we
// hold, so there is no algorithm, `kid`, `jwk`, `jku` or `crit` to parse, and the claims are parsed only after the MAC
// was found right.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/mac.hpp"

namespace dhii::crypto {

inline constexpr std::size_t kMaxTokenBytes = 1024;         // ours have about 350; refused before anything is decoded
inline constexpr std::chrono::hours kMaxTokenLifetime{24};  // the guide's ceiling, whatever a token says
inline constexpr std::chrono::seconds kMaxClockSkew{60};    // `iat` this far ahead is accepted: clocks step back

enum class JwtError {
  kTooLong,
  kMalformed,      // not three base64url parts, or claims missing or of the wrong type
  kForeignHeader,  // another algorithm, type or key than ours
  kBadSignature,
  kWrongIssuer,
  kWrongAudience,
  kExpired,
  kNotYetValid,  // issued in the future, or living longer than the ceiling
};
ErrorText describe(JwtError e);

struct Claims {
  UserId user;           // sub
  SessionId session;     // sid
  Timestamp issued_at;   // iat, whole seconds
  Timestamp expires_at;  // exp
};

class Jwt {
 public:
  struct Key {
    std::string id;  // [A-Za-z0-9_-]
    Secret secret;   // >= 32 bytes (RFC 7518 §3.2)
  };
  // The first key signs; all verify (rotation). `issuer` and `audience` name this installation.
  Jwt(std::vector<Key> keys, std::string issuer, std::string audience, const Clock& clock);

  std::string sign(UserId user, SessionId session, std::chrono::seconds lifetime) const;
  Result<Claims> verify(std::string_view token) const;

 private:
  struct Prepared {
    std::string header;  // base64url, as it stands in every token of this key
    HmacSha256 mac;
  };
  Result<Claims> parse_claims(std::string_view payload) const;
  std::vector<Prepared> keys_;
  std::string issuer_, audience_;
  const Clock& clock_;
};

}  // namespace dhii::crypto
