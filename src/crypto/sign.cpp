#include "crypto/sign.hpp"

#include "crypto/openssl.hpp"

namespace dhii::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;

using Key = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Key private_key(const Secret& seed) {
  must(seed.size() == kKeyBytes, "an Ed25519 seed of another length");
  return Key(must(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.bytes().data(), seed.size()),
                  "EVP_PKEY_new_raw_private_key"));
}

}  // namespace

std::string ed25519_sign(const Secret& seed, std::string_view message) {
  const Key key = private_key(seed);
  const DigestContext ctx(must(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  must(EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1, "EVP_DigestSignInit");
  std::string out(kSignatureBytes, '\0');
  std::size_t size = out.size();
  must(EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes(message), message.size()) ==
           1,
       "EVP_DigestSign");
  return out;
}

std::string ed25519_public_key(const Secret& seed) {
  const Key key = private_key(seed);
  std::string out(kKeyBytes, '\0');
  std::size_t size = out.size();
  must(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size) == 1,
       "EVP_PKEY_get_raw_public_key");
  return out;
}

bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != kKeyBytes || signature.size() != kSignatureBytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key), public_key.size()));
  const DigestContext ctx(must(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  const bool good =
      key && EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(ctx.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace dhii::crypto
