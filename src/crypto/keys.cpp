#include "crypto/keys.hpp"

#include "crypto/openssl.hpp"

namespace dhii::crypto {
namespace {

OSSL_PARAM octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data() == nullptr ? "" : bytes.data()),
                                           bytes.size());
}

Secret derive(const char* algorithm, const OSSL_PARAM* params, std::size_t length) {
  const Kdf kdf(must(EVP_KDF_fetch(nullptr, algorithm, nullptr), "EVP_KDF_fetch"));
  const KdfContext ctx(must(EVP_KDF_CTX_new(kdf.get()), "EVP_KDF_CTX_new"));
  std::string out(length, '\0');
  must(EVP_KDF_derive(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), length, params) == 1, "EVP_KDF_derive");
  return Secret::take(std::move(out));
}

}  // namespace

Secret scrypt(const Secret& passphrase, std::string_view salt, ScryptCost cost, std::size_t length) {
  // OpenSSL's own ceiling is 32 MiB; what the cost needs, and a little for its bookkeeping.
  std::uint64_t max_memory = 128ULL * cost.r * (cost.n + cost.p + 2) + (1U << 20);
  const OSSL_PARAM params[] = {octets(OSSL_KDF_PARAM_PASSWORD, passphrase.reveal()),
                               octets(OSSL_KDF_PARAM_SALT, salt),
                               OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &cost.n),
                               OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &cost.r),
                               OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &cost.p),
                               OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &max_memory),
                               OSSL_PARAM_construct_end()};
  return derive("SCRYPT", params, length);
}

Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view info, std::size_t length) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               octets(OSSL_KDF_PARAM_KEY, key.reveal()), octets(OSSL_KDF_PARAM_SALT, salt),
                               octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  return derive("HKDF", params, length);
}

}  // namespace dhii::crypto
