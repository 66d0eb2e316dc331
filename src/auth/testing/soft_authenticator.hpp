// A passkey in software, for tests: makes attestation objects and assertions as an authenticator and a browser would,
// signed by OpenSSL with ES256, EdDSA or RS256. Every part can be bent before it is signed.
#pragma once
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

#include "auth/webauthn.hpp"
#include "base/bytes.hpp"
#include "crypto/cose.hpp"
#include "crypto/mac.hpp"

namespace dhii::auth::fake {

// Just enough CBOR to write what authenticators write.
namespace cbor {
inline std::string head(unsigned major, std::uint64_t n) {
  std::string out;
  const auto first = static_cast<char>(major << 5U);
  if (n < 24) return {static_cast<char>(first | static_cast<char>(n))};
  const int size = n < 0x100 ? 1 : n < 0x10000 ? 2 : 4;
  out += static_cast<char>(first | static_cast<char>(size == 1 ? 24 : size == 2 ? 25 : 26));
  for (int i = size - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i) & 0xFFU);
  return out;
}
inline std::string integer(std::int64_t n) {
  return n < 0 ? head(1, static_cast<std::uint64_t>(-1 - n)) : head(0, static_cast<std::uint64_t>(n));
}
inline std::string bytes(std::string_view b) { return head(2, b.size()) + std::string(b); }
inline std::string text(std::string_view t) { return head(3, t.size()) + std::string(t); }
inline std::string map(std::size_t pairs) { return head(5, pairs); }
}  // namespace cbor

class SoftAuthenticator {
 public:
  explicit SoftAuthenticator(crypto::CoseAlgorithm algorithm = crypto::CoseAlgorithm::kEs256) : algorithm_(algorithm) {
    EVP_PKEY* made = algorithm == crypto::CoseAlgorithm::kEs256 ? EVP_EC_gen("P-256")
                     : algorithm == crypto::CoseAlgorithm::kEdDsa
                         ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
    key_.reset(made);
    credential_id = "credential-" + std::to_string(reinterpret_cast<std::uintptr_t>(made));
  }

  std::string credential_id, user_handle;
  std::uint32_t sign_count = 1;
  std::uint8_t flags = 0x05;  // user present, user verified
  std::string rp_id = "localhost", origin = "http://localhost:8080";
  std::string extra_client_data;  // ',"crossOrigin":true'
  std::string format = "none";

  std::string cose_key() const {
    using namespace cbor;
    switch (algorithm_) {
      case crypto::CoseAlgorithm::kEs256: {
        const std::string point = octets("pub");
        return map(5) + integer(1) + integer(2) + integer(3) + integer(-7) + integer(-1) + integer(1) + integer(-2) +
               bytes(point.substr(1, 32)) + integer(-3) + bytes(point.substr(33, 32));
      }
      case crypto::CoseAlgorithm::kEdDsa:
        return map(4) + integer(1) + integer(1) + integer(3) + integer(-8) + integer(-1) + integer(6) + integer(-2) +
               bytes(octets("pub"));
      case crypto::CoseAlgorithm::kRs256:
        return map(4) + integer(1) + integer(3) + integer(3) + integer(-257) + integer(-1) + bytes(number("n")) +
               integer(-2) + bytes(number("e"));
    }
    return {};
  }

  std::string client_data(std::string_view type, std::string_view challenge) const {
    return R"({"type":")" + std::string(type) + R"(","challenge":")" + to_base64url(challenge) + R"(","origin":")" +
           origin + "\"" + extra_client_data + "}";
  }

  std::string authenticator_data(bool attested) const {
    std::string out = sha256(rp_id);
    out += static_cast<char>(flags | (attested ? 0x40 : 0));
    for (int i = 3; i >= 0; --i) out += static_cast<char>(sign_count >> (8 * i) & 0xFFU);
    if (attested) {
      out += std::string(16, '\0');
      out += static_cast<char>(credential_id.size() >> 8U);
      out += static_cast<char>(credential_id.size() & 0xFFU);
      out += credential_id + cose_key();
    }
    return out;
  }

  webauthn::Registration create(std::string_view challenge) const {
    using namespace cbor;
    webauthn::Registration out;
    out.client_data_json = client_data("webauthn.create", challenge);
    const std::string data = authenticator_data(true);
    std::string statement = map(0);
    if (format == "packed")
      statement = map(2) + text("alg") + integer(static_cast<int>(algorithm_)) + text("sig") +
                  bytes(sign(data + sha256(out.client_data_json)));
    out.attestation_object =
        map(3) + text("fmt") + text(format) + text("attStmt") + statement + text("authData") + bytes(data);
    return out;
  }

  webauthn::Assertion get(std::string_view challenge) const {
    webauthn::Assertion out;
    out.credential_id = credential_id;
    out.user_handle = user_handle;
    out.client_data_json = client_data("webauthn.get", challenge);
    out.authenticator_data = authenticator_data(false);
    out.signature = sign(out.authenticator_data + sha256(out.client_data_json));
    return out;
  }

  std::string sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const bool ed = algorithm_ == crypto::CoseAlgorithm::kEdDsa;
    EVP_DigestSignInit_ex(context.get(), nullptr, ed ? nullptr : "SHA256", nullptr, nullptr, key_.get(), nullptr);
    std::size_t size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(message.data());
    EVP_DigestSign(context.get(), nullptr, &size, data, message.size());
    std::string out(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, data, message.size());
    out.resize(size);
    return out;
  }
  static std::string sha256(std::string_view bytes) { return std::string(crypto::as_view(crypto::sha256(bytes))); }

 private:
  std::string octets(const char* name) const {
    std::string out(200, '\0');
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key_.get(), name, reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
    out.resize(size);
    return out;
  }
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(out.data()));
    BN_free(value);
    return out;
  }
  crypto::CoseAlgorithm algorithm_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, EVP_PKEY_free};
};

}  // namespace dhii::auth::fake
