// Pure: what keys look like. An API key is "dhk1_" and 43 characters: a scanner for leaked secrets finds it by its
// beginning. An app password is 20 letters and digits in groups of four, because people type it into other programs; no
// character looks like another. Both are random (256 and 99 bits), so a keyed hash keeps them as well as bcrypt would,
// at a millionth of the cost.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/secret.hpp"

namespace dhii::auth {

inline constexpr std::string_view kApiKeyPrefix = "dhk1_";
inline constexpr std::size_t kApiKeyBytes = 32;
inline constexpr std::size_t kAppPasswordCharacters = 20;  // 99 bits

Secret make_api_key(Random& random);
Secret make_app_password(Random& random);
// What is hashed: the key itself; an app password without groups and in lower case. nullopt: it can't be one.
std::optional<std::string> normal_api_key(std::string_view text);
std::optional<std::string> normal_app_password(std::string_view text);
// Shown in lists: "dhk1_AbCd", "abcd".
std::string key_hint(std::string_view key);

// RFC 7617: login and password of "Basic ..." credentials (without the scheme).
struct BasicCredentials {
  std::string login;
  Secret password;
};
std::optional<BasicCredentials> parse_basic(std::string_view base64);

}  // namespace dhii::auth
