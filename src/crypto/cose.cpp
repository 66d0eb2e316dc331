#include "crypto/cose.hpp"

#include <openssl/bn.h>
#include <openssl/param_build.h>

#include <string>

#include "crypto/cbor.hpp"
#include "crypto/openssl.hpp"

namespace dhii::crypto {
namespace {

// Labels of COSE_Key (RFC 9052 §7.1) and of its kinds (RFC 9053 §7.1.1, §7.2; RFC 8230 §4).
constexpr std::int64_t kKeyType = 1, kAlgorithm = 3;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3;
constexpr std::int64_t kCurve = -1, kX = -2, kY = -3;
constexpr std::int64_t kCurveP256 = 1, kCurveEd25519 = 6;
constexpr std::int64_t kModulus = -1, kExponent = -2;

constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;
constexpr std::size_t kMaxEs256SignatureBytes = 72;  // DER of two 33-byte integers
constexpr std::size_t kMinModulusBytes = 256,
                      kMaxModulusBytes = 512;  // 2048 to 4096 bits: more costs time, less is broken
constexpr std::size_t kMaxExponentBytes = 4;

using Context = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Releases<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releases<OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::optional<std::int64_t> integer(const CborValue& key, std::int64_t label) {
  const CborValue* found = key.find(label);
  return found == nullptr ? std::nullopt : found->integer();
}
std::string_view bytes(const CborValue& key, std::int64_t label) {
  const CborValue* found = key.find(label);
  return found == nullptr ? std::string_view() : found->bytes().value_or("");
}

// Null when OpenSSL finds the values wrong (a point beside the curve).
EVP_PKEY* from_params(const char* type, OSSL_PARAM* params) {
  const Context context(must(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "EVP_PKEY_CTX_new_from_name"));
  must(EVP_PKEY_fromdata_init(context.get()) == 1, "EVP_PKEY_fromdata_init");
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  const Context check(must(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "EVP_PKEY_CTX_new_from_pkey"));
  if (EVP_PKEY_public_check_quick(check.get()) == 1) return key;
  ERR_clear_error();
  EVP_PKEY_free(key);
  return nullptr;
}

EVP_PKEY* p256(const CborValue& key) {
  const std::string_view x = bytes(key, kX);
  const std::string_view y = bytes(key, kY);
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return nullptr;
  std::string point = "\x04";  // uncompressed (SEC 1 §2.3.3)
  point.append(x).append(y);
  std::string group = "prime256v1";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                         OSSL_PARAM_construct_end()};
  return from_params("EC", params);
}

EVP_PKEY* ed25519(const CborValue& key) {
  const std::string_view x = bytes(key, kX);
  if (x.size() != kCoordinateBytes) return nullptr;
  EVP_PKEY* made = EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, data_of(x), x.size());
  if (made == nullptr) ERR_clear_error();
  return made;
}

EVP_PKEY* rsa(const CborValue& key) {
  const std::string_view n = bytes(key, kModulus);
  const std::string_view e = bytes(key, kExponent);
  if (n.size() < kMinModulusBytes || n.size() > kMaxModulusBytes || n.front() == '\0' || e.empty() ||
      e.size() > kMaxExponentBytes)
    return nullptr;
  const Number modulus(must(BN_bin2bn(data_of(n), static_cast<int>(n.size()), nullptr), "BN_bin2bn"));
  const Number exponent(must(BN_bin2bn(data_of(e), static_cast<int>(e.size()), nullptr), "BN_bin2bn"));
  if (BN_is_odd(modulus.get()) != 1 || BN_is_odd(exponent.get()) != 1 || BN_is_one(exponent.get()) == 1) return nullptr;
  const Builder builder(must(OSSL_PARAM_BLD_new(), "OSSL_PARAM_BLD_new"));
  must(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1, "OSSL_PARAM_BLD_push_BN");
  must(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1, "OSSL_PARAM_BLD_push_BN");
  const Params params(must(OSSL_PARAM_BLD_to_param(builder.get()), "OSSL_PARAM_BLD_to_param"));
  return from_params("RSA", params.get());
}

}  // namespace

ErrorText describe(CoseError e) {
  switch (e) {
    case CoseError::kMalformed:
      return {"cose.malformed", "The public key of the passkey is malformed."};
    case CoseError::kUnknownKind:
      return {"cose.unknown_kind",
              "The passkey uses an algorithm that dhii-mail does not take; use ES256, EdDSA or RS256."};
    case CoseError::kBadSignature:
      return {"cose.bad_signature", "The passkey's signature is not right."};
  }
  return {"cose.unknown", "The passkey was refused."};
}

void CoseKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<CoseKey> CoseKey::parse(std::string_view encoded) {
  const auto read = read_cbor(encoded);
  if (!read || read->used != encoded.size() || read->value.map() == nullptr) return fail(CoseError::kMalformed);
  const CborValue& key = read->value;
  const auto type = integer(key, kKeyType);
  const auto algorithm = integer(key, kAlgorithm);
  const auto curve = integer(key, kCurve);
  if (!type || !algorithm) return fail(CoseError::kMalformed);
  const auto wanted = static_cast<CoseAlgorithm>(*algorithm);
  Handle handle;
  if (*type == kEc2 && wanted == CoseAlgorithm::kEs256 && curve == kCurveP256)
    handle.reset(p256(key));
  else if (*type == kOkp && wanted == CoseAlgorithm::kEdDsa && curve == kCurveEd25519)
    handle.reset(ed25519(key));
  else if (*type == kRsa && wanted == CoseAlgorithm::kRs256)
    handle.reset(rsa(key));
  else
    return fail(CoseError::kUnknownKind);
  if (!handle) return fail(CoseError::kMalformed);
  return CoseKey(wanted, std::move(handle));
}

Result<void> CoseKey::verify(std::string_view message, std::string_view signature) const {
  const bool ed = algorithm_ == CoseAlgorithm::kEdDsa;
  const std::size_t most = ed                                    ? kEd25519SignatureBytes
                           : algorithm_ == CoseAlgorithm::kEs256 ? kMaxEs256SignatureBytes
                                                                 : kMaxModulusBytes;
  if (signature.empty() || signature.size() > most) return fail(CoseError::kBadSignature);
  const DigestContext context(must(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  must(EVP_DigestVerifyInit_ex(context.get(), nullptr, ed ? nullptr : "SHA256", nullptr, nullptr, key_.get(),
                               nullptr) == 1,
       "EVP_DigestVerifyInit_ex");
  const int right =
      EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message), message.size());
  ERR_clear_error();
  if (right != 1) return fail(CoseError::kBadSignature);
  return {};
}

}  // namespace dhii::crypto
