#include "crypto/digest.hpp"

#include "crypto/openssl.hpp"

namespace dhii::crypto {

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(must(EVP_MD_CTX_new(), "EVP_MD_CTX_new")) {
  must(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) == 1, "EVP_DigestInit");
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(std::string_view bytes) {
  must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

Sha256 Sha256Stream::finish() {
  Sha256 out{};
  unsigned size = 0;
  must(EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1 && size == out.size(), "EVP_DigestFinal");
  return out;
}

}  // namespace dhii::crypto
