// Reads the secret of an authenticator app as the app does. For tests.
#pragma once
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace dhii::auth::fake {

inline Secret from_base32(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  std::uint32_t buffer = 0;
  for (const char c : text) {
    buffer = buffer << 5U | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    if ((bits += 5) >= 8) bytes += static_cast<char>(buffer >> (bits -= 8) & 0xFFU);
  }
  return Secret::take(std::move(bytes));
}

}  // namespace dhii::auth::fake
