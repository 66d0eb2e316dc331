// PasswordHasher: bcrypt `$2b$` over base64(HMAC-SHA-384(pepper, password)): no 72-byte cut, no NUL cut, and a stolen
// database can't be guessed at without the pepper. Blocks about 0.25 s at cost 12: runs on a bounded pool, never on the
// io thread. Thread-safe.
#pragma once
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/errors.hpp"

namespace dhii::crypto {

inline constexpr std::size_t kMaxPasswordCharacters =
    256;                                    // long enough for any passphrase; bounds what strangers make us hash
inline constexpr int kBcryptCost = 12;      // the guide's salt rounds
inline constexpr int kLeastBcryptCost = 4;  // the least that bcrypt knows; only where nothing is kept

class PasswordHasher {
 public:
  explicit PasswordHasher(Secret pepper, int cost = kBcryptCost);

  Result<std::string> hash(const Secret& password, Random& random) const;  // kPasswordTooLong
  // The same work whatever comes in: an empty or damaged `hash` is compared against a hash that nobody's password has.
  bool verify(const Secret& password, std::string_view hash) const;
  // For unknown users: the time of verify(), always false.
  bool verify_nobody(const Secret& password) const { return verify(password, {}); }
  // True when the stored hash is of another kind or cost than today's.
  bool needs_rehash(std::string_view hash) const;

 private:
  std::string prehash(const Secret& password) const;
  Secret pepper_;
  int cost_;
  std::string nobody_;  // a setting of the same cost
};

// bcrypt of NUL-free `phrase` under `setting` ("$2b$12$" + 22 characters, or a whole hash). Empty when the setting is
// malformed.
std::string bcrypt(std::string_view phrase, std::string_view setting);

}  // namespace dhii::crypto
