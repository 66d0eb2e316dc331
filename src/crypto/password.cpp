#include "crypto/password.hpp"

#include <crypt.h>
#include <string.h>

#include <memory>
#include <stdexcept>

#include "base/bytes.hpp"
#include "crypto/mac.hpp"

namespace dhii::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashCharacters = 60;
constexpr std::string_view kPrefix = "$2b$";

std::size_t characters(std::string_view utf8) {
  std::size_t n = 0;
  for (const char c : utf8) n += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return n;
}

struct WipedCryptData {
  crypt_data data{};
  ~WipedCryptData() { explicit_bzero(&data, sizeof data); }
};

std::string make_setting(int cost, std::string_view salt) {
  char out[CRYPT_GENSALT_OUTPUT_SIZE] = {};
  const char* made = crypt_gensalt_rn(kPrefix.data(), static_cast<unsigned long>(cost), salt.data(),
                                      static_cast<int>(salt.size()), out, sizeof out);
  if (made == nullptr) throw std::invalid_argument("libxcrypt refuses this bcrypt cost");
  return made;
}

}  // namespace

std::string bcrypt(std::string_view phrase, std::string_view setting) {
  const auto work = std::make_unique<WipedCryptData>();  // 32 KiB: not on the stack
  std::string terminated(phrase);
  const char* out = crypt_rn(terminated.c_str(), std::string(setting).c_str(), &work->data, sizeof work->data);
  wipe(terminated);
  return out == nullptr || out[0] == '*' ? std::string() : std::string(out);
}

PasswordHasher::PasswordHasher(Secret pepper, int cost)
    : pepper_(std::move(pepper)), cost_(cost), nobody_(make_setting(cost, std::string(kSaltBytes, '\x5a'))) {}

std::string PasswordHasher::prehash(const Secret& password) const {
  const Sha384 mac = hmac_sha384(pepper_.bytes(), password.reveal());
  return to_base64(as_view(mac));  // 64 characters: below bcrypt's 72, without NUL
}

Result<std::string> PasswordHasher::hash(const Secret& password, Random& random) const {
  if (characters(password.reveal()) > kMaxPasswordCharacters) return fail(CryptoError::kPasswordTooLong);
  std::string phrase = prehash(password);
  std::string out = bcrypt(phrase, make_setting(cost_, random.raw(kSaltBytes)));
  wipe(phrase);
  if (out.size() != kHashCharacters) throw std::runtime_error("libxcrypt refused to hash");
  return out;
}

bool PasswordHasher::verify(const Secret& password, std::string_view hash) const {
  const bool usable = hash.size() == kHashCharacters && hash.starts_with(kPrefix) &&
                      characters(password.reveal()) <= kMaxPasswordCharacters;
  std::string phrase = prehash(password);
  const std::string computed = bcrypt(phrase, usable ? hash : std::string_view(nobody_));
  wipe(phrase);
  return usable && constant_time_equal(computed, hash);
}

bool PasswordHasher::needs_rehash(std::string_view hash) const {
  const std::string today = std::string(kPrefix) + (cost_ < 10 ? "0" : "") + std::to_string(cost_) + "$";
  return hash.size() != kHashCharacters || !hash.starts_with(today);
}

}  // namespace dhii::crypto
