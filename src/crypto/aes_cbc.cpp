#include "crypto/aes_cbc.hpp"

#include <limits>

#include "base/secret.hpp"
#include "crypto/openssl.hpp"

namespace dhii::crypto {
namespace {

EVP_CIPHER* cipher() {
  static EVP_CIPHER* const c = must(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr), "EVP_CIPHER_fetch(AES-256-CBC)");
  return c;
}

// One context a thread, used again: sealing a mailbox makes a hundred thousand of them. Wiped after each use.
EVP_CIPHER_CTX* thread_context() {
  thread_local const CipherContext ctx(must(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
  return ctx.get();
}
struct ResetAfterUse {
  EVP_CIPHER_CTX* ctx;
  ~ResetAfterUse() { EVP_CIPHER_CTX_reset(ctx); }
};

const unsigned char* data(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* data(std::string& s, std::size_t at) { return reinterpret_cast<unsigned char*>(s.data() + at); }

void check_sizes(std::span<const std::uint8_t> key, std::string_view iv, std::size_t text) {
  must(key.size() == kAes256KeyBytes && iv.size() == kAesBlockBytes, "a key or IV of the wrong size");
  must(text < static_cast<std::size_t>(std::numeric_limits<int>::max()) - kAesBlockBytes, "a text over 2 GiB");
}

}  // namespace

void aes256_cbc_encrypt(std::span<const std::uint8_t> key, std::string_view iv, std::string_view plaintext,
                        std::string& out) {
  check_sizes(key, iv, plaintext.size());
  const ResetAfterUse use{thread_context()};
  must(EVP_EncryptInit_ex2(use.ctx, cipher(), key.data(), data(iv), nullptr) == 1, "EVP_EncryptInit_ex2");
  const std::size_t start = out.size();
  out.resize(start + plaintext.size() + kAesBlockBytes);
  int written = 0;
  must(EVP_EncryptUpdate(use.ctx, data(out, start), &written, data(plaintext), static_cast<int>(plaintext.size())) == 1,
       "EVP_EncryptUpdate");
  int last = 0;
  must(EVP_EncryptFinal_ex(use.ctx, data(out, start + static_cast<std::size_t>(written)), &last) == 1,
       "EVP_EncryptFinal_ex");
  out.resize(start + static_cast<std::size_t>(written + last));
}

std::optional<std::string> aes256_cbc_decrypt(std::span<const std::uint8_t> key, std::string_view iv,
                                              std::string_view ciphertext) {
  check_sizes(key, iv, ciphertext.size());
  const ResetAfterUse use{thread_context()};
  must(EVP_DecryptInit_ex2(use.ctx, cipher(), key.data(), data(iv), nullptr) == 1, "EVP_DecryptInit_ex2");
  std::string out(ciphertext.size() + kAesBlockBytes, '\0');
  int written = 0;
  int last = 0;
  const bool ok =
      EVP_DecryptUpdate(use.ctx, data(out, 0), &written, data(ciphertext), static_cast<int>(ciphertext.size())) == 1 &&
      EVP_DecryptFinal_ex(use.ctx, data(out, static_cast<std::size_t>(written)), &last) == 1;
  if (!ok) {
    ERR_clear_error();
    wipe(out);
    return std::nullopt;
  }
  out.resize(static_cast<std::size_t>(written + last));
  return out;
}

}  // namespace dhii::crypto
