// COSE public keys (RFC 9052 §7, RFC 9053) and the signatures that authenticators make with them (WebAuthn Level 2
// §5.8.5): ES256 (P-256), EdDSA (Ed25519) and RS256 (2048 to 4096 bits), checked by OpenSSL. The algorithm is the key's
// own, never the caller's or the message's choice. Pure; thread-safe.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;

namespace dhii::crypto {

enum class CoseAlgorithm : std::int32_t { kEs256 = -7, kEdDsa = -8, kRs256 = -257 };  // IANA "COSE Algorithms"

enum class CoseError {
  kMalformed,     // no COSE_Key map, or values missing, too long, or not on the curve
  kUnknownKind,   // a key type, curve or algorithm that we don't take
  kBadSignature,  // the signature is not by this key over these bytes
};
ErrorText describe(CoseError e);

class CoseKey {
 public:
  // The whole of `bytes` must be one COSE_Key.
  static Result<CoseKey> parse(std::string_view bytes);
  CoseAlgorithm algorithm() const { return algorithm_; }
  // `signature`: ES256 as DER (WebAuthn §6.5.6), EdDSA as 64 bytes, RS256 as PKCS #1 v1.5.
  Result<void> verify(std::string_view message, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;
  CoseKey(CoseAlgorithm algorithm, Handle key) : algorithm_(algorithm), key_(std::move(key)) {}
  CoseAlgorithm algorithm_;
  Handle key_;
};

}  // namespace dhii::crypto
