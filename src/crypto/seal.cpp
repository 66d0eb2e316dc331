#include "crypto/seal.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/bytes.hpp"
#include "crypto/aes_cbc.hpp"
#include "crypto/keys.hpp"

namespace dhii::crypto {
namespace {

constexpr char kVersion = 1;

// The length goes in front, so that bytes can't wander between the associated data and the sealed value.
std::array<char, 8> length_prefix(std::size_t n) {
  std::array<char, 8> out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(static_cast<std::uint64_t>(n) >> (56 - 8 * i) & 255);
  return out;
}

}  // namespace

SealKey::SealKey(const Secret& key)
    : encryption_key_(hkdf_sha256(key, {}, "dhii-mail seal v1 encryption")),
      mac_(hkdf_sha256(key, {}, "dhii-mail seal v1 authentication")) {
  if (key.size() != kKeyBytes) throw std::invalid_argument("SealKey wants 32 bytes");
  const Secret id = hkdf_sha256(key, {}, "dhii-mail seal v1 key id", kIdBytes);
  std::ranges::copy(id.reveal(), id_.begin());
}

std::string SealKey::seal(std::string_view plaintext, std::string_view associated, Random& random) const {
  std::string out;
  seal_to(out, plaintext, associated, random);
  return out;
}

void SealKey::seal_to(std::string& out, std::string_view plaintext, std::string_view associated, Random& random) const {
  const std::size_t start = out.size();
  out.reserve(start + plaintext.size() + kMaxOverheadBytes + kAesBlockBytes);
  out += kVersion;
  out += id();
  std::array<std::uint8_t, kIvBytes> iv{};
  random.fill(iv);
  out += as_text(iv);
  aes256_cbc_encrypt(encryption_key_.bytes(), as_text(iv), plaintext, out);
  const auto prefix = length_prefix(associated.size());
  out += as_view(mac_.of({{prefix.data(), prefix.size()}, associated, std::string_view(out).substr(start)}));
}

Result<std::string> SealKey::open(std::string_view sealed, std::string_view associated) const {
  const std::string_view sealed_under = key_id_of(sealed);
  if (sealed_under.empty()) return fail(CryptoError::kNotSealed);
  if (sealed_under != id()) return fail(CryptoError::kForeignKey);
  const std::string_view body = sealed.substr(0, sealed.size() - kTagBytes);
  const auto prefix = length_prefix(associated.size());
  const Sha256 expected = mac_.of({{prefix.data(), prefix.size()}, associated, body});
  if (!mac_equal(expected, as_bytes(sealed.substr(body.size())))) return fail(CryptoError::kTampered);
  auto plaintext =
      aes256_cbc_decrypt(encryption_key_.bytes(), body.substr(1 + kIdBytes, kIvBytes), body.substr(kHeaderBytes));
  if (!plaintext) return fail(CryptoError::kTampered);
  return std::move(*plaintext);
}

Result<Secret> SealKey::open_secret(std::string_view sealed, std::string_view associated) const {
  auto plaintext = open(sealed, associated);
  if (!plaintext) return std::unexpected(plaintext.error());
  return Secret::take(std::move(*plaintext));
}

std::string_view SealKey::key_id_of(std::string_view sealed) {
  if (sealed.size() < kHeaderBytes + kAesBlockBytes + kTagBytes || sealed[0] != kVersion) return {};
  if ((sealed.size() - kHeaderBytes - kTagBytes) % kAesBlockBytes != 0) return {};
  return sealed.substr(1, kIdBytes);
}

}  // namespace dhii::crypto
