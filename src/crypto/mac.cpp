#include "crypto/mac.hpp"

#include "crypto/openssl.hpp"

namespace dhii::crypto {
namespace {

// Fetched once and kept for the life of the process: a fetch takes a lock and walks the providers.
EVP_MAC* hmac() {
  static EVP_MAC* const mac = must(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "EVP_MAC_fetch(HMAC)");
  return mac;
}
EVP_MD* sha256_md() {
  static EVP_MD* const md = must(EVP_MD_fetch(nullptr, "SHA256", nullptr), "EVP_MD_fetch(SHA256)");
  return md;
}

MacContext keyed_context(std::span<const std::uint8_t> key, const char* digest) {
  MacContext ctx(must(EVP_MAC_CTX_new(hmac()), "EVP_MAC_CTX_new"));
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
                               OSSL_PARAM_construct_end()};
  // A null key pointer would mean "keep the key set before".
  static constexpr std::uint8_t kNoByte = 0;
  must(EVP_MAC_init(ctx.get(), key.empty() ? &kNoByte : key.data(), key.size(), params) == 1, "EVP_MAC_init");
  return ctx;
}

void update(EVP_MAC_CTX* ctx, std::string_view data) {
  must(EVP_MAC_update(ctx, reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1, "EVP_MAC_update");
}

template <std::size_t N>
std::array<std::uint8_t, N> finish(EVP_MAC_CTX* ctx) {
  std::array<std::uint8_t, N> out{};
  std::size_t size = 0;
  must(EVP_MAC_final(ctx, out.data(), &size, out.size()) == 1 && size == N, "EVP_MAC_final");
  return out;
}

}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 out{};
  unsigned size = 0;
  must(EVP_Digest(data.data(), data.size(), out.data(), &size, sha256_md(), nullptr) == 1 && size == out.size(),
       "EVP_Digest");
  return out;
}

Sha1 hmac_sha1(std::span<const std::uint8_t> key, std::string_view data) {
  const MacContext ctx = keyed_context(key, "SHA1");
  update(ctx.get(), data);
  return finish<20>(ctx.get());
}

Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::string_view data) {
  const MacContext ctx = keyed_context(key, "SHA256");
  update(ctx.get(), data);
  return finish<32>(ctx.get());
}

Sha384 hmac_sha384(std::span<const std::uint8_t> key, std::string_view data) {
  const MacContext ctx = keyed_context(key, "SHA384");
  update(ctx.get(), data);
  return finish<48>(ctx.get());
}

bool mac_equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

HmacSha256::HmacSha256(std::span<const std::uint8_t> key) : keyed_(keyed_context(key, "SHA256").release()) {}
HmacSha256::~HmacSha256() = default;
void HmacSha256::Free::operator()(evp_mac_ctx_st* ctx) const { EVP_MAC_CTX_free(ctx); }

Sha256 HmacSha256::of(std::initializer_list<std::string_view> parts) const {
  const MacContext ctx(must(EVP_MAC_CTX_dup(keyed_.get()), "EVP_MAC_CTX_dup"));
  for (const std::string_view part : parts) update(ctx.get(), part);
  return finish<32>(ctx.get());
}

}  // namespace dhii::crypto
