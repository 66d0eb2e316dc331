// RAII over OpenSSL's handles, for the .cpp files of this folder. A call that only fails on a bug or without memory
// throws.
#pragma once
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace dhii::crypto {

template <auto Free>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Releases<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Releases<EVP_MAC_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Releases<EVP_KDF_CTX_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Releases<EVP_KDF_free>>;

// The call's name only: OpenSSL's error queue could name files and values.
inline void must(bool ok, const char* call) {
  if (ok) return;
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL refused ") + call);
}
template <class T>
T* must(T* handle, const char* call) {
  must(handle != nullptr, call);
  return handle;
}

}  // namespace dhii::crypto
