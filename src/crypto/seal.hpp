// SealKey: encrypt-then-MAC for stored secrets and blobs. AES-256-CBC, then HMAC-SHA-256 over everything and the
// associated data.
//   sealed = version(1) | key id(4) | IV(16) | ciphertext | tag(32)
// `associated` names what the value belongs to ("account:7:password"), so that a value moved to another row does not
// open. Thread-safe; a few contexts are reused per thread, so that it serves single fields and a hundred thousand blobs
// alike.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/errors.hpp"
#include "crypto/mac.hpp"

namespace dhii::crypto {

class SealKey {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kIdBytes = 4;
  static constexpr std::size_t kIvBytes = 16;
  static constexpr std::size_t kTagBytes = 32;
  static constexpr std::size_t kHeaderBytes = 1 + kIdBytes + kIvBytes;
  static constexpr std::size_t kMaxOverheadBytes =
      kHeaderBytes + 16 + kTagBytes;  // 16: a whole block of padding at worst

  // `key`: 32 bytes with full entropy. Encryption key, MAC key and key id are derived from it.
  explicit SealKey(const Secret& key);

  std::string seal(std::string_view plaintext, std::string_view associated, Random& random) const;
  std::string seal(const Secret& plaintext, std::string_view associated, Random& random) const {
    return seal(plaintext.reveal(), associated, random);
  }
  // Appends to `out`, for packs of blobs.
  void seal_to(std::string& out, std::string_view plaintext, std::string_view associated, Random& random) const;

  // kNotSealed, kForeignKey, kTampered.
  Result<std::string> open(std::string_view sealed, std::string_view associated) const;
  Result<Secret> open_secret(std::string_view sealed, std::string_view associated) const;

  // Tells which key sealed a value, during key rotation.
  std::string_view id() const { return {id_.data(), id_.size()}; }
  static std::string_view key_id_of(std::string_view sealed);  // empty when it is no sealed value

 private:
  Secret encryption_key_;
  HmacSha256 mac_;
  std::array<char, kIdBytes> id_{};
};

}  // namespace dhii::crypto
