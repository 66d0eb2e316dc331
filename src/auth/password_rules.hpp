// Pure: is this password worth hashing? Length and what it withstands (password_strength.hpp); no forced mixtures, no
// rotation (NIST SP 800-63B §3.1.1). Logins too.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace dhii::auth {

inline constexpr std::size_t kMinPasswordCharacters = 12;
inline constexpr std::size_t kMinLoginCharacters = 2;
inline constexpr std::size_t kMaxLoginBytes = 128;

// kWeakPassword with the reason, kBadLogin.
Result<void> check_password(const Secret& password, std::string_view login);
Result<void> check_login(std::string_view login);

}  // namespace dhii::auth
